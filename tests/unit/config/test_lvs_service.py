"""One virtual server and keepalived's repairs of it."""

from __future__ import annotations

import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import Persistence, VirtualServer

BASE = "protocol TCP\nlvs_sched rr\nlvs_method NAT"
SERVER = "real_server 10.0.0.1 80 {\n}"


def load(body: str = "", head: str = "192.0.2.1 80", base: str = BASE, servers: str = SERVER) -> Loaded:
    return load_text(f"virtual_server {head} {{\n{base}\n{servers}\n{body}\n}}\n")


def codes(loaded: Loaded) -> list[str]:
    return [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def one(loaded: Loaded) -> VirtualServer:
    (service,) = loaded.balancing.virtual_servers
    return service


def test_a_whole_service_draws_no_complaint():
    loaded = load("persistence_timeout 50\nquorum 1")
    assert codes(loaded) == []
    service = one(loaded)
    assert (service.name, service.scheduler, service.protocol) == ("[192.0.2.1]:tcp:80", "rr", "TCP")
    assert service.persistence == Persistence(timeout_s=50)


def test_without_protocol_it_is_udp_and_that_is_said_loudly():
    loaded = load(base="lvs_sched rr\nlvs_method NAT")
    (told,) = (d for d in loaded.diagnostics if d.code == "SF4521")
    assert one(loaded).protocol == "UDP"
    assert "only UDP is balanced" in told.message
    assert told.hint == "add `protocol TCP`"


def test_a_refused_protocol_is_not_a_missing_one():
    assert codes(load(base="protocol AH\nlvs_sched rr\nlvs_method NAT")) == ["SF3004"]


def test_scheduler_and_method_have_defaults_that_are_told():
    loaded = load(base="protocol TCP")
    assert codes(loaded) == ["SF4522", "SF4523"]
    assert (one(loaded).scheduler, one(loaded).forwarding.method) == ("wlc", "NAT")


def test_the_old_names_are_as_good():
    assert codes(load(base="protocol TCP\nlb_algo sh\nlb_kind DR")) == []


def test_a_mark_has_no_protocol():
    loaded = load(head="fwmark 5")
    assert codes(loaded) == ["SF4520"]
    assert (one(loaded).mark, one(loaded).protocol, one(loaded).name) == (5, "", "FWM 5")


@pytest.mark.parametrize(
    ("body", "flags", "found"),
    [
        ("flag-1\nflag-3", {"flag-1", "flag-3"}, []),
        ("lvs_sched sh\nsh-port\nsh-fallback", {"flag-1", "flag-2"}, []),
        ("lvs_sched mh\nmh-port", {"flag-2"}, []),
        ("sh-port\nlvs_sched sh", set(), ["SF4524"]),
        ("mh-port", set(), ["SF4524"]),
        ("hashed", set(), ["SF4525"]),
        ("ops", set(), ["SF4526"]),
        ("ops\nprotocol UDP", {"ops"}, []),
    ],
)
def test_flags(body, flags, found):
    loaded = load(body)
    assert (one(loaded).flags, codes(loaded)) == (flags, found)


@pytest.mark.parametrize("word", ["sh-port\nlvs_sched sh"])
def test_a_flag_before_its_scheduler_says_where_it_belongs(word):
    (told,) = (d for d in load(word).diagnostics if d.code == "SF4524")
    assert told.hint == "put it behind `lvs_sched sh`"


@pytest.mark.parametrize(
    ("head", "server", "body", "found", "persistence"),
    [
        ("192.0.2.1 80", "10.0.0.1", "persistence_granularity 255.255.255.0", [], Persistence(granularity=24)),
        ("192.0.2.1 80", "10.0.0.1", "persistence_granularity 24", ["SF4529"], Persistence()),
        ("192.0.2.1 80", "10.0.0.1", "persistence_granularity mask", ["SF3001"], None),
        ("192.0.2.1", "10.0.0.1", "", ["SF4527"], Persistence()),
        ("192.0.2.1", "10.0.0.1", "persistence_timeout 5", [], Persistence(timeout_s=5)),
        ("192.0.2.1 80", "10.0.0.1", "persistence_engine sip", ["SF4528"], None),
        ("fd00::1 80", "fd00::2", "persistence_granularity 64", [], Persistence(granularity=64)),
        ("fd00::1 80", "fd00::2", "persistence_granularity 255.0.0.0", ["SF4529"], Persistence(granularity=128)),
    ],
)
def test_persistence(head, server, body, found, persistence):
    loaded = load(body, head, servers=f"real_server {server} 80 {{\n}}")
    assert (codes(loaded), one(loaded).persistence) == (found, persistence)


def test_the_right_mask_is_in_the_hint():
    (told,) = (d for d in load("persistence_granularity 24").diagnostics if d.code == "SF4529")
    assert told.hint == "write `persistence_granularity 255.255.255.0`"


def test_a_mask_with_holes_is_kept_and_told():
    loaded = load("persistence_granularity 255.0.255.0")
    persistence = one(loaded).persistence
    assert codes(loaded) == ["SF4530"]
    assert persistence is not None
    assert str(persistence.mask) == "255.0.255.0"


@pytest.mark.parametrize(
    ("weight", "body", "found", "quorum", "hysteresis"),
    [
        (5, "quorum 3\nhysteresis 2", [], 3, 2),
        (1, "quorum 2", ["SF4532"], 1, 0),
        (5, "quorum 2\nhysteresis 2", ["SF4533"], 2, 1),
        (5, "quorum 4\nhysteresis 2", ["SF4534"], 4, 2),
        (0, "", ["SF4531"], 0, 0),
        (0, "hysteresis 3", ["SF4531"], 0, 0),
        (5, "quorum 0", ["SF3002"], 1, 0),
    ],
)
def test_quorum(weight, body, found, quorum, hysteresis):
    loaded = load(body, servers=f"real_server 10.0.0.1 80 {{\nweight {weight}\n}}")
    assert (codes(loaded), one(loaded).quorum, one(loaded).hysteresis) == (found, quorum, hysteresis)


def test_suspension_needs_an_address():
    assert one(load("ha_suspend")).ha_suspend
    loaded = load("ha_suspend", head="fwmark 5", base="lvs_sched rr\nlvs_method NAT")
    assert (codes(loaded), one(loaded).ha_suspend) == (["SF4535"], False)


def test_a_service_without_servers_is_left_out():
    loaded = load(servers="")
    assert (codes(loaded), loaded.balancing.virtual_servers) == (["SF4536"], ())
    assert ":tcp:" in loaded.diagnostics[0].message


def test_servers_that_were_refused_are_not_missing_ones():
    loaded = load(servers="real_server 10.0.0.1 http {\n}")
    assert codes(loaded) == ["SF3001", "SF4537"]
    assert loaded.diagnostics[-1].severity == "note"


def test_mail_follows_global_defs():
    assert not one(load()).smtp_alert
    text = f"global_defs {{\nsmtp_alert\n}}\nvirtual_server 192.0.2.1 80 {{\n{BASE}\n{SERVER}\n}}\n"
    assert one(load_text(text)).smtp_alert
    assert not one(load_text(text.replace("smtp_alert", "smtp_alert\nsmtp_alert_checker off"))).smtp_alert
