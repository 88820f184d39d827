from __future__ import annotations

import os

import pytest

from standfast.config.host_facts import Network, Person
from standfast.config.load import load_text
from standfast.config.machine import ROOT, Machine, examine
from standfast.values import Address


class Pretend(Machine):
    def has_interface(self, name):
        return name == "eth0"

    def has_namespace(self, name):
        return name == "blue"

    def person(self, name):
        return {"nobody": Person("nobody", 65534, frozenset((65534,))), "root": ROOT}.get(name)

    def has_group(self, name):
        return name == "nogroup"

    def why_not_run(self, command, person):
        return "" if command in ("/bin/true", "/open/script") else "does not exist"

    def open_part(self, command):
        return ("/open", "may be written by everybody (mode 0777)", "chmod o-w /open") if "open" in command else None

    def networks(self, interface):
        return (Network(Address.parse("192.0.2.0"), 24), Network(Address.parse("2001:db8::"), 64))

    def own_addresses(self):
        return frozenset((Address.parse("192.0.2.7"),))


SECURE = "global_defs {\nenable_script_security\nscript_user nobody\n}\n"


def codes(text: str) -> list[tuple[str, str, int]]:
    found = examine(load_text(text).settings, Pretend())
    return [(d.code, d.severity, d.span.line) for d in found]


def test_interfaces_of_instances_addresses_and_trackers():
    text = """vrrp_instance a {
        interface eth9
        virtual_ipaddress {
            192.0.2.1 dev eth0
            192.0.2.2 dev eth8
        }
        track_interface {
            eth7 weight 5
        }
    }"""
    assert codes(text) == [("SF6001", "error", 2), ("SF6001", "error", 5), ("SF6001", "error", 8)]


def test_interfaces_that_may_appear_are_only_a_warning():
    text = "global_defs {\ndynamic_interfaces\n}\nvrrp_instance a {\ninterface eth9\n}\n"
    assert codes(text) == [("SF6001", "warning", 5)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("notify /bin/true", []),
        ('notify "/bin/true with arguments" nobody nogroup', []),
        ("notify /bin/true nobody :nogroup", []),
        ("notify /bin/true someone", ["SF6002"]),
        ("notify /bin/true nobody some", ["SF6002"]),
        ("notify /bin/false", ["SF6003"]),
        ("notify /bin/false someone", ["SF6003", "SF6002"]),
    ],
)
def test_scripts_and_who_runs_them(line, found):
    assert [code for code, _, _ in codes(f"{SECURE}vrrp_instance a {{\n{line}\n}}\n")] == found


def test_scripts_of_blocks_that_are_not_acted_on_yet():
    text = 'vrrp_script s {\nscript "/no/such thing"\nuser someone\n}\n'
    assert [(code, line) for code, _, line in codes(text)] == [("SF6003", 2), ("SF6002", 3)]


def test_this_very_machine(tmp_path):
    here = Machine()
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    assert here.has_interface("lo")
    assert not here.has_interface("no-such-thing")
    assert here.person("root").uid == 0
    assert here.person("no-such-user") is None
    assert here.networks("no-such-thing") == ()
    assert Address.parse("127.0.0.1") in here.own_addresses()
    assert not here.has_namespace("no-such-namespace")
    assert here.has_group("root")
    assert here.why_not_run(str(script), ROOT) == f"is not executable (`chmod +x {script}`)"
    script.chmod(0o755)
    assert here.why_not_run(str(script), ROOT) == ""
    assert here.why_not_run(str(tmp_path), ROOT) == "is not a file"
    assert here.why_not_run(os.fspath(tmp_path / "gone"), ROOT) == "does not exist"
    assert here.why_not_run("no-such-program-anywhere", ROOT) == "is not found in PATH"


def test_interfaces_that_will_be_made_are_not_missing():
    text = "vrrp_instance a {{\ninterface eth0\nvirtual_router_id 51\nuse_vmac {0}\ntrack_interface {{\n{1}\n}}\n}}\n"
    assert codes(text.format("", "vrrp.51")) == []
    assert codes(text.format("mine", "mine")) == []
    assert codes(text.format("", "vrrp.52")) == [("SF6001", "error", 6)]


