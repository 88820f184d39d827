"""`lvs_timeouts`: how long connections without packets are remembered. Pure.

Connection tracking takes them for the connections of our services alone, as policies that rules refer to.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from standfast.api import Family, LvsGlobals
from standfast.net.nft.timeouts import Timeout


class Timeouts(NamedTuple):
    """Seconds; 0: as the system has it."""

    tcp: int = 0
    tcpfin: int = 0
    """After a FIN."""
    udp: int = 0

    def policies(self, family: Family, protocol: str) -> tuple[Timeout, ...]:
        """For a service's connections; empty ``protocol``: of all of them."""
        found = []
        layer3 = "ip" if family == 4 else "ip6"
        if protocol in ("TCP", "") and (self.tcp or self.tcpfin):
            states = (("established", self.tcp), ("fin_wait", self.tcpfin))
            named = tuple((state, seconds) for state, seconds in states if seconds)
            found.append(Timeout(f"tcp{family}_{self.tcp}_{self.tcpfin}", layer3, "tcp", named))
        if protocol in ("UDP", "") and self.udp:
            both = (("unreplied", self.udp), ("replied", self.udp))
            found.append(Timeout(f"udp{family}_{self.udp}", layer3, "udp", both))
        return tuple(found)

    def flow_ms(self, protocol: str) -> int:
        """How long a flow's server is remembered (DR); 0: as long as usual."""
        return {"TCP": self.tcp, "UDP": self.udp}.get(protocol, 0) * 1000


AS_USUAL: Final = Timeouts()


def timeouts_of(settings: LvsGlobals | None) -> Timeouts:
    """As configured; the names are those of its words."""
    return AS_USUAL if settings is None else Timeouts(**settings.timeouts_s)
