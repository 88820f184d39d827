"""What standfast has to reach beside keepalived, as data, and the verdict on a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from _common.figures import Summary

Statistic = Literal["p50", "p95", "p99", "maximum"]

EARLY_MS = -0.002
"""Never early, but for the rounding of skew time to whole microseconds and the clock's own grain."""


@dataclass(frozen=True, slots=True)
class Target:
    """Every bound that is given must hold: ``ratio`` of both sides' ``statistic``, the others for ours alone."""

    ratio: float | None = None
    p50: float | None = None
    p95: float | None = None
    never_early: bool = False
    statistic: Statistic = "p50"

    def __str__(self) -> str:
        limits = ((self.statistic, self.ratio, "x"), ("p50", self.p50, ""), ("p95", self.p95, ""))
        words = [f"{name} <= {limit:g}{unit}".removeprefix("p50 ") for name, limit, unit in limits if limit is not None]
        return ", ".join([*words, "never early"] if self.never_early else words) or "-"

    def met(self, ours: Summary, theirs: Summary | None) -> bool:
        """Does our side hold every bound? Without the other side a ratio holds nothing back."""
        factor = ratio(self.statistic, ours, theirs)
        return (
            (self.ratio is None or factor is None or factor <= self.ratio)
            and (self.p50 is None or ours.p50 <= self.p50)
            and (self.p95 is None or ours.p95 <= self.p95)
            and (not self.never_early or ours.minimum >= EARLY_MS)
        )


def ratio(statistic: Statistic, ours: Summary, theirs: Summary | None) -> float | None:
    """Ours by theirs; None if there is nothing to divide by."""
    if theirs is None or not getattr(theirs, statistic):
        return None
    return float(getattr(ours, statistic) / getattr(theirs, statistic))


FIRST_ADVERT = Target(ratio=2.5, p50=0.6, never_early=True)
FIRST_ADVERT_OF_ALL = Target(ratio=2.5, p50=0.6, p95=1.5, never_early=True)
FIRST_GARP = Target(ratio=1.5, p50=1.0)
PLANNED_STOP = Target(ratio=0.1)
PLANNED_STOP_1_S = Target(ratio=0.1, p50=60.0)
SPACING = Target(ratio=1.1, statistic="p99")
DRIFT = Target(p50=100.0)
CPU_ONE_AT_10_MS = Target(ratio=5.0)
CPU_250_MASTER = Target(ratio=0.8)
CPU_250_BACKUP = Target(ratio=1.5)
RSS_LARGEST = Target(p50=33.0)
PSS_ALL = Target(p50=60.0)
SPURIOUS = Target(p50=0.0)
LAST_TAKEN = Target(ratio=1.5, p50=600.0)
LAST_PRESENT_200, LAST_PRESENT_1000 = Target(ratio=1.0), Target(ratio=0.9)
ALL_ANNOUNCED = Target(ratio=0.75)
ALL_GIVEN_UP = Target(ratio=0.5)
EXEC_TO_ADVERT = Target(p50=250.0)
NONE = Target()
