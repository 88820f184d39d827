"""One lab for one test: daemons on a and b, c looks on and injects, and everything on the wire is recorded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from harness.config import VIP
from harness.timing import TOLERANCE_S, excuse, judge
from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request
from standfast.lab.capture import Capture
from standfast.lab.client import Client
from standfast.lab.craft import Packet, frame
from standfast.lab.daemons import Daemon, Keepalived, Standfast
from standfast.lab.frames import Advert, Arp, Frame, NeighborAdvert, decode
from standfast.lab.injector import Injector
from standfast.lab.lab import Host, Lab
from standfast.lab.namespace import LabError
from standfast.lab.witness import Witness


class RealTimeKeepalived(Keepalived):
    """Ours is real-time by itself; a peer that is not would be late for us.

    Not by its own `vrrp_rt_priority`, which comes with a limit of processor time: in a reload it sets that to 0, and
    cannot raise it again (2.2.7). So the kernel kills it now and then.
    """

    def command(self) -> list[str]:
        return ["chrt", "--rr", "50", *super().command()]


KINDS: Mapping[str, type[Daemon]] = {"standfast": Standfast, "keepalived": RealTimeKeepalived}
ADDRESSES = {"a": ["10.9.0.1/24"], "b": ["10.9.0.2/24"], "c": ["10.9.0.3/24"]}


class Net:
    """Hosts a, b, c (10.9.0.1 to .3) and which kind of daemon runs where."""

    def __init__(self, kinds: Mapping[str, str], witness: Witness) -> None:
        self.kinds = dict(kinds)
        self.witness = witness
        self.fresh()

    def fresh(self) -> None:
        """Build the network (again)."""
        self.close()
        self.lab = Lab()
        self.lab.__enter__()
        self.began = time.time()
        self.a, self.b, self.c = self.lab.add_hosts(**ADDRESSES)
        self.wire = self.lab.closing.enter_context(Capture(self.lab.switch, "br0"))
        self.injector = Injector(self.c)
        self.daemons: list[Daemon] = []

    def close(self) -> None:
        """Take it down."""
        if hasattr(self, "lab"):
            self.lab.close()

    def daemon(self, host: Host, config: str, **options: Any) -> Daemon:
        """A daemon of the kind that this test runs on that host; not started."""
        made = KINDS[self.kinds[host.name]](host, config, **options)
        self.daemons.append(made)
        return made

    def is_keepalived(self, host: Host) -> bool:
        """Does keepalived run there?"""
        return self.kinds[host.name] == "keepalived"

    def start(self, host: Host, config: str, **options: Any) -> Daemon:
        """Make a daemon, start it and wait until it listens for adverts."""
        made = self.daemon(host, config, **options)
        made.start()
        wait_listening(made)
        return made

    def start_master(self, host: Host, config: str, *, address: str = VIP, **options: Any) -> Daemon:
        """Start one and wait until it holds the address."""
        made = self.start(host, config, **options)
        assert host.wait_address(address), self.logs()
        return made

    def wait_listening(self, daemon: Daemon) -> float:
        """Wait until a daemon's sockets are open; a moment just before it began to listen."""
        return wait_listening(daemon)

    def restart(self, daemon: Daemon) -> float:
        """Start a daemon that has ended, wait until it listens; the time of starting."""
        started = daemon.start()
        wait_listening(daemon)
        return started

    def client(self, address: str = VIP) -> Client:
        """A client on c that gets answers."""
        made = Client(self.c, address)
        assert made.wait_answer(time.time()), f"nobody answers for {address}\n{self.logs()}"
        return made

    def inject(self, **fields: Any) -> float:
        """Send one crafted advert from c; when it was on the wire."""
        return self._send(packet(**fields))

    def deceive(self, source: str, **fields: Any) -> float:
        """Send one crafted advert from c with somebody else's source address."""
        return self._send(packet(source=source, **fields))

    def _send(self, crafted: Packet) -> float:
        sent = self.injector.send(crafted)
        meant = decode(frame(crafted), sent)
        if not isinstance(meant, Advert):  # the capture keeps only what can be read
            return sent
        seen = self.wire.wait(lambda: next((x for x in self.wire.adverts(since=sent) if _alike(x, meant)), None), 20)
        assert seen, "what was injected is not on the wire"
        return seen.time

    @contextmanager
    def speaking(self, every_s: float, **fields: Any) -> Iterator[None]:
        """Send the same crafted advert from c again and again, the first at once.

        In version 3 it promises one a second, so that whoever obeys goes on to do so when our thread is late.
        """
        ended = threading.Event()
        patient = {"interval": 100} if fields.get("version", 3) == 3 else {}
        crafted = packet(**patient | fields)

        def speak() -> None:
            self.injector.send(crafted)
            while not ended.wait(every_s):
                self.injector.send(crafted)

        speaker = threading.Thread(target=speak)
        speaker.start()
        try:
            yield
        finally:
            ended.set()
            speaker.join()

    def counter(self, daemon: Daemon, name: str, instance: str = "VI_1") -> int | None:
        """A counter of one instance; None for keepalived, which has no such window."""
        if not isinstance(daemon, Standfast):
            return None
        answer = ask(daemon.run_dir, "vrrp.status", Request(do="status"), patience_s=20)
        return int(next(each for each in answer["instances"] if each["name"] == instance)["counters"][name])

    def last_advert(self, host: Host, *, v6: bool = False) -> Advert:
        """The last one that a host sent."""
        self.next_advert(host, since=0, v6=v6)
        return self.wire.adverts(host.link_local if v6 else host.address)[-1]

    def next_advert(
        self, host: Host, *, since: float, priority: int | None = None, timeout_s: float = 20, v6: bool = False
    ) -> Advert:
        """The first advert of a host after a moment; waits for it."""
        source = host.link_local if v6 else host.address
        found = self.wire.wait_advert(source, since=since, priority=priority, timeout_s=timeout_s)
        assert found, f"no advert from {host.name} within {timeout_s} s\n{self.logs()}"
        return found

    def adverts_during(self, host: Host, seconds: float) -> list[Advert]:
        """Let time pass and give what a host sent in it."""
        start = time.time()
        self.wait_until(start + seconds)
        return [each for each in self.wire.adverts(host.address, since=start) if each.time < start + seconds]

    def wait_until(self, moment: float) -> None:
        """Let the daemons run until a moment (there is nothing to wait for: the point is that nothing happens)."""
        time.sleep(max(0.0, moment - time.time()))

    def on_time(self, event: float, due: float, *, tolerance_s: float = TOLERANCE_S) -> None:
        """The event was not early, and not late either (a machine that was late itself repeats the run)."""
        judge(self.witness, event, due, began=self.began, tolerance_s=tolerance_s)

    def steady(self, adverts: list[Advert], interval_s: float, *, tolerance_s: float = TOLERANCE_S) -> None:
        """Adverts came at their interval, without a gap."""
        gaps = [later.time - earlier.time for earlier, later in pairwise(adverts)]
        assert gaps, "no adverts"
        if max(gaps) > interval_s + tolerance_s:
            excuse(self.witness, adverts[0].time, tolerance_s)
            raise AssertionError(f"a gap of {max(gaps) * 1000:.0f} ms between adverts, interval {interval_s} s")

    def undisturbed(self, adverts: list[Advert], interval_s: float, *, tolerance_s: float = TOLERANCE_S) -> None:
        """As :meth:`steady`, and none came early: a beat that nothing has moved."""
        self.steady(adverts, interval_s, tolerance_s=tolerance_s)
        shortest = min(later.time - earlier.time for earlier, later in pairwise(adverts))
        if shortest < interval_s - tolerance_s:
            excuse(self.witness, adverts[0].time, tolerance_s)
            raise AssertionError(f"only {shortest * 1000:.0f} ms between adverts, interval {interval_s} s")

    def silent(self, host: Host, *, since: float = 0, v6: bool = False, tolerance_s: float = 0.2) -> None:
        """A host has sent no advert from a moment on. (Beside a master that the machine held up, one has to.)"""
        said = self.wire.adverts(host.link_local if v6 else host.address, since=since)
        if said:
            excuse(self.witness, self.began, tolerance_s)
            raise AssertionError(f"{host.name} speaks, first at {said[0].time - self.began:.4f} s\n{self.logs()}")

    def served(self, client: Client, *, since: float, within_s: float) -> None:
        """A client has never waited longer than that from a moment on."""
        longest_s = client.longest_ms(since) / 1000
        if longest_s > within_s:
            excuse(self.witness, since, within_s)
            raise AssertionError(f"{longest_s * 1000:.0f} ms without an answer; allowed: {within_s * 1000:.0f} ms")

    def wire_text(self, count: int = 60) -> str:
        """The last frames captured, a line each, for a failed assertion."""
        return "\n".join(_line(frame, self.began) for frame in self.wire.frames[-count:])

    def logs(self) -> str:
        """What all daemons wrote, for a failed assertion."""
        return "\n".join(f"--- {each.kind} on {each.host.name}\n{each.log[-3000:]}" for each in self.daemons)


