"""The protocol's times, worked out again from the RFC (not with the product's code), and the judgement of lateness."""

from __future__ import annotations

import time
from collections.abc import Callable

from standfast.lab.witness import Witness

EARLY_S = 0.0015
"""Blur of two capture times. A timer that fires earlier than this before it is due is wrong, on any machine."""
TOLERANCE_S = 0.05
"""How late a timer may be unless a test says otherwise."""


class Disturbed(Exception):  # noqa: N818 - it is no error of the code under test
    """The machine itself was late: this run proves nothing, repeat it."""


def skew_s(priority: int, interval_s: float, version: int = 3) -> float:
    """RFC 9568, 6.1: (256 - priority) * interval / 256; RFC 3768, 6.1: (256 - priority) / 256 at any interval."""
    return (256 - priority) * (interval_s if version == 3 else 1.0) / 256


def master_down_s(priority: int, interval_s: float, version: int = 3, adverts: int = 3) -> float:
    """How long a backup waits after the last advert."""
    return adverts * interval_s + skew_s(priority, interval_s, version)


def judge(witness: Witness, event: float, due: float, *, began: float, tolerance_s: float = TOLERANCE_S) -> None:
    """An event (seconds since the epoch) must not be early, and not late unless the machine was (then: Disturbed)."""
    assert event >= due - EARLY_S, f"early by {(due - event) * 1000:.1f} ms"
    if event > due + tolerance_s:
        excuse(witness, began, tolerance_s)
        raise AssertionError(f"late by {(event - due) * 1000:.1f} ms; allowed: {tolerance_s * 1000:.0f} ms")


def excuse(witness: Witness, began: float, tolerance_s: float) -> None:
    """Raises :class:`Disturbed` if the machine was late by more than a quarter of the tolerance since ``began``."""
    worst = witness.worst_s(began, time.time())
    if worst > tolerance_s / 4:
        raise Disturbed(f"the witness woke {worst * 1000:.1f} ms late")


def repeat_when_disturbed(run: Callable[[], object], fresh: Callable[[], None], *, times: int = 3) -> None:
    """Run; if the machine was disturbed, repeat with a fresh network, at most ``times``."""
    complaints = []
    for _ in range(times + 1):
        try:
            run()
        except Disturbed as disturbed:
            complaints.append(str(disturbed))
            fresh()
        else:
            return
    raise AssertionError(f"machine too noisy: {'; '.join(complaints)}")
