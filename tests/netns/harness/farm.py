"""A client, a balancer and three servers that tell their names: real traffic for load balancers.

Clients live in 10.9.0.0/24, servers in 10.8.0.0/24, on one switch; the balancer has an address in both.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Member, Pool, PoolChange
from standfast.lab.lab import Host, Lab
from standfast_lb.nftables.backend import NftablesBalancer

VIP, VIP6 = "10.9.0.100", "fd09::100"
SERVERS = ("s1", "s2", "s3")
PORT, SERVER_PORT = 80, 8080


class Servers:
    """On every server a TCP service that says its name and echoes, and a UDP one that answers with its name."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._stop, self._wake = socket.socketpair()
        self._selector.register(self._stop, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._listening: dict[str, list[socket.socket]] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        self._thread.start()

    def open(self, host: Host, port: int, *, name: str = "") -> None:
        """Listen on all addresses of a host."""
        name = name or host.name
        with host.namespace.entered():
            tcp = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024)
            udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            udp.bind(("::", port))
        with self._lock:
            for each, role in ((tcp, "accept"), (udp, "answer")):
                each.setblocking(False)
                self._selector.register(each, selectors.EVENT_READ, (role, name))
            self._listening.setdefault(name, []).extend((tcp, udp))
        self._wake.send(b"x")

    def shut(self, name: str) -> None:
        """Listen no more: new connections are refused, those that are there go on."""
        with self._lock:
            for each in self._listening.pop(name, []):
                self._selector.unregister(each)
                each.close()

    def close(self) -> None:
        self._wake.send(b"q")
        self._thread.join(5)
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
        self._wake.close()

    def _serve(self) -> None:
        while True:
            for key, _events in self._selector.select():
                if key.data is None:
                    if b"q" in self._stop.recv(64):
                        return
                    continue
                with suppress(OSError):
                    self._handle(key.fileobj, *key.data)

    def _handle(self, ready: socket.socket, role: str, name: str) -> None:
        if role == "accept":
            connection, _ = ready.accept()
            connection.send(name.encode())
            with self._lock:
                self._selector.register(connection, selectors.EVENT_READ, ("echo", name))
        elif role == "answer":
            _data, sender = ready.recvfrom(1500)
            ready.sendto(name.encode(), sender)
        else:
            try:
                data = ready.recv(1500)
            except OSError:
                data = b""
            if data:
                ready.send(data)
            else:
                with self._lock:
                    self._selector.unregister(ready)
                ready.close()


