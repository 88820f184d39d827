from __future__ import annotations

import argparse
import json

import pytest

from standfast.cli import doctor
from standfast.doctor.snapshot import Snapshot


@pytest.fixture
def asked(monkeypatch):
    def ask(snapshot, *words):
        monkeypatch.setattr("standfast.doctor.gather.gather", lambda *_args, **_more: snapshot)
        parser = argparse.ArgumentParser()
        doctor.register(parser.add_subparsers())
        return doctor.run(parser.parse_args(["doctor", *words]))

    return ask


def test_nothing_in_the_way(asked, capsys):
    assert asked(Snapshot(status={"daemon": {}, "vrrp": {"instances": []}})) == 0
    assert capsys.readouterr().out == "nothing is in the way\n"


def test_warnings_alone(asked, capsys):
    assert asked(Snapshot()) == 0
    assert capsys.readouterr().out.startswith("warning[SF7019]: no daemon answers\n    standfast run")


def test_errors_as_json(asked, capsys):
    assert asked(Snapshot(lacking=["CAP_NET_RAW"]), "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "standfast.doctor/1"
    assert document["findings"][0]["code"] == "SF7002"
