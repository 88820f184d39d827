from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.diagnostics import Span
from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.load import load_text
from standfast.config.tree import Statement, Word
from standfast.config.vmac import read_ipvlan, read_vmac
from standfast.values import Address


def read(function, texts):
    words = tuple(Word(text, Span("f", 1, i, i + 1)) for i, text in enumerate(("use", *texts), 1))
    findings = Findings()
    return function(words[1:], Reader(Statement(words, "", ""), findings)), [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("text", "fields", "codes"),
    [
        ("", {}, []),
        ("vrrp.1 netlink_notify_msg", {"name": "vrrp.1", "netlink_notify": True}, []),
        ("name group group 5", {"name": "group", "group": 5}, []),
        ("02:00:00:00:00:01", {"mac": bytes.fromhex("020000000001")}, []),
        ("2:0:0:0:0", {"mac": bytes.fromhex("0200000000")}, []),
        ("03:00:00:00:00:01", {}, ["SF4151"]),
        ("00:00:5e:00:01:05", {}, ["SF4151"]),
        ("vrrp.1 more", {"name": "vrrp.1"}, ["SF2109"]),
        ("name", DROPPED, ["SF3102"]),
        ("e" * 16, {}, ["SF3006"]),
    ],
)
def test_words_of_a_vmac(text, fields, codes):
    assert read(read_vmac, text.split()) == (fields, codes)


def test_words_of_an_ipvlan():
    fields, codes = read(read_ipvlan, ["ipv0", "192.0.2.5/24", "vepa", "group", "7"])
    assert fields == {"name": "ipv0", "address": Address.parse("192.0.2.5"), "prefix": 24, "mode": "vepa", "group": 7}
    assert codes == []


VI = "vrrp_instance a {{\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n{0}\n}}\n"
ETH = "interface eth0\n"
UNICAST = "unicast_src_ip 192.0.2.2\nunicast_peer {\n192.0.2.3\n}\n"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (ETH + "use_vmac", []),
        (ETH + "use_vmac\nuse_ipvlan 192.0.2.5", ["SF4152"]),
        (ETH + UNICAST + "use_vmac", ["SF4152"]),
        (ETH + UNICAST + "use_vmac\nvmac_xmit_base", []),
        (UNICAST + "use_vmac", ["SF4152"]),
        (ETH + "vmac_xmit_base", ["SF4152"]),
        (ETH + "use_ipvlan", ["SF4152"]),
        (ETH + "use_ipvlan 2001:db8::1", ["SF4021"]),
        (ETH + "use_vmac group nowhere", ["SF3119"]),
        (ETH + "strict_mode\nversion 3\naccept\nuse_vmac 2:2:2:2:2", ["SF6203"]),
        (ETH + "strict_mode\nversion 3\naccept\nuse_vmac\nvmac_xmit_base", ["SF6203"]),
    ],
)
def test_beside_the_rest_of_the_instance(lines, codes):
    assert [d.code for d in load_text(VI.format(lines)).diagnostics if d.code != "SF5001"] == codes


def test_what_the_instance_gets():
    (one,) = load_text(VI.format(ETH + UNICAST + "use_vmac vrrp.9\nuse_vmac_addr")).config.instances
    assert (one.vmac.name, one.vmac.xmit_base, one.vmac.for_addresses, one.ipvlan) == ("vrrp.9", True, True, None)
    (one,) = load_text(VI.format(ETH + "use_ipvlan 192.0.2.5/24")).config.instances
    assert (one.vmac, str(one.ipvlan.address)) == (None, "192.0.2.5")


@given(st.sampled_from([read_vmac, read_ipvlan]), st.lists(st.sampled_from(["name", "group", "1:2:3:4:5"]) | st.text()))
def test_no_words_raise(function, texts):
    value, codes = read(function, texts)
    assert value is not DROPPED or codes


INSTANCE = """vrrp_instance VI_1 {{
interface eth0
virtual_router_id 51
{}
virtual_ipaddress {{
192.0.2.9/24
}}
}}
"""


@pytest.mark.parametrize("name", ["a/b", "..", "a:b", "far_too_long_to_be", "eth0", "lo"])
@pytest.mark.parametrize("keyword", ["use_vmac", "use_ipvlan 192.0.2.2/24"])
def test_a_name_that_cannot_be_costs_the_name_alone(keyword, name):
    loaded = load_text(INSTANCE.format(f"{keyword} {name}"))
    assert [(d.code, d.severity) for d in loaded.diagnostics] == [("SF3006", "error")]
    (instance,) = loaded.config.instances
    made = instance.vmac if keyword == "use_vmac" else instance.ipvlan
    assert made is not None
    assert made.name == ""
