"""Keeps the firewall equal to what is wanted. One transaction for each change; without need there is no table."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, Protocol

from standfast.config.interface_model import Device
from standfast.config.model import Config, VirtualAddress
from standfast.net.host import Host
from standfast.net.netlink import NETLINK_ADD_MEMBERSHIP, SOL_NETLINK
from standfast.net.nft import wire
from standfast.net.nft.channel import Channel, Watch
from standfast.net.nft.commands import Command, Table
from standfast.values import Address
from standfast.vrrp import firewall
from standfast.vrrp.firewall import Wanted

_LACKING = frozenset((errno.ENOENT, errno.EOPNOTSUPP))


_EAR: Final = 64 << 10
"""Bytes of others' changes that may wait: little enough to be read within a millisecond or two. What is more counts as
a change to our tables, which costs one transaction."""


def _ear() -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, wire.NETLINK_NETFILTER)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _EAR)
    made.bind((0, 0))
    made.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, wire.GROUP_NFTABLES)
    return made


class Kernel(Protocol):
    """What takes transactions (:class:`standfast.net.nft.channel.Channel`)."""

    @property
    def port(self) -> int:
        """By which our own changes are known."""

    def commit(self, commands: Iterable[Command]) -> None:
        """All of it at once. Raises OSError."""

    def tables(self, name: str) -> set[Table]:
        """Which tables of this name exist."""


class FirewallKeeper:
    """``present`` tells whether an address is on this host now; ``say`` complains."""

    def __init__(
        self,
        host: Host,
        present: Callable[[VirtualAddress], bool],
        say: Callable[[str], None],
        connect: Callable[[], Kernel] = Channel,
    ) -> None:
        self.name = ""
        """Of our tables; empty while there are none."""
        self._host = host
        self._present = present
        self._say = say
        self._connect = connect
        self.watch: Watch | None = None
        """Hears of others' changes; there as soon as there is something to watch over."""
        self._kernel: Kernel | None = None
        self._config = Config()
        self._devices: tuple[Device, ...] = ()
        self._silent: frozenset[VirtualAddress] = frozenset()
        self._closed: set[VirtualAddress] = set()
        self._done: Wanted | None = None
        self._redirects = True
        self._said = ""

    def inherit(self, name: str) -> None:
        """A predecessor's tables are ours."""
        self.name = name

    def want(self, config: Config, devices: Iterable[Device]) -> None:
        """By these from now on; :meth:`settle` makes it so."""
        self._config = config
        self.guard(devices)
        self._silent = firewall.silent_addresses(config)

    def guard(self, devices: Iterable[Device]) -> None:
        """Keep reports off these."""
        self._devices = tuple(device for device in devices if device.kind == "macvlan")

    def choose(self) -> None:
        """Decide how our tables are called, before anybody makes them: what is there already is somebody else's."""
        if not (self._silent or self._devices):
            return
        if self.name:
            self._look_out()
            return
        usual = firewall.table_name(self._config)
        try:
            names = (usual if number < 2 else f"{usual}_{number}" for number in range(1, 100))
            self.name = next(name for name in names if not self._channel().tables(name))
        except OSError as error:
            self._trouble(error)
            return
        self._look_out()
        if self.name != usual:
            self._say(f"the nftables table {usual} exists already and is not ours: ours is called {self.name}")

    def settle(self) -> None:
        """Make the tables what they shall be, if they are not."""
        if not self.name:
            return
        needed = bool(self._silent or self._devices)
        wanted = self._wanted() if needed else None
        closed = {address for address in self._silent if address in self._closed or self._present(address)}
        if wanted == self._done and closed == self._closed:
            return
        try:
            self._make(wanted, closed)
        except OSError as error:
            self._trouble(error)

    def close(self, addresses: Iterable[VirtualAddress]) -> None:
        """Silence what shall be silent of these, which are about to be put on."""
        fresh = [address for address in addresses if address in self._silent and address not in self._closed]
        if fresh and self._done is None:
            self.settle()  # it failed before; perhaps what was in the way is gone
        if fresh and self._done is not None:
            self._commit(firewall.put_in({firewall.element(self.name, address) for address in fresh}))
            self._closed.update(fresh)

    def open(self, addresses: Iterable[VirtualAddress]) -> None:
        """These have been taken off."""
        gone = {address for address in addresses if address in self._closed}
        if not gone:
            return
        self._closed -= gone
        still = {firewall.element(self.name, address) for address in self._closed}
        self._commit(firewall.take_out({firewall.element(self.name, address) for address in gone} - still))

    def touched(self) -> bool:
        """Somebody else has changed our tables (``flush ruleset`` takes everybody's away): make them anew."""
        if self.watch is None or self._kernel is None:
            return False
        touched = self.watch.touched_by_others(self.name, self._kernel.port)  # reads in any case what waits
        if not touched or self._done is None:
            return False
        self._say(f"somebody else has changed the nftables table {self.name}: it is made anew")
        self._done = None
        self.settle()
        return True

    def clear(self) -> None:
        """Take the tables away."""
        self._silent, self._devices = frozenset(), ()
        if self.name:
            self.settle()
            self.name = ""

    def _look_out(self) -> None:
        if self.watch is None and self._connect is Channel:
            self.watch = Watch(_ear())

    def _wanted(self) -> Wanted:
        below: dict[str, int] = {}
        sources: set[tuple[str, Address]] = set()
        for device in self._devices:
            base = self._host.link(device.base)
            if base is None:
                continue
            below[device.name] = base.index
            addresses = (entry.address for entry in self._host.addresses(base.index, 6))
            sources.update((device.name, address) for address in addresses if address.is_link_local)
        settings = self._config.global_defs.firewall
        return Wanted(self.name, settings, below, frozenset(sources), self._redirects)

    def _make(self, wanted: Wanted | None, closed: set[VirtualAddress]) -> None:
        if wanted is None:
            self._channel().commit(firewall.nothing(self.name))
        else:
            try:
                self._channel().commit(firewall.everything(wanted, closed))
            except OSError as error:
                if error.errno not in _LACKING or not wanted.redirects:
                    raise
                self._redirects, wanted = False, replace(wanted, redirects=False)
                self._channel().commit(firewall.everything(wanted, closed))
                self._say(
                    "this kernel has no nft_dup: IGMP and MLD reports of virtual MACs are dropped, not redirected"
                )
        self._done, self._closed = wanted, closed

    def _commit(self, commands: list[Command]) -> None:
        try:
            self._channel().commit(commands)
        except OSError as error:
            self._trouble(error)
            self._done = None  # somebody has changed our tables: make them anew

    def _channel(self) -> Kernel:
        if self._kernel is None:
            self._kernel = self._connect()
        return self._kernel

    def _trouble(self, error: OSError) -> None:
        words = f"cannot filter with nftables, so silent addresses answer: {error.strerror or error}"
        if words != self._said:
            self._said = words
            self._say(words)
