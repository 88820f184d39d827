"""``PING_CHECK``: does it answer an echo request?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import TARGET, CheckerType, checker_block, nothing, pacing

PING_CHECK = CheckerType(
    checker_block(
        "PING_CHECK",
        "Good if an ICMP echo request is answered. Ports mean nothing here.",
        (*TARGET, *pacing()),
    ),
    nothing,
    needs_port=False,
)
