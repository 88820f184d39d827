"""A pretended kernel for the half of VRRP that does system calls."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence

import pytest

from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.events import Event
from standfast.net.command import Changer
from standfast.net.decode import HostAddress, Link
from standfast.net.encode import IFA_PROTO, AddressEncoder
from standfast.net.host import Host
from standfast.net.routing_keeper import RoutingKeeper
from standfast.values import Address
from standfast.vrrp.addresses import AddressKeeper
from standfast.vrrp.announcements import Announcements
from standfast.vrrp.frame_sender import Parcel
from standfast.vrrp.holdings import Holdings
from standfast.vrrp.instance import Instance

ETH0 = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
ETH0_DOWN = Link(2, "eth0", 0x1002, b"\2\0\0\0\0\1", 1500)
_ENCODE = AddressEncoder()


class Kernel(Changer):
    """Adds to and takes from a :class:`Host`, as a kernel whose messages arrive at once."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.calls: list[tuple[str, list[str]]] = []
        self.refuse: dict[str, int] = {}
        """Address -> errno."""
        self.encode = _ENCODE
        self._by_bytes: dict[bytes, tuple[str, VirtualAddress]] = {}

    def encoder(self, address: VirtualAddress):
        messages = self.encode(address)
        self._by_bytes[messages.add] = ("add", address)
        self._by_bytes[messages.delete] = ("delete", address)
        return messages

    def join(self, batch):
        return batch

    def send(self, batch):
        done = [self._by_bytes[bytes(message)] for message, _index in batch]
        for kind in dict.fromkeys(kind for kind, _ in done):
            self.calls.append((kind, [str(address.address) for k, address in done if k == kind]))
        return [self._one(kind, address, index) for (kind, address), (_, index) in zip(done, batch, strict=True)]

    def _one(self, kind: str, address: VirtualAddress, index: int) -> int:
        number = self.refuse.get(str(address.address), 0)
        if number:
            return number
        entry = HostAddress(index, address.address, address.prefix, 0x80, 0, IFA_PROTO)
        if kind == "add":
            self.host.address_is(entry)
            return 0
        return 0 if self.host.address_gone(entry) else errno.EADDRNOTAVAIL


class Wire:
    """Sends frames and datagrams into a list."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.bursts: list[int] = []
        self.refuses = False

    def send(self, parcels: Sequence[Parcel]) -> int:
        self.bursts.append(len(parcels))
        if self.refuses:
            return len(parcels)
        self.sent += [(each.interface, each.frame) for each in parcels]
        return 0


class Voice:
    """A :class:`standfast.vrrp.sockets.Mouth` that remembers what it said."""

    def __init__(self, endpoint=None) -> None:
        self.endpoint = endpoint
        self.said: list[bytes] = []
        self.error: OSError | None = None

    def say_ipv4(self, datagram, destination) -> None:
        if self.error:
            raise self.error
        self.said.append(bytes(datagram))

    def say_ipv6(self, message, ancillary, destination) -> None:
        self.said.append(bytes(message))


def vip(text: str, dev: str = "eth0", **options) -> VirtualAddress:
    address, _, prefix = text.partition("/")
    parsed = Address.parse(address)
    return VirtualAddress(address=parsed, prefix=int(prefix or parsed.bits), dev=dev, **options)


def settings(*vips: str, **options) -> VrrpInstance:
    defaults = {
        "name": "VI",
        "vrid": 51,
        "family": 4,
        "version": 3,
        "interface": "eth0",
        "advert_interval": 100_000,
        "group": Address.parse("224.0.0.18"),
        "vips": tuple(vip(text) for text in vips or ("10.9.0.100/24",)),
    }
    return VrrpInstance(**(defaults | options))


@pytest.fixture
def make_vip() -> Callable[..., VirtualAddress]:
    return vip


@pytest.fixture
def make_settings() -> Callable[..., VrrpInstance]:
    return settings


@pytest.fixture
def host() -> Host:
    made = Host()
    made.resync([ETH0], [HostAddress(2, Address.parse("10.9.0.1"), 24, 0x80)])
    return made


@pytest.fixture
def kernel(host) -> Kernel:
    return Kernel(host)


@pytest.fixture
def keeper(kernel, host) -> AddressKeeper:
    return AddressKeeper(kernel, host, kernel.encoder)


@pytest.fixture
def routing(kernel, host) -> RoutingKeeper:
    return RoutingKeeper(kernel, host)


@pytest.fixture
def holdings(keeper, routing) -> Holdings:
    return Holdings(keeper, routing)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def announcements(host, wire) -> Announcements:
    return Announcements(host, wire, forwards=lambda _interface: False)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest.fixture
def make_instance(told, voice) -> Callable[..., Instance]:
    def make(*vips: str, place: int = 0, **options) -> Instance:
        instance = Instance(settings(*vips, **options), place, told.append)
        instance.mouth = voice
        instance.router.set_source(Address.parse("10.9.0.1"), 0)
        return instance

    return make


@pytest.fixture
def line():
    """Both ends of what leads to the process that makes checks."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ends[0], ends[1]:
        for end in ends:
            end.setblocking(False)
        yield ends
