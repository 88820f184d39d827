"""Bytes as the kernel takes and gives them."""

from __future__ import annotations

import struct
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.api import Address
from standfast.net.netlink import MalformedMessage
from standfast_lb.ipvs.entries import Daemon, Dest, DestKey, Service, ServiceKey, Timeouts, Usage
from standfast_lb.ipvs.messages import (
    bare,
    daemon_message,
    decode_daemon,
    decode_dest,
    decode_info,
    decode_service,
    decode_timeouts,
    dest_message,
    family_number,
    family_request,
    service_message,
    service_prefix,
    timeouts_message,
)
from standfast_lb.ipvs.wire import Command, attribute, nested, u32

little = pytest.mark.skipif(sys.byteorder == "big", reason="the bytes are of a little-endian host")

WEB = ServiceKey(4, 6, Address.parse("192.0.2.1"), 80, 0)
MARK6 = ServiceKey(6, 0, None, 0, 7)

addresses4 = st.binary(min_size=4, max_size=4).map(lambda packed: Address(4, packed))
addresses6 = st.binary(min_size=16, max_size=16).map(lambda packed: Address(6, packed))
ports = st.integers(0, 65_535)
numbers = st.integers(0, 2**32 - 1)
names = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=15)
keys = st.one_of(
    st.builds(ServiceKey, st.just(4), st.sampled_from([6, 17, 132]), addresses4, ports, st.just(0)),
    st.builds(ServiceKey, st.just(6), st.sampled_from([6, 17, 132]), addresses6, ports, st.just(0)),
    st.builds(ServiceKey, st.sampled_from([4, 6]), st.just(0), st.none(), st.just(0), st.integers(1, 2**32 - 1)),
)
services = st.builds(Service, names, numbers.map(lambda flags: flags & ~2), numbers, numbers, st.just("") | names)
places = st.builds(DestKey, addresses4 | addresses6, ports)
weights = st.integers(0, 2**31 - 1)
zero = st.just(0)
dests = st.builds(Dest, st.sampled_from([0, 1, 3]), weights, numbers, numbers, zero, zero, zero) | st.builds(
    Dest, st.just(2), weights, numbers, numbers, st.integers(0, 255), ports, ports
)
daemons = st.builds(
    Daemon,
    st.sampled_from([1, 2]),
    names,
    numbers,
    ports,
    st.none() | addresses4 | addresses6,
    ports,
    st.integers(0, 255),
)


@little
def test_a_new_service_byte_by_byte():
    message = service_message(Command.NEW_SERVICE, WEB, Service("rr", 1, 300, 0xFFFFFF00, ""))
    assert message.hex(" ", 4) == (
        "01010000 54000180 "  # NEW_SERVICE version 1; SERVICE, nested
        "06000100 02000000 06000200 06000000 "  # AF inet, PROTOCOL tcp
        "14000300 c0000201 00000000 00000000 00000000 "  # ADDR
        "06000400 00500000 "  # PORT, network order
        "07000600 72720000 "  # SCHED_NAME "rr"
        "0c000700 01000000 ffffffff "  # FLAGS and their mask
        "08000800 2c010000 08000900 ffffff00"  # TIMEOUT, NETMASK in network order
    )


@little
def test_a_new_destination_byte_by_byte():
    place = DestKey(Address.parse("10.0.0.1"), 8080)
    message = dest_message(Command.NEW_DEST, service_prefix(MARK6), place, Dest(2, 5, 9, 3, 1, 6080, 1))
    assert message.hex(" ", 4) == (
        "05010000 14000180 06000100 0a000000 08000500 07000000 "  # the service: AF inet6, FWMARK 7
        "60000280 14000100 0a000001 00000000 00000000 00000000 06000200 1f900000 "  # ADDR, PORT
        "08000300 02000000 08000400 05000000 08000500 09000000 08000600 03000000 "  # FWD, WEIGHT, limits
        "06000b00 02000000 05000d00 01000000 06000e00 17c00000 06000f00 01000000"  # ADDR_FAMILY, tunnel
    )


@little
def test_a_destination_to_remove_needs_its_place_alone():
    message = dest_message(Command.DEL_DEST, b"", DestKey(Address.parse("2001:db8::1"), 80))
    assert message.hex(" ", 4) == (
        "07010000 28000280 14000100 20010db8 00000000 00000000 00000001 06000200 00500000 06000b00 0a000000"
    )