def _alike(one: Advert, other: Advert) -> bool:
    """The same, padding aside."""
    fields = ("source_mac", "source", "destination", "ttl", "vrrp")
    return all(getattr(one, field) == getattr(other, field) for field in fields)


def _line(seen: Frame, began: float) -> str:
    match seen:
        case Advert():
            words = f"{seen.source} > {seen.destination} v{seen.version} vrid {seen.vrid} prio {seen.priority}"
        case Arp():
            words = f"ARP {seen.operation} {seen.sender} is at {seen.sender_mac}, asks {seen.target}"
        case NeighborAdvert():
            words = f"NA {seen.target} is at {seen.target_mac}"
        case _:
            words = type(seen).__name__
    return f"{seen.time - began:9.4f} {words}"


def packet(**fields: Any) -> Packet:
    """An advert of host c for our virtual router, right unless fields say otherwise."""
    return Packet(**{"source": "10.9.0.3", "addresses": (VIP,), "source_mac": "02:00:00:00:00:03", **fields})


def wait_listening(daemon: Daemon, timeout_s: float = 30) -> float:
    """Wait until the kernel shows a raw socket of protocol 112 or 51 on the daemon's host.

    Gives the last moment at which there was none yet: what is counted from the beginning is not due before that.
    """
    deaf, deadline = daemon.started, time.monotonic() + timeout_s
    while True:
        looked = time.time()
        if _listens(daemon.pid):
            return deaf
        assert time.monotonic() < deadline, f"{daemon.kind} does not listen\n{daemon.log}"
        deaf = looked
        time.sleep(0.005)


def eventually(condition: Callable[[], bool], timeout_s: float, complaint: Callable[[], str]) -> None:
    """For what has no event to wait for: ask every 5 ms. Who does not answer yet is asked again."""
    deadline = time.monotonic() + timeout_s
    while not _so(condition):
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.005)


def _so(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except (NoAnswer, LabError):
        return False


def _listens(pid: int) -> bool:
    """A receiving socket is bound to its group or address; `local_address:protocol` is the second word (proc(5))."""
    try:
        tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("raw", "raw6")]
    except OSError:  # it has just ended: asking for its PID again tells why
        return False
    sockets = [line.split()[1].split(":") for table in tables for line in table.splitlines()[1:]]
    return any(protocol in ("0070", "0033") and address.strip("0") for address, protocol in sockets)
