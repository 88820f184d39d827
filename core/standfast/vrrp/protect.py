"""What somebody else takes off this host while we are MASTER: put it back, within reason."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Literal, TypeAlias

from standfast.values import SECOND

Verdict: TypeAlias = Literal["readd", "bounce", "fault"]

LOSSES: Final = 3
LOSS_WINDOW: Final = 10 * SECOND
BOUNCES: Final = 3
BOUNCE_WINDOW: Final = 60 * SECOND


class Guard:
    """Counts losses of each address, route and rule, and bounces of the instance, within sliding windows."""

    def __init__(self) -> None:
        self._losses: dict[Hashable, list[int]] = {}
        self._bounces: list[int] = []

    def judge(self, lost: Hashable, now: int) -> Verdict:
        """What to do about the loss of an address, route or rule at ``now``.

        For each of them by itself: without promote_secondaries the kernel drops a whole subnet's
        addresses with its primary, and that is one loss, not many.
        """
        losses = self._losses[lost] = [*_since(self._losses.get(lost, []), now - LOSS_WINDOW), now]
        if len(losses) < LOSSES:
            return "readd"
        self._losses.clear()
        self._bounces = [*_since(self._bounces, now - BOUNCE_WINDOW), now]
        if len(self._bounces) < BOUNCES:
            return "bounce"
        self._bounces.clear()
        return "fault"


def _since(moments: list[int], start: int) -> list[int]:
    return [moment for moment in moments if moment > start]
