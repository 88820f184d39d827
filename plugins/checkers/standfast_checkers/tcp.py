"""``TCP_CHECK``: can a connection be made?"""

from __future__ import annotations

from standfast.api import TARGET, CheckerType, CheckResult, checker_block, good, nothing, pacing
from standfast.net.probe import connect
from standfast_checkers.network import NetworkChecker

_CONNECTED = good("connected")


class TcpCheck(NetworkChecker):
    """Connects, and closes at once."""

    declaration = CheckerType(
        checker_block(
            "TCP_CHECK",
            "Good if a TCP connection can be made; it is closed at once.",
            (*TARGET, *pacing()),
        ),
        nothing,
    )

    async def look(self) -> CheckResult:
        """Connect."""
        connection = await connect(self.target)
        connection.close()
        return _CONNECTED
