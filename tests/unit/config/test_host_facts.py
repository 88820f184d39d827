from __future__ import annotations

import os

import pytest

from standfast.config import host_facts
from standfast.config.host_facts import Network, Person
from standfast.values import Address

ROUTE = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth1\t000000
""".replace("eth1\t000000\n", "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n")
INET6 = "20010db8000000000000000000000005 02 40 00 80     eth0\n"
TRIE = """Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 192.0.2.0
        /24 link UNICAST
     |-- 192.0.2.7
        /32 host LOCAL
     |-- 192.0.2.255
        /32 link BROADCAST
"""


@pytest.fixture
def proc(tmp_path):
    (tmp_path / "route").write_text(ROUTE)
    (tmp_path / "if_inet6").write_text(INET6)
    (tmp_path / "fib_trie").write_text(TRIE)
    return tmp_path


def test_networks_of_an_interface(proc):
    assert host_facts.networks("eth0", proc) == (
        Network(Address.parse("192.0.2.0"), 24),
        Network(Address.parse("2001:db8::5"), 64),
    )
    assert host_facts.networks("eth1", proc) == (Network(Address.parse("10.0.0.0"), 8),)
    assert host_facts.networks("eth9", proc) == ()


def test_own_addresses(proc):
    assert host_facts.own_addresses(proc) == {Address.parse("192.0.2.7"), Address.parse("2001:db8::5")}


def test_a_kernel_without_these_files(tmp_path):
    assert host_facts.networks("eth0", tmp_path) == ()
    assert host_facts.own_addresses(tmp_path) == frozenset()


def test_a_network_knows_its_addresses():
    network = Network(Address.parse("192.0.2.0"), 25)
    assert network.contains(Address.parse("192.0.2.127"))
    assert not network.contains(Address.parse("192.0.2.128"))
    assert not network.contains(Address.parse("2001:db8::1"))


@pytest.mark.parametrize(
    ("mode", "uid", "group", "can"),
    [
        (0o700, 0, 0, True),
        (0o600, 0, 0, False),
        (0o700, 1000, 1000, True),
        (0o070, 1000, 1000, False),
        (0o070, 1001, 1000, True),
        (0o071, 1001, 1001, True),
        (0o750, 1001, 1001, False),
    ],
)
def test_who_may_execute(tmp_path, mode, uid, group, can):
    found = os.stat_result((0o100000 | mode, 0, 0, 1, 1000, 1000, 0, 0, 0, 0))
    assert host_facts.may(Person("p", uid, frozenset((group,))), os.X_OK, found) is can


def test_the_part_of_a_path_that_others_may_change(tmp_path, monkeypatch):
    script = tmp_path / "open" / "script"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(host_facts, "parts", lambda path: [str(script.parent), path])
    if os.getuid() != 0:
        part, why, cure = host_facts.open_part(str(script))
        assert (part, cure) == (str(script.parent), f"chown root {script.parent}")
        assert "not to root" in why
        return
    assert host_facts.open_part(str(script)) is None
    script.parent.chmod(0o777)
    assert host_facts.open_part(str(script)) == (
        str(script.parent),
        "may be written by everybody (mode 0777)",
        f"chmod o-w {script.parent}",
    )
    script.parent.chmod(0o1777)
    assert host_facts.open_part(str(script)) is None
    script.parent.chmod(0o755)
    script.chmod(0o775)
    os.chown(script, 0, 1000)
    assert host_facts.open_part(str(script)) == (
        str(script),
        "may be written by group 1000 (mode 0775)",
        f"chmod g-w {script}",
    )


def test_parts_of_a_path_follow_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    shown = list(host_facts.parts(str(tmp_path / "link" / "x")))
    assert shown[0] == "/"
    assert shown[-2:] == [str(tmp_path / "real"), str(tmp_path / "real" / "x")]
