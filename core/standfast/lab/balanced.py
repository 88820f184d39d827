"""The demo's second act: the pair balances a web service, and everything befalls its servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from standfast.lab.daemons import Standfast
from standfast.lab.lab import Host, Lab
from standfast.lab.namespace import LabError
from standfast.lab.web import Browser, WebServers, answered, longest_gap_ms

SERVICE, GATEWAY, PORT = "10.9.0.100", "10.8.0.1", 80
WEBS = ("web1", "web2", "web3")
SORRY = "sorry"
CHECK_S = 0.2
MARGIN_MS = 1000
"""What a change may cost beyond the wait for the next check or advert."""
PREEMPT_S = 2
_START_S = 20.0
_ROW = 24
"""So many requests in a row must be answered by those who should answer."""

CONFIG = """\
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    version 3
    advert_int {interval}
    @a priority 150
    @b priority 100
    preempt_delay {delay}  # who returns looks at the servers before it takes over,
    await_services         # and has them in the kernel
    virtual_ipaddress {{
        {service}/24
        {gateway}/24
    }}
}}

virtual_server {service} {port} {{
    lb_backend nftables
    protocol TCP
    lvs_sched mh
    mh-port
    lvs_method NAT
    delay_loop {check}
    retry 0
    warmup 0
    sorry_server 10.8.0.19 {port}
{servers}}}
"""
SERVER = """\
    real_server 10.8.0.1{number} {port} {{
        weight {weight}
        HTTP_GET {{
            url {{
                path /
            }}
            connect_timeout 1
            delay_before_retry {check}
        }}
    }}
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happened to the service, and what the client noticed of it."""

    name: str
    requests: int
    failed: int
    served: str
    """By whom, behind the change."""
    outage_ms: float
    """Until those answered who should and nobody else; where nobody has to go, the longest wait for an answer."""
    bound_ms: float
    failures_allowed: bool

    @property
    def survived(self) -> bool:
        """Within the bound, and without failures where none is excusable."""
        return self.outage_ms <= self.bound_ms and (self.failures_allowed or not self.failed)


class BalancedStory:
    """Tells through ``tell(seconds since the beginning, words)`` while it goes on."""

    def __init__(self, lab: Lab, tell: Callable[[float, str], None], *, interval_s: float = 1.0) -> None:
        self.interval_s = interval_s
        self._tell = tell
        self._began = time.monotonic()
        self._weights = dict.fromkeys(WEBS, 1)
        addresses = {"a": ["10.9.0.1/24", "10.8.0.2/24"], "b": ["10.9.0.2/24", "10.8.0.3/24"]}
        addresses |= {"client": ["10.9.0.3/24"], SORRY: ["10.8.0.19/24"]}
        addresses |= {name: [f"10.8.0.1{number}/24"] for number, name in enumerate(WEBS, 1)}
        lab.add_hosts(**addresses)
        self._hosts = lab.hosts
        for name in (*WEBS, SORRY):
            lab.hosts[name].ip(f"route add default via {GATEWAY}")
        for name in ("a", "b"):
            _route_packets(lab.hosts[name])
        self._web = WebServers(PORT)
        lab.closing.callback(self._web.close)
        self._daemons = {name: Standfast(lab.hosts[name], self.config, config_id=name) for name in ("a", "b")}
        self._browser = Browser(lab.hosts["client"], SERVICE, PORT)
        self._lab = lab

    @property
    def config(self) -> str:
        """For both balancers."""
        servers = "".join(
            SERVER.format(number=number, port=PORT, weight=self._weights[name], check=CHECK_S)
            for number, name in enumerate(WEBS, 1)
        )
        return CONFIG.format(
            interval=f"{self.interval_s:g}",
            check=CHECK_S,
            delay=PREEMPT_S,
            service=SERVICE,
            gateway=GATEWAY,
            port=PORT,
            servers=servers,
        )

    def begin(self) -> Self:
        """Start servers, balancers and the client. Raises :class:`LabError` if the service does not come up."""
        for name in (*WEBS, SORRY):
            self._web.open(self._hosts[name])
        for daemon in self._daemons.values():
            daemon.start()
        self._lab.closing.enter_context(self._browser)
        if self._browser.wait(time.time(), set(WEBS), count=_ROW, timeout_s=self.interval_s * 4 + _START_S) is None:
            raise LabError(f"the service does not come up; a says:\n{self._daemons['a'].log[-3000:]}")
        self._say(f"a balances {SERVICE} port {PORT} between {', '.join(WEBS)}; a client asks every 10 ms")
        return self

    def scenes(self) -> Iterator[Scene]:
        """Let it happen, one after the other."""
        others = {"web1", "web3"}
        check_ms = CHECK_S * 1000 + MARGIN_MS
        yield self._happens("web2 dies", lambda: self._kill("web2"), others, check_ms, failures=True)
        yield self._happens("web2 comes back", lambda: self._open("web2"), set(WEBS), check_ms)
        yield self._happens("web1 is drained", lambda: self._weigh("web1", 0), {"web2", "web3"}, 3000)
        yield self._happens("web1 serves again", lambda: self._weigh("web1", 1), set(WEBS), 3000)
        yield self._happens("all die", lambda: self._kill(*WEBS), {SORRY}, check_ms, failures=True)
        yield self._happens("all come back", lambda: self._open(*WEBS), set(WEBS), 2 * check_ms)
        down_ms = (3 + (256 - 100) / 256) * self.interval_s * 1000 + MARGIN_MS
        yield self._happens("balancer a is stopped", self._stop_a, set(WEBS), MARGIN_MS, failures=False)
        yield self._happens("balancer a returns", self._start_a, set(WEBS), down_ms)
        yield self._happens("balancer a loses its power", self._kill_a, set(WEBS), down_ms, failures=True)

    def _happens(
        self,
        name: str,
        event: Callable[[], None],
        answering: set[str],
        bound_ms: float,
        *,
        failures: bool = False,
        settle_s: float = 0.3,
    ) -> Scene:
        self._say(name)
        since = time.time()
        event()
        settled = self._browser.wait(since, answering, count=_ROW, timeout_s=bound_ms / 1000 + _START_S)
        time.sleep(settle_s)
        asked = self._browser.since(since)
        counts = answered(asked)
        served = " ".join(f"{who} {counts[who]}" for who in sorted(counts) if who)
        self._say(f"the client asked {len(asked)} times, {counts['']} failed; {served}")
        outage_ms = float("inf")
        if settled is not None:
            outage_ms = (settled - since) * 1000 if answering != set(WEBS) else longest_gap_ms(asked, since)
        return Scene(name, len(asked), counts[""], served, outage_ms, bound_ms, failures)

    def _kill(self, *names: str) -> None:
        for name in names:
            self._web.kill(self._hosts[name])

    def _open(self, *names: str) -> None:
        for name in names:
            self._web.open(self._hosts[name])

    def _weigh(self, name: str, weight: int) -> None:
        self._weights[name] = weight
        for daemon in self._daemons.values():
            daemon.write(self.config)
            daemon.reload()

    def _stop_a(self) -> None:
        self._daemons["a"].terminate()

    def _start_a(self) -> None:
        self._daemons["a"].wait_ended()
        self._daemons["a"].start()
        if not self._hosts["a"].wait_address(SERVICE, timeout_s=PREEMPT_S + _START_S):
            raise LabError(f"a did not take over again; it says:\n{self._daemons['a'].log[-3000:]}")

    def _kill_a(self) -> None:
        self._hosts["a"].cut()
        self._daemons["a"].kill()

    def _say(self, words: str) -> None:
        self._tell(time.monotonic() - self._began, words)


def _route_packets(host: Host) -> None:
    host.namespace.sysctl("net/ipv4/ip_forward", 1)
    for scope in ("all", "eth0"):
        host.namespace.sysctl(f"net/ipv4/conf/{scope}/send_redirects", 0)


@contextmanager
def staged_balancing(tell: Callable[[float, str], None], *, interval_s: float = 1.0) -> Iterator[BalancedStory]:
    """The act in a lab of its own, which is gone afterwards."""
    with Lab() as lab:
        yield BalancedStory(lab, tell, interval_s=interval_s)
