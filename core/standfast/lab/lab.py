"""A small lab: hosts are network namespaces, a bridge in a namespace of its own joins them, links can be cut.

    with Lab() as lab:
        a, b = lab.add_hosts(a=["10.9.0.1/24"], b=["10.9.0.2/24"])
        a.run("ping", "-c1", "10.9.0.2")

Everything is removed on leaving, on an exception, on SIGINT, SIGTERM and SIGHUP (a terminal that closes); what a killed
lab left is removed by the next.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from standfast.lab.addresses import AddressWatch
from standfast.lab.namespace import (
    LabError,
    Namespace,
    batch,
    leftover_directories,
    leftovers,
    require_root,
    unique_prefix,
)

_SIOCGIFFLAGS = 0x8913
_IFF_RUNNING = 0x40
_CARRIER_TIMEOUT_S = 20.0
INTERFACE = "eth0"
"""Every host's interface."""


class Host:
    """One machine: a namespace with a loopback and ``eth0``."""

    def __init__(self, lab: Lab, name: str, index: int, addresses: Sequence[str]) -> None:
        self.name = name
        self.namespace = Namespace(f"{lab.prefix}-{name}")
        self.addresses = tuple(addresses)
        self.mac = f"02:00:00:00:00:{index:02x}"
        self._switch = lab.switch
        self._port = f"p-{name}"
        self.lab = lab
        self._watch: AddressWatch | None = None

    @property
    def address(self) -> str:
        """The first address, without prefix length."""
        return self.addresses[0].partition("/")[0]

    @property
    def link_local(self) -> str:
        """The IPv6 link-local address that the kernel makes from the MAC (EUI-64)."""
        return f"fe80::ff:fe00:{int(self.mac.rpartition(':')[2], 16):x}"

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command on this host and give its output. Raises :class:`LabError` if it fails and ``check``."""
        return self.namespace.run(*command, check=check)

    def popen(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program on this host; its output goes to ``NAME.log`` in the lab's directory."""
        with (self.lab.directory / f"{self.name}.log").open("ab") as log:
            return self.namespace.popen(command, output=log)

    def ip(self, *lines: str) -> None:
        """Run ``ip`` commands on this host in one process, each given without its first word."""
        batch(lines, inside=self.namespace)

    def holds(self, address: str) -> bool:
        """Does the host carry this address now?"""
        return address in self._addresses().present()

    def wait_address(self, address: str, *, held: bool = True, timeout_s: float = 20) -> bool:
        """Wait until the host carries (or has lost) an address; False when the time is over.

        It has lost one that was away for a moment since the last question, too.
        """
        return self._addresses().wait(address, held=held, timeout_s=timeout_s)

    def cut(self) -> None:
        """Partition: the switch forwards nothing to or from this host, whose interface stays up."""
        self._switch.run("bridge", "link", "set", "dev", self._port, "state", "0")

    def heal(self) -> None:
        """Undo :meth:`cut`."""
        self._switch.run("bridge", "link", "set", "dev", self._port, "state", "3")

    def unplug(self) -> None:
        """Pull the cable: the host's interface loses its carrier."""
        batch([f"link set {self._port} down"], inside=self._switch)

    def plug(self) -> None:
        """Undo :meth:`unplug`."""
        batch([f"link set {self._port} up"], inside=self._switch)

    def close(self) -> None:
        """Stop watching (the lab removes the namespace)."""
        if self._watch:
            self._watch.close()

    def _addresses(self) -> AddressWatch:
        if self._watch is None:
            self._watch = AddressWatch(self.namespace)
        return self._watch

    def _wiring(self) -> str:
        return (
            f"link add {self._port} netns {self._switch.name} type veth"
            f" peer name {INTERFACE} netns {self.namespace.name} address {self.mac}"
        )

    def _set_up(self) -> None:
        for setting in ("accept_dad", "router_solicitations"):  # no second of silence before an IPv6 address works
            for scope in ("all", "default", INTERFACE):
                self.namespace.sysctl(f"net/ipv6/conf/{scope}/{setting}", 0)
        addresses = [f"addr add {address} dev {INTERFACE}" for address in self.addresses]
        self.ip("link set lo up", *addresses, f"link set {INTERFACE} up")


class Lab:
    """The switch and its hosts. ``directory`` holds logs, configurations and run directories of one run."""

    def __init__(self) -> None:
        self.prefix = unique_prefix()
        self.switch = Namespace(f"{self.prefix}-switch")
        self.hosts: dict[str, Host] = {}
        self.directory = Path(tempfile.gettempdir(), f"{self.prefix}-files")
        self.closing = ExitStack()
        """What uses the lab registers its end here; run last to first, before the namespaces go."""
        self._old_handlers: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> Self:
        require_root()
        for namespace in leftovers():
            namespace.remove()
        for directory in leftover_directories(self.directory.parent):
            shutil.rmtree(directory, ignore_errors=True)
        self.directory.mkdir(mode=0o700)
        if threading.current_thread() is threading.main_thread():
            self._old_handlers = {number: signal.signal(number, _leave) for number in _heard()}
        try:
            self._build_switch()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything, whatever state it is in."""
        try:
            self.closing.close()
        finally:
            for host in self.hosts.values():
                host.close()
                host.namespace.remove()
            self.switch.remove()
            shutil.rmtree(self.directory, ignore_errors=True)
            for number, handler in self._old_handlers.items():
                signal.signal(number, handler)

    def add_hosts(self, **addresses: Sequence[str]) -> list[Host]:
        """Make hosts (name -> addresses with prefix length) and wait until their links carry."""
        first = len(self.hosts) + 1
        new = [Host(self, name, index, given) for index, (name, given) in enumerate(addresses.items(), first)]
        self.hosts |= {host.name: host for host in new}
        batch([f"netns add {host.namespace.name}" for host in new] + [host._wiring() for host in new])
        batch([f"link set {host._port} master br0 up" for host in new], inside=self.switch)
        for host in new:
            host._set_up()
        for host in new:
            wait_running(host.namespace, INTERFACE)
        return new

    def _build_switch(self) -> None:
        batch([f"netns add {self.switch.name}"])
        # Without a querier a snooping bridge soon drops 224.0.0.18 and ff02::12.
        batch(["link add br0 type bridge mcast_snooping 0 forward_delay 0", "link set br0 up"], inside=self.switch)


def wait_running(namespace: Namespace, interface: str) -> None:
    """Wait until an interface is operational: the kernel announces a carrier a little after the link is up."""
    with namespace.entered():
        asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    request = struct.pack("16sH14x", interface.encode(), 0)
    deadline = time.monotonic() + _CARRIER_TIMEOUT_S
    with asking:
        while not struct.unpack_from("H", fcntl.ioctl(asking, _SIOCGIFFLAGS, request), 16)[0] & _IFF_RUNNING:
            if time.monotonic() > deadline:
                raise LabError(f"{interface} of {namespace.name} has had no carrier for {_CARRIER_TIMEOUT_S:.0f} s")
            time.sleep(0.002)


def _heard() -> list[signal.Signals]:
    """SIGHUP is a terminal that closes; under nohup(1) it is ignored and stays so."""
    return [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
