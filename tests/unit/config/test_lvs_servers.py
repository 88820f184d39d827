"""Real servers and the sorry server: which count, and on which port."""

from __future__ import annotations

import msgspec
import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import VirtualServer

BASE = "protocol TCP\nlvs_sched rr"


def load(body: str, head: str = "192.0.2.1 80", method: str = "NAT", before: str = "") -> Loaded:
    return load_text(f"{before}\nvirtual_server {head} {{\n{BASE}\nlvs_method {method}\n{body}\n}}\n")


def codes(loaded: Loaded) -> list[str]:
    return [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4520")]


def one(loaded: Loaded) -> VirtualServer:
    (service,) = loaded.balancing.virtual_servers
    return service


def ports(loaded: Loaded) -> list[int]:
    return [server.port for server in one(loaded).real_servers]


def server(address: str = "10.0.0.1 80", inside: str = "") -> str:
    return f"real_server {address} {{\n{inside}\n}}\n"


@pytest.mark.parametrize(
    ("head", "method", "written", "port", "found"),
    [
        ("192.0.2.1 80", "NAT", "10.0.0.1 81", 81, []),
        ("192.0.2.1 80", "NAT", "10.0.0.1", 80, []),
        ("192.0.2.1 80", "DR", "10.0.0.1 81", 80, ["SF4546"]),
        ("192.0.2.1 80", "TUN", "10.0.0.1 81", 80, ["SF4546"]),
        ("192.0.2.1 80", "DR", "10.0.0.1", 80, []),
        ("192.0.2.1 80", "DR", "10.0.0.1 80", 80, []),
        ("fwmark 5", "DR", "10.0.0.1 80", 0, ["SF4546"]),
        ("fwmark 5", "NAT", "10.0.0.1 80", 80, []),
        ("group web", "DR", "10.0.0.1 80", 80, []),
        ("group web", "DR", "10.0.0.1 81", 81, ["SF4546"]),
    ],
)
def test_only_nat_can_change_ports(head, method, written, port, found):
    group = "virtual_server_group web {\n192.0.2.1 80\n}"
    loaded = load(server(written), head, method, group)
    assert (ports(loaded), codes(loaded)) == ([port], found)


def test_the_diagnostic_stands_at_the_server_and_names_both_ports():
    loaded = load(server("10.0.0.1 81"), method="DR")
    (told,) = (d for d in loaded.diagnostics if d.code == "SF4546")
    assert "port 81" in told.message
    assert told.message.endswith("but 80")
    assert told.source_line.startswith("real_server")


def test_checkers_connect_to_the_port_as_written():
    loaded = load(server("10.0.0.1 81", "TCP_CHECK {\n}"), method="DR")
    (checker,) = one(loaded).real_servers[0].checkers
    assert checker.target is not None
    assert checker.target.port == 81


def test_the_later_of_two_equal_servers_goes():
    loaded = load(server() + server("10.0.0.2 80") + server())
    assert codes(loaded) == ["SF4544"]
    assert len(one(loaded).real_servers) == 2


@pytest.mark.parametrize(
    ("head", "method", "left", "found"),
    [
        ("192.0.2.1 80", "NAT", 1, ["SF4543"]),
        ("192.0.2.1 80", "TUN", 2, []),
        ("fwmark 5", "NAT", 1, ["SF4543"]),
    ],
)
def test_only_tunnels_cross_ip_versions(head, method, left, found):
    loaded = load(server("10.0.0.1") + server("fd00::1"), head, method)
    assert (len(one(loaded).real_servers), codes(loaded)) == (left, found)


@pytest.mark.parametrize(("method", "left", "found"), [("TUN", 1, []), ("NAT", 0, ["SF4543", "SF4537"])])
def test_a_group_of_both_ip_versions_takes_tunnels(method, left, found):
    loaded = load(server("10.0.0.1"), "group web", method, "virtual_server_group web {\n192.0.2.1 80\nfd00::1 80\n}")
    assert (len(loaded.balancing.virtual_servers), codes(loaded)) == (left, found)


def test_the_family_of_a_mark_is_its_servers():
    assert one(load(server("fd00::1"), "fwmark 5")).family == 6
    assert one(load(server("fd00::1"), "fwmark 5", "TUN")).family == 6
    assert one(load(server("fd00::1") + server("10.0.0.1"), "fwmark 5", "TUN")).family == 4
    assert one(load("ip_family inet6\n" + server("10.0.0.1"), "fwmark 5", "TUN")).family == 6


def test_a_family_that_contradicts_the_address_is_ignored():
    loaded = load("ip_family inet6\n" + server())
    assert (codes(loaded), one(loaded).family) == (["SF4542"], 4)


def test_settings_come_from_the_service_unless_said_otherwise():
    loaded = load("weight 7\ninhibit_on_failure\nalpha\n" + server() + server("10.0.0.2 80", "weight 0\nalpha off"))
    first, second = one(loaded).real_servers
    assert (first.weight, first.inhibit_on_failure, first.alpha) == (7, True, True)
    assert (second.weight, second.inhibit_on_failure, second.alpha) == (0, True, False)


def test_limits_the_wrong_way_round():
    assert codes(load(server(inside="uthreshold 5\nlthreshold 10"))) == ["SF4545"]
    assert codes(load(server(inside="lthreshold 10"))) == ["SF4545"]
    assert codes(load(server(inside="uthreshold 10\nlthreshold 5"))) == []


@pytest.mark.parametrize(
    ("body", "found", "port", "inhibit"),
    [
        ("sorry_server 10.0.0.9 81", [], 81, False),
        ("sorry_server 10.0.0.9", [], 80, False),
        ("sorry_server 10.0.0.9 80\nsorry_server_inhibit", [], 80, True),
        ("sorry_server 10.0.0.8 80\nsorry_server 10.0.0.9 80", ["SF4540"], 80, False),
        ("sorry_server_inhibit\nsorry_server 10.0.0.9 80", ["SF4541"], 80, False),
        ("sorry_server 10.0.0.1 80\nsorry_server_inhibit", ["SF4547"], 80, False),
    ],
)
def test_sorry_server(body, found, port, inhibit):
    loaded = load(f"{server()}{body}")
    sorry = one(loaded).sorry_server
    assert sorry is not None
    assert (codes(loaded), sorry.port, sorry.inhibit) == (found, port, inhibit)


def test_a_sorry_server_that_comes_too_late_says_so():
    loaded = load("sorry_server_lvs_method DR\nsorry_server 10.0.0.9 80\n" + server())
    (told,) = (d for d in loaded.diagnostics if d.code == "SF4541")
    assert "comes too late" in told.message
    assert told.hint == "put the line behind `sorry_server`"


def test_a_sorry_server_has_the_method_of_the_service_wherever_that_stands():
    loaded = load("sorry_server 10.0.0.9 80\nlvs_method DR\n" + server())
    sorry = one(loaded).sorry_server
    assert sorry is not None
    assert sorry.forwarding.method == "DR"


def test_a_sorry_server_of_the_other_ip_version_is_left_out():
    loaded = load("sorry_server fd00::1 80\n" + server())
    assert (codes(loaded), one(loaded).sorry_server) == (["SF4543"], None)
    assert codes(load("sorry_server fd00::1 80\nsorry_server_lvs_method TUN\n" + server())) == []


def test_who_runs_the_programs_of_servers_services_and_checks() -> None:
    own = "MISC_CHECK {\nmisc_path /c\nuser carol\n}\n"
    usual = "notify_up /u\nnotify_down /d dave\nMISC_CHECK {\nmisc_path /c\n}\n"
    before = (
        "global_defs {\nenable_script_security\nscript_user frank\n}\nvrrp_check v {\nMISC_CHECK {\nmisc_path /c\n}\n}"
    )
    body = "quorum_up /q\nquorum_down /q gina\n" + server(inside=usual + own)
    loaded = load(body, before=before)
    service, (real,) = one(loaded), one(loaded).real_servers
    calls = [service.quorum_up, service.quorum_down, real.notify_up, real.notify_down]
    assert [call and call.identity.user for call in calls] == ["frank", "gina", "frank", "dave"]
    checks = [msgspec.msgpack.decode(check.options)["script"] for check in real.checkers]
    assert [call["identity"]["user"] for call in checks] == ["frank", "carol"]
