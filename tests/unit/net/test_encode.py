from __future__ import annotations

import subprocess
import sys

import pytest
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg

from standfast.config.model import VirtualAddress
from standfast.net.encode import IFA_PROTO, AddressEncoder, Datagram
from standfast.net.netlink import HEADER, NLM_F_ACK, RTM_DELADDR, RTM_NEWADDR, messages
from standfast.values import Address


def virtual(text: str, prefix: int, **options) -> VirtualAddress:
    return VirtualAddress(address=Address.parse(text), prefix=prefix, dev="eth0", **options)


def read(data: bytes) -> tuple[dict, dict]:
    message = ifaddrmsg(bytes(data))
    message.decode()
    return message, dict(message["attrs"])


def test_every_option_reaches_the_kernel_message():
    address = virtual(
        "10.9.0.100",
        24,
        scope=253,
        broadcast=Address.parse("10.9.0.255"),
        label="eth0:vip",
        peer=Address.parse("10.9.0.101"),
        preferred_lft_s=77,
        noprefixroute=True,
        autojoin=True,
    )
    message, attributes = read(Datagram([(AddressEncoder()(address).add, 9)]).numbered(4711))
    assert message["header"]["type"] == RTM_NEWADDR
    assert message["header"]["sequence_number"] == 4711
    assert message["header"]["flags"] & NLM_F_ACK
    assert (message["index"], message["prefixlen"], message["scope"]) == (9, 24, 253)
    assert attributes["IFA_LOCAL"] == "10.9.0.100"
    assert attributes["IFA_ADDRESS"] == "10.9.0.101"
    assert attributes["IFA_BROADCAST"] == "10.9.0.255"
    assert attributes["IFA_LABEL"] == "eth0:vip"
    assert attributes["IFA_FLAGS"] == 0x600
    assert attributes["IFA_CACHEINFO"]["ifa_preferred"] == 77
    assert attributes["IFA_CACHEINFO"]["ifa_valid"] == 0xFFFFFFFF
    assert attributes["IFA_PROTO"] == IFA_PROTO


@pytest.mark.parametrize(
    ("options", "flags"),
    [({}, 0x02), ({"dad": True}, None), ({"home": True}, 0x12), ({"mngtmpaddr": True}, 0x102)],
)
def test_no_duplicate_detection_for_ipv6_unless_asked_for(options, flags):
    _, attributes = read(AddressEncoder()(virtual("2001:db8::1", 64, **options)).add)
    assert attributes.get("IFA_FLAGS") == flags


def test_an_ipv6_host_address_is_no_source():
    _, attributes = read(AddressEncoder()(virtual("2001:db8::1", 128, preferred_lft_s=0)).add)
    assert attributes["IFA_CACHEINFO"]["ifa_preferred"] == 0


def test_deleting_names_address_and_prefix():
    message, attributes = read(AddressEncoder()(virtual("10.9.0.100", 24, label="eth0:1")).delete)
    assert message["header"]["type"] == RTM_DELADDR
    assert message["prefixlen"] == 24
    assert attributes == {"IFA_LOCAL": "10.9.0.100", "IFA_ADDRESS": "10.9.0.100"}, "or the prefix length does not count"


def test_what_is_known_is_not_encoded_again():
    encoder = AddressEncoder()
    address = virtual("10.9.0.100", 24)
    assert encoder(address) is encoder(virtual("10.9.0.100", 24))
    encoder.forget_all_but(set())
    assert encoder(address) == encoder(address)


def test_the_stand_in_keeps_asyncio_out():
    program = (
        "import sys; from standfast.net.encode import *; stand_in_for_pyroute2(); AddressEncoder();"
        "sys.exit('asyncio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_messages_are_numbered_and_the_last_alone_asks_for_an_answer():
    encode = AddressEncoder()
    ready = [encode(virtual(f"10.9.0.{n}", 24)) for n in (100, 101, 102)]
    before = ready[0].add
    made = Datagram([(ready[0].add, 7), (ready[1].delete, 8), (ready[2].add, None)])
    assert len(made) == 3
    made.numbered(12)
    datagram = bytes(made.numbered(0xFFFFFFFF))
    cut = list(messages(datagram))
    assert [sequence for _, _, sequence, _, _ in cut] == [0xFFFFFFFF, 0, 1]
    assert [bool(flags & NLM_F_ACK) for _, flags, _, _, _ in cut] == [False, False, True]
    decoded = [read(datagram[start - HEADER.size : end]) for _, _, _, start, end in cut]
    assert [message["index"] for message, _ in decoded] == [7, 8, 0]
    assert [attributes["IFA_LOCAL"] for _, attributes in decoded] == ["10.9.0.100", "10.9.0.101", "10.9.0.102"]
    assert ready[0].add == before
