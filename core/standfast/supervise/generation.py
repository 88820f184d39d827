"""One configuration as all processes of the daemon have it: sealed bytes in a memory file, and a number."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from standfast.config.health_model import NO_NEEDS, Needs
from standfast.config.model import GlobalDefs

_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Essentials(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a :class:`~standfast.config.model.Config` that the parent acts on; instances stay encoded."""

    global_defs: GlobalDefs = GlobalDefs()
    instance_name: str = ""
    net_namespace: str = ""
    net_namespace_ipvs: str = ""
    use_pid_dir: bool = False
    child_wait_time: int = 5


class InstanceBrief(msgspec.Struct, frozen=True, kw_only=True):
    """What the parent needs of an instance while nobody speaks for it."""

    name: str
    stop_hold: int = 2_000_000


class _Briefs(msgspec.Struct, frozen=True, kw_only=True):
    instances: list[InstanceBrief] = []


@dataclass(frozen=True, slots=True)
class Generation:
    """A numbered configuration; children get the descriptor, never a path."""

    number: int
    descriptor: int
    """What the VRRP process gets."""
    essentials: Essentials
    health: int | None = None
    """What the health process gets."""
    needs: Needs = NO_NEEDS
    pipes: Mapping[str, int] = field(default_factory=dict)
    """Open named pipes for notices, by keyword; :class:`standfast.supervise.pipes.Pipes` closes them."""

    @classmethod
    def seal(cls, number: int, descriptor: int, health: int | None = None, needs: Needs = NO_NEEDS) -> Generation:
        """Make filled memory files unchangeable. Raises :class:`msgspec.DecodeError` if there is no configuration."""
        for each in (descriptor, health):
            if each is not None:
                fcntl.fcntl(each, fcntl.F_ADD_SEALS, _SEALS)
        essentials = msgspec.msgpack.decode(read_all(descriptor), type=Essentials)
        return cls(number, descriptor, essentials, health, needs)

    def instances(self) -> list[InstanceBrief]:
        """Read when asked for: with thousands of instances the parent should not hold them."""
        return msgspec.msgpack.decode(read_all(self.descriptor), type=_Briefs).instances

    def close(self) -> None:
        """Children that have the descriptor keep it."""
        for each in (self.descriptor, self.health):
            if each is not None:
                os.close(each)


def memory_file() -> int:
    """An empty one that can be sealed."""
    return os.memfd_create("standfast-config", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def read_all(descriptor: int) -> bytes:
    """The whole file, wherever its offset stands."""
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
