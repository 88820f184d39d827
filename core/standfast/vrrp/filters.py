"""Classic BPF for the receive sockets: floods for foreign virtual routers cost no wake-up.

Only the VRID is looked at.  What is wrong with an advert for one of *our* VRIDs (version included) is
found and counted by the receive pipeline.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

_INSTRUCTION = struct.Struct("=HBBI")  # struct sock_filter: code, jump if true, jump if false, operand

_LDX_IP_HEADER_LENGTH = 0xB1  # X = 4 * (byte[k] & 15)
_LD_BYTE_FROM_X = 0x50  # A = byte[X + k]
_LD_BYTE = 0x30  # A = byte[k]
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06
_ALL = 0xFFFFFFFF
_AH_SIZE = 24
_VRID_OFFSET = 1


def nothing() -> bytes:
    """For sockets that only send: no packet is ever queued."""
    return _INSTRUCTION.pack(_RETURN, 0, 0, 0)


def everything() -> bytes:
    """For sockets that are to hear of virtual routers that are not ours, too."""
    return _INSTRUCTION.pack(_RETURN, 0, 0, _ALL)


def vrids(wanted: Collection[int], *, family: int, authenticated: bool = False) -> bytes:
    """Let packets for these VRIDs in. IPv4 raw sockets see the IP header, IPv6 ones start at the message.

    ``authenticated``: protocol 51, the message lies behind 24 bytes of authentication header.
    At most 255 VRIDs exist, so every jump fits the eight bits that it has.
    """
    offset = _VRID_OFFSET + (_AH_SIZE if authenticated else 0)
    if family == 4:
        program = [(_LDX_IP_HEADER_LENGTH, 0, 0, 0), (_LD_BYTE_FROM_X, 0, 0, offset)]
    else:
        program = [(_LD_BYTE, 0, 0, offset)]
    ordered = sorted(set(wanted))
    for place, vrid in enumerate(ordered):
        program.append((_JUMP_IF_EQUAL, len(ordered) - place, 0, vrid))
    program += [(_RETURN, 0, 0, 0), (_RETURN, 0, 0, _ALL)]
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)
