from __future__ import annotations

import os

import pytest

from standfast.config.load import load_text
from standfast.config.machine import Machine, examine


class Pretend(Machine):
    def has_interface(self, name):
        return name == "eth0"

    def has_user(self, name):
        return name == "nobody"

    def has_group(self, name):
        return name == "nogroup"

    def why_not_run(self, command):
        return "" if command == "/bin/true" else "does not exist"


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
    assert here.has_user("root")
    assert not here.has_user("no-such-user")
    assert here.has_group("root")
    assert here.why_not_run(str(script)) == "is not executable"
    script.chmod(0o755)
    assert here.why_not_run(str(script)) == ""
    assert here.why_not_run(str(tmp_path)) == "is not a file"
    assert here.why_not_run(os.fspath(tmp_path / "gone")) == "does not exist"
    assert here.why_not_run("no-such-program-anywhere") == "is not found in PATH"


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
