"""Messages of the IPVS family: payloads (generic header and attributes) to send, and what answers mean.

Decoders raise :class:`standfast.net.netlink.MalformedMessage`, and nothing else.
"""

from __future__ import annotations

import socket
import struct
from functools import lru_cache

from standfast.api import Address, Family
from standfast.net.netlink import MalformedMessage
from standfast_lb.ipvs.entries import (
    FLAG_HASHED,
    KERNEL_TIMEOUTS,
    METHOD_MASK,
    Daemon,
    Dest,
    DestKey,
    Service,
    ServiceKey,
    Timeouts,
    Usage,
)
from standfast_lb.ipvs.wire import (
    CTRL_ATTR_FAMILY_ID,
    CTRL_ATTR_FAMILY_NAME,
    CTRL_GETFAMILY,
    GENERIC,
    STATISTICS,
    VERSION,
    Attributes,
    Command,
    Dmn,
    Dst,
    Svc,
    Top,
    attribute,
    nested,
    string,
    u8,
    u16,
    u32,
)

_FLAGS = struct.Struct("=II")
_ALL_FLAGS = 0xFFFFFFFF
_KEY = struct.Struct("=HHH2x HHH2x HH16s HH2s2x")
"""Of a service that is no mark: AF, PROTOCOL, ADDR and PORT."""
_DEST = struct.Struct("=HHHH16s HH2s2x HHI HHI HHI HHI HHH2x")
"""DEST, and in it ADDR, PORT, FWD_METHOD, WEIGHT, U_THRESH, L_THRESH and ADDR_FAMILY, each behind length and type."""
_TUNNEL = struct.Struct("=HHB3x HH2s2x HHH2x")
_WIDE = struct.Struct("=" + "HHQ" * len(STATISTICS))
"""STATS64 as kernels write it."""
_UNREAD = Usage({})
_DEST_KEY = struct.Struct("=HHHH16s HH2s2x HHH2x")


def bare(command: Command) -> bytes:
    """A command without attributes: FLUSH, GET_CONFIG, GET_INFO, GET_SERVICE and GET_DAEMON for all."""
    return GENERIC.pack(command, VERSION, 0)


def family_request(name: str) -> bytes:
    """To the controller: which number has a family?"""
    return GENERIC.pack(CTRL_GETFAMILY, 1, 0) + string(CTRL_ATTR_FAMILY_NAME, name)


def family_number(data: bytes, start: int, end: int) -> int:
    """The controller's answer."""
    return Attributes(data, start + GENERIC.size, end).number(CTRL_ATTR_FAMILY_ID, 2)


def service_message(command: Command, key: ServiceKey, service: Service | None = None) -> bytes:
    """NEW, SET with its settings; DEL, GET, ZERO without; also GET_DEST, for all its destinations."""
    settings = b"" if service is None else _settings(key.family, service)
    return GENERIC.pack(command, VERSION, 0) + nested(Top.SERVICE, _key(key), settings)


@lru_cache(maxsize=256)
def _settings(family: Family, service: Service) -> bytes:
    """Of a thousand services most have the same."""
    body = string(Svc.SCHED_NAME, service.scheduler)
    body += attribute(Svc.FLAGS, _FLAGS.pack(service.flags, _ALL_FLAGS))
    body += u32(Svc.TIMEOUT, service.timeout)
    body += attribute(Svc.NETMASK, _netmask(family, service.netmask))
    return body + string(Svc.PE_NAME, service.engine) if service.engine else body


def service_prefix(key: ServiceKey) -> bytes:
    """What every message about a destination begins with, behind the generic header; worth keeping."""
    return nested(Top.SERVICE, _key(key))


