"""Is a service up? Pure."""

from __future__ import annotations


def has_quorum(up: bool, weight: int, quorum: int, hysteresis: int) -> bool:
    """Whether the service is up now, if it was ``up`` before and its live servers weigh ``weight`` together.

    It comes up at quorum plus hysteresis, and goes down below quorum minus hysteresis or with no weight at all.
    """
    return weight > 0 and weight >= (quorum - hysteresis if up else quorum + hysteresis)


def in_words(weight: int, quorum: int, hysteresis: int, *, up: bool) -> str:
    """The comparison that decided, for people."""
    if up:
        needed = f"{quorum}" + (f" + {hysteresis}" if hysteresis else "")
        return f"live servers weigh {weight}, needed: {needed}"
    if not weight:
        return "no live server has weight"
    needed = f"{quorum}" + (f" - {hysteresis}" if hysteresis else "")
    return f"live servers weigh {weight}, less than {needed}"


def now_in_words(weight: int, quorum: int, hysteresis: int, *, up: bool) -> str:
    """How far a service is from being the other way round, for people."""
    if not weight:
        return f"no live server has weight, needed: {quorum + hysteresis}"
    needed = f"{quorum}" + (f" {'-' if up else '+'} {hysteresis}" if hysteresis else "")
    return f"live servers weigh {weight}, {'enough' if up else 'needed'}: {needed}"