class Farm:
    """The lab with its servers, and ways to ask them."""

    def __init__(self, lab: Lab, balancers: Iterable[str] = ("lb",)) -> None:
        self.lab = lab
        hosts = {"client": ["10.9.0.3/24", "10.9.0.4/24", "fd09::3/64", "fd09::4/64"]}
        for number, name in enumerate(balancers, 1):
            hosts[name] = [
                f"10.9.0.1{number}/24",
                f"10.8.0.10{number}/24",
                f"fd09::1{number}/64",
                f"fd08::1{number}/64",
            ]
        hosts |= {name: [f"10.8.0.1{n}/24", f"fd08::{n}/64"] for n, name in enumerate(SERVERS, 1)}
        lab.add_hosts(**hosts)
        self.client = lab.hosts["client"]
        self.lb = lab.hosts[next(iter(balancers))]
        for name in balancers:
            host = lab.hosts[name].namespace
            for setting in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
                host.sysctl(setting, 1)
            for setting in ("all", "eth0"):
                host.sysctl(f"net/ipv4/conf/{setting}/send_redirects", 0)
        self.holds_service(self.lb)
        for name in SERVERS:
            lab.hosts[name].ip("route add default via 10.8.0.1", "route add default via fd08::f")
        self.client.ip("route add 10.8.0.0/24 via 10.9.0.11")
        self.servers = Servers()
        self.servers.start()
        lab.closing.callback(self.servers.close)
        for name in SERVERS:
            self.servers.open(lab.hosts[name], SERVER_PORT)

    def holds_service(self, host: Host) -> None:
        """This balancer has the service's addresses, and those through which servers answer."""
        host.ip(
            f"addr add {VIP}/24 dev eth0",
            f"addr add {VIP6}/64 dev eth0 nodad",
            "addr add 10.8.0.1/24 dev eth0",
            "addr add fd08::f/64 dev eth0 nodad",
        )

    def ask(self, count: int = 1, **kwargs: object) -> Counter[str]:
        """Who answers so many new connections; failures by the name of their error."""
        return Counter(self.ask_once(**kwargs) for _ in range(count))  # type: ignore[arg-type]

    def ask_once(
        self, *, address: str = VIP, port: int = PORT, source: str = "", inside: Host | None = None, udp: bool = False
    ) -> str:
        with self.opened(address=address, port=port, source=source, inside=inside, udp=udp) as asking:
            try:
                if udp:
                    asking.connect((address, port))
                    asking.send(b"who")
                else:
                    asking.connect((address, port))
                answer = asking.recv(16).decode() or "closed"
            except OSError as error:
                return type(error).__name__
            if not udp:
                hang_up(asking)
            return answer

    def opened(
        self, *, address: str = VIP, port: int = PORT, source: str = "", inside: Host | None = None, udp: bool = False
    ) -> socket.socket:
        """A socket on the client (or ``inside`` another host), not connected."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with (inside or self.client).namespace.entered():
            made = socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        made.settimeout(10)
        if source:
            made.bind((source, 0))
        return made

    def connected(self, *, address: str = VIP, port: int = PORT, source: str = "") -> tuple[socket.socket, str]:
        """An open connection, and the server's name."""
        made = self.opened(address=address, source=source)
        made.connect((address, port))
        return made, made.recv(16).decode()


def hang_up(connection: socket.socket) -> None:
    """Close, and wait for the other side to do so: its last word would be somebody new to a balancer made meanwhile."""
    with connection, suppress(OSError):
        connection.settimeout(1)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(64):
            pass


def alive(connection: socket.socket) -> bool:
    """Does the server still echo?"""
    try:
        connection.send(b"still there?")
        return connection.recv(64) == b"still there?"
    except OSError:
        return False


def members(*weights: int, method: str = "NAT", port: int = SERVER_PORT, family: int = 4) -> tuple[Member, ...]:
    """Servers s1, s2 ... with these weights; -1 leaves one out."""
    prefix = "10.8.0.1" if family == 4 else "fd08::"
    return tuple(
        Member(
            address=Address.parse(f"{prefix}{number}"),
            port=port,
            weight=weight,
            forwarding=Forwarding(method=method),  # type: ignore[arg-type]
        )
        for number, weight in enumerate(weights, 1)
        if weight >= 0
    )


def web(*weights: int, name: str = f"[{VIP}]:tcp:80", **changes: object) -> Pool:
    """A TCP service on the VIP."""
    address = Address.parse(VIP)
    usual = {
        "name": name,
        "family": 4,
        "protocol": "TCP",
        "entrances": (Entrance(first=address, last=address, port=PORT),),
        "scheduler": "rr",
        "members": members(*weights),
    }
    return Pool(**usual | changes)  # type: ignore[arg-type]


class Balanced:
    """A backend at work on a host, with pools that are changed by name."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.balancer = NftablesBalancer()
        self.pools: dict[str, Pool] = {}

    async def start(self, *, settings: LvsGlobals | None = None, adopt: tuple[Pool, ...] = ()) -> None:
        with self.host.namespace.entered():
            await self.balancer.start(settings or LvsGlobals(), adopt=adopt)
        self.pools = {pool.name: pool for pool in adopt}

    async def have(self, *pools: Pool) -> None:
        """These and no others. Failures are errors."""
        wanted = {pool.name: pool for pool in pools}
        names = {*self.pools, *wanted}
        changes = [PoolChange(old=self.pools.get(name), new=wanted.get(name)) for name in sorted(names)]
        failures = await self.balancer.apply([change for change in changes if change.old != change.new])
        assert not failures, failures
        left = await self.balancer.tidy()
        assert not left, left
        self.pools = wanted