def dest_message(command: Command, prefix: bytes, key: DestKey, dest: Dest | None = None) -> bytes:
    """NEW, SET with its settings; DEL without."""
    address = key.address.packed
    port = key.port.to_bytes(2, "big")
    family = _AF[key.address.family]
    head = GENERIC.pack(command, VERSION, 0) + prefix
    if dest is None:
        return head + _DEST_KEY.pack(40, _DEST_NESTED, 20, Dst.ADDR, address, 6, Dst.PORT, port, 6, 11, family)
    length = _DEST.size + (_TUNNEL.size if dest.method == _TUN else 0)
    # Numbers of the attributes are those of `Dst`; spelled out, because this is encoded by the ten thousand.
    body = _DEST.pack(
        *(length, _DEST_NESTED, 20, 1, address, 6, 2, port, 8, 3, dest.method),
        *(8, 4, dest.weight, 8, 5, dest.upper, 8, 6, dest.lower, 6, 11, family),
    )
    if dest.method == _TUN:
        tunnel_port = dest.tunnel_port.to_bytes(2, "big")
        body += _TUNNEL.pack(5, 13, dest.tunnel, 6, 14, tunnel_port, 6, 15, dest.tunnel_flags)
    return head + body


def daemon_message(command: Command, daemon: Daemon) -> bytes:
    """NEW_DAEMON; DEL_DAEMON."""
    body = u32(Dmn.STATE, daemon.state) + string(Dmn.MCAST_IFN, daemon.interface) + u32(Dmn.SYNC_ID, daemon.id)
    if daemon.maxlen:
        body += u16(Dmn.SYNC_MAXLEN, daemon.maxlen)
    if daemon.group is not None:
        body += attribute(Dmn.MCAST_GROUP if daemon.group.family == 4 else Dmn.MCAST_GROUP6, daemon.group.packed)
    if daemon.port:
        body += u16(Dmn.MCAST_PORT, daemon.port)
    if daemon.ttl:
        body += u8(Dmn.MCAST_TTL, daemon.ttl)
    return GENERIC.pack(command, VERSION, 0) + nested(Top.DAEMON, body)


def timeouts_message(timeouts_s: dict[str, int]) -> bytes:
    """SET_CONFIG with ``tcp``, ``tcpfin``, ``udp``, those that are to change."""
    kinds = {"tcp": Top.TIMEOUT_TCP, "tcpfin": Top.TIMEOUT_TCP_FIN, "udp": Top.TIMEOUT_UDP}
    body = b"".join(u32(kinds[name], value) for name, value in timeouts_s.items())
    return GENERIC.pack(Command.SET_CONFIG, VERSION, 0) + body


def decode_service(data: bytes, start: int, end: int, *, counted: bool = True) -> tuple[ServiceKey, Service, Usage]:
    """One answer to GET_SERVICE. Without ``counted`` its counters are not read, which are most of it."""
    found = Attributes(data, start + GENERIC.size, end).inside(Top.SERVICE)
    family = _family(found.number(Svc.AF, 2))
    mark = found.number(Svc.FWMARK, 4, 0)
    if mark:
        key = ServiceKey(family, 0, None, 0, mark)
    else:
        address = _address(family, found.raw(Svc.ADDR, 16))
        key = ServiceKey(family, found.number(Svc.PROTOCOL, 2), address, found.port(Svc.PORT), 0)
    flags = found.number(Svc.FLAGS, 4) & ~FLAG_HASHED
    mask = found.raw(Svc.NETMASK, 4)
    service = Service(
        scheduler=found.text(Svc.SCHED_NAME),
        flags=flags,
        timeout=found.number(Svc.TIMEOUT, 4),
        netmask=int.from_bytes(mask, "big") if family == 4 else found.number(Svc.NETMASK, 4),
        engine=found.text(Svc.PE_NAME, ""),
    )
    return key, service, Usage(_statistics(found, Svc.STATS64, Svc.STATS)) if counted else _UNREAD


def decode_dest(
    data: bytes, start: int, end: int, family: Family, *, counted: bool = True
) -> tuple[DestKey, Dest, Usage]:
    """One answer to GET_DEST; ``family``: the service's, for kernels that do not tell the destination's."""
    found = Attributes(data, start + GENERIC.size, end).inside(Top.DEST)
    own = found.number(Dst.ADDR_FAMILY, 2, _AF[family])
    key = DestKey(_address(_family(own), found.raw(Dst.ADDR, 16)), found.port(Dst.PORT))
    dest = Dest(
        method=found.number(Dst.FWD_METHOD, 4) & METHOD_MASK,
        weight=found.number(Dst.WEIGHT, 4, signed=True),
        upper=found.number(Dst.U_THRESH, 4),
        lower=found.number(Dst.L_THRESH, 4),
        tunnel=found.number(Dst.TUN_TYPE, 1, 0),
        tunnel_port=found.port(Dst.TUN_PORT, 0),
        tunnel_flags=found.number(Dst.TUN_FLAGS, 2, 0),
    )
    if not counted:
        return key, dest, _UNREAD
    now = (found.number(kind, 4, 0) for kind in (Dst.ACTIVE_CONNS, Dst.INACT_CONNS, Dst.PERSIST_CONNS))
    return key, dest, Usage(_statistics(found, Dst.STATS64, Dst.STATS), *now)


