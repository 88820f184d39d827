from __future__ import annotations

from pathlib import Path

import pytest

from standfast.doctor.gather import gather, interface

CONFIG = """vrrp_instance VI_1 {
    interface eth7
    virtual_router_id 51
    priority 100
    use_vmac
    virtual_ipaddress {
        192.0.2.9/24
        192.0.2.10/24 dev lo
    }
}
"""


def write(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


def test_an_interface_as_the_kernel_shows_it(tmp_path):
    link = tmp_path / "sys/class/net/eth7"
    write(link / "carrier", "1\n")
    write(tmp_path / "sys/class/net/br0/bridge/multicast_snooping", "1\n")
    write(tmp_path / "sys/class/net/br0/bridge/multicast_querier", "0\n")
    (link / "master").symlink_to("../br0")
    write(tmp_path / "proc/sys/net/ipv4/conf/eth7/rp_filter", "0\n")
    write(tmp_path / "proc/sys/net/ipv4/conf/all/rp_filter", "1\n")
    found = interface("eth7", tmp_path)
    assert (found.up, found.rp_filter, found.bridge, found.snooping, found.querier) == (True, 1, "br0", True, False)


def test_one_that_is_missing(tmp_path):
    assert not interface("eth7", tmp_path).present


def test_a_whole_machine(tmp_path):
    write(tmp_path / "x.conf", CONFIG)
    write(tmp_path / "proc/123/comm", "NetworkManager\n")
    write(tmp_path / "proc/sys/net/ipv4/ip_forward", "0\n")
    (tmp_path / "sys/module/macvlan").mkdir(parents=True)
    seen = gather(str(tmp_path / "x.conf"), config_id="", run_dir=tmp_path / "run", root=tmp_path)
    (instance,) = seen.instances
    assert (instance.name, instance.vmac, instance.elsewhere) == ("VI_1", True, True)
    assert [each.present for each in seen.interfaces] == [False]
    assert (seen.managers, seen.sysctls["net/ipv4/ip_forward"]) == (["NetworkManager"], 0)
    assert seen.modules == {"macvlan": True}
    assert seen.status is None


def test_a_file_that_is_missing(tmp_path):
    assert gather(str(tmp_path / "none"), config_id="", run_dir=tmp_path, root=tmp_path).fault


@pytest.mark.parametrize(("method", "nat"), [("NAT", True), ("DR", False)])
def test_only_nat_needs_forwarding(tmp_path, method, nat):
    server = "real_server 192.0.2.11 80 {\n        TCP_CHECK {\n        }\n    }"
    lines = f"lvs_sched rr\n    lvs_method {method}\n    protocol TCP\n    {server}"
    write(tmp_path / "x.conf", f"virtual_server 192.0.2.9 80 {{\n    {lines}\n}}\n")
    seen = gather(str(tmp_path / "x.conf"), config_id="", run_dir=tmp_path / "run", root=tmp_path)
    assert seen.fault == ""
    assert seen.nat == nat


def test_the_tables_of_iptables_legacy_are_asked_for_where_there_are_some(tmp_path, monkeypatch):
    programs = tmp_path / "bin"
    program(programs / "nft", "echo '{\"nftables\": []}'")
    program(programs / "iptables-legacy-save", "printf '*filter\\n:INPUT DROP [0:0]\\nCOMMIT\\n'")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")

    def names():
        chains = gather(str(tmp_path / "none"), config_id="", run_dir=tmp_path, root=tmp_path).chains
        return chains if chains is None else [chain.name for chain in chains]

    assert names() == []
    write(tmp_path / "proc/net/ip_tables_names", "filter\n")
    write(tmp_path / "proc/net/ip6_tables_names", "")
    assert names() == ["ip filter INPUT"]
    (programs / "iptables-legacy-save").unlink()
    assert names() is None, "there is something, and nobody can say what"


def program(path: Path, line: str) -> None:
    write(path, f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