@little
def test_commands_without_a_service():
    assert bare(Command.FLUSH).hex() == "11010000"
    assert timeouts_message({"udp": 7}).hex(" ", 4) == "0c010000 08000600 07000000"
    assert family_request("IPVS").hex(" ", 4) == "03010000 09000200 49505653 00000000"
    assert daemon_message(Command.NEW_DAEMON, Daemon(2, "eth0", 9)).hex(" ", 4) == (
        "09010000 20000380 08000100 02000000 09000200 65746830 00000000 08000300 09000000"
    )


@given(keys, services)
def test_services_come_back(key, service):
    data = service_message(Command.NEW_SERVICE, key, service)
    found, settings, usage = decode_service(data, 0, len(data))
    assert (found, settings) == (key, service)
    assert usage.counters == {}


@given(keys, places, dests)
def test_destinations_come_back(key, place, dest):
    data = dest_message(Command.NEW_DEST, b"", place, dest)
    assert decode_dest(data, 0, len(data), key.family)[:2] == (place, dest)


@given(daemons)
def test_daemons_come_back(daemon):
    data = daemon_message(Command.NEW_DAEMON, daemon)
    assert decode_daemon(data, 0, len(data)) == daemon


@given(numbers, numbers, numbers)
def test_timeouts_come_back(tcp, tcpfin, udp):
    data = timeouts_message({"tcp": tcp, "tcpfin": tcpfin, "udp": udp})
    assert decode_timeouts(data, 0, len(data)) == Timeouts(tcp, tcpfin, udp)


def test_timeouts_that_a_kernel_does_not_tell_are_its_defaults():
    data = bare(Command.SET_CONFIG)
    assert decode_timeouts(data, 0, len(data)) == Timeouts(900, 120, 300)


def test_wide_counters_are_preferred():
    def counters(size, first):
        form = {4: "=I", 8: "=Q"}
        return b"".join(
            struct.pack("=HH", 4 + size, kind) + struct.pack(form[size], first + kind) for kind in range(1, 11)
        )

    key = service_message(Command.NEW_SERVICE, WEB, Service("rr", 0, 0, 0, ""))[8:]
    wide = nested(12, counters(8, 2**40))
    data = bare(Command.NEW_SERVICE) + nested(1, key, wide)
    usage = decode_service(data, 0, len(data))[2]
    assert usage.counters["connections"] == 2**40 + 1
    assert usage.counters["byte_rate_out"] == 2**40 + 10


def test_version_and_table_size():
    data = bare(Command.SET_INFO) + u32(1, 0x010201) + u32(2, 4096)
    assert decode_info(data, 0, len(data)) == ((1, 2, 1), 4096)


DECODERS = [
    decode_service,
    decode_daemon,
    decode_timeouts,
    decode_info,
    family_number,
    lambda data, start, end: decode_dest(data, start, end, 4),
]


@given(st.binary(max_size=200), st.sampled_from(DECODERS))
def test_garbage_fails_in_one_way(data, decode):
    with suppress(MalformedMessage):
        decode(data, 0, len(data))


@given(keys, services, st.data())
def test_damaged_messages_fail_in_one_way(key, service, data):
    whole = bytearray(service_message(Command.NEW_SERVICE, key, service))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    with suppress(MalformedMessage):
        decode_service(cut, 0, len(cut))


def test_counters_are_read_only_when_they_are_wanted():
    data = bytes(4) + nested(1, service_prefix(WEB)[4:], _rest_of_a_service(), _wide(range(10)))
    key, settings, usage = decode_service(data, 0, len(data))
    assert list(usage.counters.values()) == list(range(10))
    assert decode_service(data, 0, len(data), counted=False) == (key, settings, Usage({}))


def test_counters_that_stand_in_another_way_are_read_all_the_same():
    data = bytes(4) + nested(1, service_prefix(WEB)[4:], _rest_of_a_service(), _wide(reversed(range(10)), first=10))
    assert list(decode_service(data, 0, len(data))[2].counters.values()) == list(range(10))


def _rest_of_a_service() -> bytes:
    return service_message(Command.NEW_SERVICE, WEB, Service("rr", 0, 0, 0, ""))[8 + len(service_prefix(WEB)) - 4 :]


def _wide(numbers, first: int = 1) -> bytes:
    """STATS64; ``first`` 10: the last attribute comes first."""
    kinds = range(1, 11) if first == 1 else range(10, 0, -1)
    each = (attribute(kind, struct.pack("=Q", number)) for kind, number in zip(kinds, numbers, strict=True))
    return nested(12, *each)
