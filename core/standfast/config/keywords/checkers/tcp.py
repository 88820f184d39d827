"""``TCP_CHECK``: can a connection be made?"""

from __future__ import annotations

from standfast.config.keywords.checkers.common import TARGET, CheckerType, checker_block, nothing, pacing

TCP_CHECK = CheckerType(
    checker_block(
        "TCP_CHECK",
        "Good if a TCP connection can be made; it is closed at once.",
        (*TARGET, *pacing()),
    ),
    nothing,
)
