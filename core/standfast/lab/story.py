"""The demo's story: two routers, one address, a client that keeps asking, and everything that befalls the master."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from standfast.lab.capture import Capture
from standfast.lab.client import Client
from standfast.lab.daemons import Standfast
from standfast.lab.lab import Host, Lab
from standfast.lab.namespace import LabError

ADDRESS = "10.9.0.100"
PRIORITIES = {"a": 150, "b": 100}
MARGIN_MS = 250
"""What a take-over may cost beyond the protocol's own wait."""

CONFIG = """\
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    version 3
    advert_int {interval}
    @a priority {a}
    @b priority {b}
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""
_START_S = 10.0


@dataclass(frozen=True, slots=True)
class Chapter:
    """One thing that happened to the master and what the client noticed of it (times in milliseconds)."""

    name: str
    before: str
    after: str
    outage_ms: float
    bound_ms: float

    @property
    def survived(self) -> bool:
        """The client was served again within the bound."""
        return self.outage_ms <= self.bound_ms


class Story:
    """Tells through ``tell(seconds since the beginning, words)`` while it goes on."""

    def __init__(self, lab: Lab, tell: Callable[[float, str], None], *, interval_s: float = 1.0) -> None:
        self.interval_s = interval_s
        self.config = CONFIG.format(interval=f"{interval_s:g}", address=ADDRESS, **PRIORITIES)
        self._tell = tell
        self._began = time.monotonic()
        self._a, self._b, self._client_host = lab.add_hosts(
            a=["10.9.0.1/24"], b=["10.9.0.2/24"], client=["10.9.0.3/24"]
        )
        self._wire = lab.closing.enter_context(Capture(lab.switch, "br0"))
        self._daemons = {host.name: Standfast(host, self.config, config_id=host.name) for host in (self._a, self._b)}
        self._client: Client | None = None

    @property
    def bound_ms(self) -> float:
        """3 x interval + skew of the backup (RFC 9568, 6.1), and the margin."""
        skew_s = (256 - PRIORITIES["b"]) * self.interval_s / 256
        return (3 * self.interval_s + skew_s) * 1000 + MARGIN_MS

    def begin(self) -> Self:
        """Start both routers and the client; a becomes master. Raises :class:`LabError` if it does not."""
        for daemon in self._daemons.values():
            daemon.start()
        self._await_holder(self._a)
        self._client = Client(self._client_host, ADDRESS)
        if not self._client.wait_answer(time.time(), _START_S):
            raise LabError(f"{ADDRESS} is held by a and does not answer")
        self._say(f"a client asks {ADDRESS} every 5 ms")
        return self

    def chapters(self) -> Iterator[Chapter]:
        """Let it happen, one after the other."""
        returns = []
        for name, fail, repair in (
            ("killed", self._kill, self._boot),
            ("cut off", self._cut, self._heal),
            ("stopped", self._stop, self._start),
        ):
            yield self._happens(name, fail, self._a, self._b)
            returns.append(self._happens("comes back", repair, self._b, self._a))
        yield max(returns, key=lambda chapter: chapter.outage_ms)

    def _happens(self, name: str, event: Callable[[], None], before: Host, after: Host) -> Chapter:
        since = time.time()
        event()
        advert = self._wire.wait_advert(after.address, since=since, timeout_s=self.interval_s * 10 + _START_S)
        served = advert is not None and self._watching.wait_answer(advert.time, _START_S)
        self._say(f"{after.name} is master and holds {ADDRESS}" if served else f"nobody answers for {ADDRESS}")
        self._let_settle()
        outage_ms = self._watching.longest_ms(since) if served else float("inf")
        self._say(f"the client went without for {outage_ms:.0f} ms")
        return Chapter(name, before.name, after.name, outage_ms, self.bound_ms)

    @property
    def _watching(self) -> Client:
        if self._client is None:
            raise LabError("the story has not begun")
        return self._client

    def _await_holder(self, host: Host) -> None:
        if not host.wait_address(ADDRESS, timeout_s=self.interval_s * 4 + _START_S):
            raise LabError(f"{host.name} did not become master; it says:\n{self._daemons[host.name].log}")
        self._say(f"{host.name} is master and holds {ADDRESS}")

    def _let_settle(self) -> None:
        """Two intervals for a second opinion: an outage right after the hand-over counts, too."""
        time.sleep(2 * self.interval_s)

    def _kill(self) -> None:
        self._say("a loses its power: every process dies at once, the link goes dark")
        self._a.cut()
        self._daemons["a"].kill()

    def _boot(self) -> None:
        self._say("a gets its power back and starts, with the address still on its interface")
        self._a.heal()
        self._daemons["a"].start()

    def _cut(self) -> None:
        self._say("a is cut off: it runs and believes itself master, nobody hears it")
        self._a.cut()

    def _heal(self) -> None:
        self._say("a is reachable again: for a moment there are two masters")
        self._a.heal()

    def _stop(self) -> None:
        self._say("a is stopped in order (SIGTERM)")
        self._daemons["a"].terminate()

    def _start(self) -> None:
        self._daemons["a"].wait_ended()
        self._say("a is started again")
        self._daemons["a"].start()

    def _say(self, words: str) -> None:
        self._tell(time.monotonic() - self._began, words)


@contextmanager
def staged(tell: Callable[[float, str], None], *, interval_s: float = 1.0) -> Iterator[Story]:
    """A story in a lab of its own, which is gone afterwards."""
    with Lab() as lab:
        yield Story(lab, tell, interval_s=interval_s)
