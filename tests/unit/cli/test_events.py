from __future__ import annotations

import argparse
import json
from typing import get_args

import msgspec
import pytest

from standfast.cli import events
from standfast.config.tracking_model import SERVICES
from standfast.control.client import Gone
from standfast.events import AnyEvent, PriorityChange


def event(**more):
    told = {"type": "vrrp.transition", "at": 1_000_000, "instance": "VI_1"}
    return told | {"old": "BACKUP", "new": "MASTER", "cause": "silence"} | more


def page(pid, first, count):
    last = first + count - 1
    return {"pid": pid, "first": first, "last": last, "newest": last, "events": [event()] * count}


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser()
    events.register(parser.add_subparsers(dest="command"))
    return lambda *words: parser.parse_args(["events", *words])


@pytest.fixture
def daemon(monkeypatch):
    """Pages of one connection after the other (None: nobody is there); then somebody presses Ctrl-C."""
    connections, requests = [], []

    def watch(_run_dir, _name, *, patience_s, request):
        requests.append((request.since, request.of, request.follow))
        if not connections:
            raise KeyboardInterrupt
        pages = connections.pop(0)
        if pages is None:
            raise Gone("no daemon listens")
        yield from pages

    monkeypatch.setattr(events, "watch", watch)
    monkeypatch.setattr(events.time, "sleep", lambda _seconds: None)
    return connections, requests


def test_what_there_is(parse, daemon, capsys):
    daemon[0].append([page(11, 9, 1), page(11, 10, 1)])
    assert events.run(parse("--since", "1")) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("     9  ")
    assert first.endswith("vrrp.transition               VI_1  BACKUP -> MASTER: silence (7 before it are forgotten)")
    assert second.startswith("    10  ")
    assert "forgotten" not in second
    assert daemon[1] == [(1, 0, False)]


@pytest.mark.parametrize("kind", get_args(AnyEvent), ids=lambda kind: kind.__struct_config__.tag)
def test_every_kind_of_event_has_words(kind):
    """Whatever stands in a record beside its own words: a line that says nothing helps nobody."""
    samples = {str: "some text", int: 3, bool: True}
    given = {"level": "info", "old": "BACKUP", "new": "MASTER", "state": "MASTER", "what": "started", "good": False}
    if kind is PriorityChange:
        given |= {"old": 100, "new": 90}
    required = [field for field in msgspec.structs.fields(kind) if field.required]
    fields = {field.name: given.get(field.name, samples.get(field.type, "x")) for field in required}
    told = msgspec.json.decode(msgspec.json.encode(msgspec.convert(fields, kind)))
    shown = events.line({"seq": 1, "time": "now", "type": kind.__struct_config__.tag} | told)
    bare = events.line({"seq": 1, "time": "now", "type": kind.__struct_config__.tag, "name": told.get("name", "")})
    assert len(shown) > len(bare), shown


def test_two_masters_are_told_in_words():
    told = {"seq": 1, "time": "now", "type": "vrrp.lower_priority_master", "at": 1, "instance": "VI_1"}
    told |= {"other": "10.0.0.2", "other_priority": 90, "priority": 100}
    assert events.line(told).endswith("VI_1  10.0.0.2 speaks as master with priority 90, below ours (100)")
    assert events.line(told | {"type": "vrrp.of_the_future"}).endswith("VI_1  ")


def test_nothing_there(parse, daemon, capsys):
    daemon[0].append([page(11, 1, 0)])
    assert events.run(parse("--json")) == 0
    assert capsys.readouterr().out == ""


def test_nobody_there(parse, daemon, capsys):
    daemon[0].append(None)
    assert events.run(parse("--follow")) == 3
    assert "no daemon listens" in capsys.readouterr().err


def test_a_successor_is_followed_from_its_beginning(parse, daemon, capsys):
    connections, requests = daemon
    connections += [[page(11, 1, 2)], None, None, [page(12, 1, 1), page(12, 2, 2)], None]
    assert events.run(parse("--follow", "--json")) == 130
    out, err = capsys.readouterr()
    assert err == 2 * "standfast events: no daemon listens; what comes next is waited for\n"
    told = [json.loads(line) for line in out.splitlines()]
    assert [event["seq"] for event in told] == [1, 2, 1, 2, 3]
    assert not any("lost" in event for event in told)
    assert requests == [(0, 0, True), *3 * [(2, 11, True)], *2 * [(3, 12, True)]]


def test_a_tracked_thing_is_named_with_its_kind():
    told = {"seq": 1, "time": "now", "type": "vrrp.tracker", "at": 1, "instance": "", "good": True}
    script = told | {"kind": "script", "name": "chk", "words": "exit status 0"}
    assert events.line(script).endswith("vrrp.tracker                  script chk: exit status 0")
    services = told | {"kind": "services", "name": SERVICES, "words": "in the kernel"}
    assert events.line(services).endswith("  services of this machine: in the kernel")


def test_what_is_nobodys_has_no_gap_for_a_name():
    told = {"seq": 1, "time": "now", "type": "daemon.change", "at": 1, "instance": "", "what": "started", "words": ""}
    assert events.line(told).endswith("daemon.change                 started")