VI = "vrrp_instance a {{\n{0}\n}}\n"


def test_scripts_without_security_are_told_once():
    assert codes(VI.format("notify /bin/true\nnotify_master /bin/true")) == [("SF6004", "warning", 2)]
    assert codes(VI.format("notify /bin/false")) == [("SF6003", "error", 2)]


def test_with_security_somebody_must_be_named():
    text = "global_defs {\nenable_script_security\n}\nvrrp_script s {\nscript /bin/true\n}\n"
    assert codes(text) == [("SF6002", "error", 5)]
    assert codes(text.replace("script /bin/true", "script /bin/true\nuser nobody")) == []
    assert codes("global_defs {\nscript_user nobody\n}\n" + text) == []


@pytest.mark.parametrize(
    "text",
    [
        "linkbeat_interfaces {\neth9\n}",
        "interface_up_down_delays {\neth9 1\n}",
        "garp_group {\ninterfaces {\neth0 eth9\n}\n}",
        "garp_group {\ninterface eth9\n}",
        "static_ipaddress {\n192.0.2.1 dev eth9\n}",
        "static_routes {\n192.0.2.0/24 nexthop dev eth9 nexthop dev eth0\n}",
        "static_rules {\niif eth9 oif eth0 table 5\n}",
        "vrrp_sync_group g {\ntrack_interface {\neth9 weight 3\n}\n}",
    ],
)
def test_every_place_that_names_an_interface(text):
    assert [code for code, _, _ in codes(text)] == ["SF6001"]
    assert codes(text.replace("eth9", "eth0")) == []


def test_interfaces_of_another_namespace_are_not_looked_for():
    instance = "vrrp_instance a {\ninterface eth9\n}\n"
    assert codes("net_namespace blue\n" + instance) == []
    assert codes("net_namespace red\n" + instance) == [("SF6008", "error", 1)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("192.0.2.10", []),
        ("192.0.3.10", [("SF6005", "warning", 4)]),
        ("192.0.3.10/24", []),
        ("192.0.3.10 dev eth9", [("SF6001", "error", 4)]),
        ("2001:db8::10", []),
        ("2001:db8:1::10", [("SF6005", "warning", 4)]),
        ("fe80::10", []),
    ],
)
def test_an_address_in_no_network_of_its_interface(line, found):
    assert codes(f"vrrp_instance a {{\ninterface eth0\nvirtual_ipaddress {{\n{line}\n}}\n}}\n") == found


def test_a_peer_that_is_this_machine():
    text = "vrrp_instance a {\ninterface eth0\nunicast_peer {\n192.0.2.8\n192.0.2.7\n}\n}\n"
    assert codes(text) == [("SF6006", "warning", 5)]


def test_a_script_of_root_that_others_may_change():
    text = "global_defs {\nscript_user root\nenable_script_security\n}\nvrrp_instance a {\nnotify /open/script\n}\n"
    (told,) = examine(load_text(text).settings, Pretend())
    assert (told.code, told.severity, told.span.line) == ("SF6007", "error", 6)
    assert "`/open` may be written by everybody (mode 0777)" in told.message
    assert told.hint == "run `chmod o-w /open`"
    lax = text.replace("enable_script_security\n", "")
    assert [(c, s) for c, s, _ in codes(lax)] == [("SF6007", "warning"), ("SF6004", "warning")]
    assert codes(text.replace("script_user root", "script_user nobody")) == []


def test_each_interface_of_a_line_is_told_of():
    text = "garp_group {\ngarp_interval 1\ninterfaces {\neth8 eth0 eth9\n}\n}"
    found = examine(load_text(text).settings, Pretend())
    assert [(d.code, d.span.line, d.span.column) for d in found] == [("SF6001", 4, 1), ("SF6001", 4, 11)]


def test_a_file_that_the_shell_opens_is_no_program():
    machine = Machine()
    assert machine.why_not_run("</dev/tcp/127.0.0.1/80", ROOT) == ""
    assert machine.open_part("</dev/tcp/127.0.0.1/80") is None
    assert machine.why_not_run("/dev/tcp/127.0.0.1/80", ROOT) == "does not exist"