def decode_daemon(data: bytes, start: int, end: int) -> Daemon:
    """One answer to GET_DAEMON; the kernel fills in its defaults."""
    found = Attributes(data, start + GENERIC.size, end).inside(Top.DAEMON)
    group = None
    if Dmn.MCAST_GROUP in found:
        group = Address.unpack(found.raw(Dmn.MCAST_GROUP, 4))
    elif Dmn.MCAST_GROUP6 in found:
        group = Address.unpack(found.raw(Dmn.MCAST_GROUP6, 16))
    return Daemon(
        state=found.number(Dmn.STATE, 4, signed=True),
        interface=found.text(Dmn.MCAST_IFN),
        id=found.number(Dmn.SYNC_ID, 4),
        maxlen=found.number(Dmn.SYNC_MAXLEN, 2, 0),
        group=group,
        port=found.number(Dmn.MCAST_PORT, 2, 0),
        ttl=found.number(Dmn.MCAST_TTL, 1, 0),
    )


def decode_timeouts(data: bytes, start: int, end: int) -> Timeouts:
    """The answer to GET_CONFIG; a kernel without TCP or UDP balancing leaves theirs out."""
    found = Attributes(data, start + GENERIC.size, end)
    kinds = (Top.TIMEOUT_TCP, Top.TIMEOUT_TCP_FIN, Top.TIMEOUT_UDP)
    return Timeouts(*(found.number(kind, 4, value) for kind, value in zip(kinds, KERNEL_TIMEOUTS, strict=True)))


def decode_info(data: bytes, start: int, end: int) -> tuple[tuple[int, int, int], int]:
    """The answer to GET_INFO: IPVS's version and the size of its connection table."""
    found = Attributes(data, start + GENERIC.size, end)
    version = found.number(1, 4)
    return (version >> 16 & 0xFF, version >> 8 & 0xFF, version & 0xFF), found.number(2, 4)


_AF: dict[int, int] = {4: socket.AF_INET, 6: socket.AF_INET6}
_TUN = 2
_DEST_NESTED = Top.DEST | 0x8000


def _key(key: ServiceKey) -> bytes:
    if key.address is None:
        return u16(Svc.AF, _AF[key.family]) + u32(Svc.FWMARK, key.mark)
    port = key.port.to_bytes(2, "big")  # numbers of attributes as in `Svc`, spelled out as for destinations
    return _KEY.pack(6, 1, _AF[key.family], 6, 2, key.protocol, 20, 3, key.address.packed, 6, 4, port)


def _netmask(family: Family, netmask: int) -> bytes:
    return netmask.to_bytes(4, "big") if family == 4 else struct.pack("=I", netmask)


def _family(number: int) -> Family:
    if number == socket.AF_INET:
        return 4
    if number == socket.AF_INET6:
        return 6
    raise MalformedMessage(f"address family {number}")


def _address(family: Family, packed: bytes) -> Address:
    return Address(family, packed[:4] if family == 4 else packed)


def _statistics(found: Attributes, wide: int, narrow: int) -> dict[str, int]:
    """64 bits where the kernel has them; the rates are wide there too. Older kernels have 32 bits and rates."""
    if wide in found:
        counters = found.inside(wide)
        if (known := counters.as_struct(_WIDE)) is not None:
            return dict(zip(STATISTICS, known, strict=True))
        return {name: counters.number(kind, 8, 0) for kind, name in enumerate(STATISTICS, 1)}
    if narrow not in found:
        return {}
    counters = found.inside(narrow)
    sizes = [4, 4, 4, 8, 8, 4, 4, 4, 4, 4]
    return {name: counters.number(kind, sizes[kind - 1], 0) for kind, name in enumerate(STATISTICS, 1)}
