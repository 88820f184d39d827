from __future__ import annotations

import pytest
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from standfast.net import links
from standfast.net.decode import decode_link
from standfast.net.netlink import HEADER, RTM_DELLINK, RTM_NEWLINK

MAC = bytes.fromhex("00005e000133")


def as_pyroute2_reads_it(message: bytes) -> dict[str, object]:
    decoded = ifinfmsg(message)
    decoded.decode()
    return {"type": decoded["header"]["type"], "flags": decoded["flags"], **dict(decoded["attrs"])}


def test_a_macvlan_reads_back():
    message = links.macvlan("vrrp.51", 7, MAC, 3)
    link = decode_link(message, HEADER.size, len(message))
    assert link is not None
    assert (link.name, link.made_as, link.base, link.mode, link.mac, link.group) == (
        "vrrp.51",
        "macvlan",
        7,
        links.PRIVATE,
        MAC,
        3,
    )
    seen = as_pyroute2_reads_it(message)
    assert (seen["IFLA_LINK"], seen["IFLA_ADDRESS"]) == (7, "00:00:5e:00:01:33")
    assert seen["IFLA_LINKINFO"].get_attr("IFLA_INFO_DATA").get_attr("IFLA_MACVLAN_MODE") in (1, "private")


@pytest.mark.parametrize(("mode", "flags"), [("bridge", 0), ("private", 1), ("vepa", 2)])
def test_an_ipvlan_reads_back(mode, flags):
    message = links.ipvlan("vrrp.51", 7, mode, 0)
    data = as_pyroute2_reads_it(message)["IFLA_LINKINFO"].get_attr("IFLA_INFO_DATA")
    assert data.get_attr("IFLA_IPVLAN_MODE") == 0
    assert message.endswith(bytes((6, 0, 2, 0, flags, 0, 0, 0)))  # pyroute2 does not know the flags


@pytest.mark.parametrize(
    ("message", "name", "value"),
    [
        (links.hardware_address(MAC), "IFLA_ADDRESS", "00:00:5e:00:01:33"),
        (links.link_group(5), "IFLA_GROUP", 5),
        (links.master(8), "IFLA_MASTER", 8),
    ],
)
def test_a_change_reads_back(message, name, value):
    assert as_pyroute2_reads_it(message)[name] == value


def test_up_and_away():
    assert (as_pyroute2_reads_it(links.up())["flags"], as_pyroute2_reads_it(links.up())["type"]) == (1, RTM_NEWLINK)
    assert as_pyroute2_reads_it(links.delete())["type"] == RTM_DELLINK


def test_changes_of_what_is_nested():
    assert b"macvlan" in links.private()
    assert links.no_generation().endswith(bytes.fromhex("0500080001000000"))
