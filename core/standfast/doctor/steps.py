"""A firewall's chains as steps, and the way of an advert through them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

About: TypeAlias = Literal["vrrp", "everything"]
Does: TypeAlias = Literal["accept", "drop", "return", "jump", "goto"]

_DEEPEST: Final = 8
"""Chains within chains that are followed; nftables itself allows 16."""


class Step(NamedTuple):
    """A rule that concerns adverts, alone or among everything."""

    about: About
    does: Does
    target: str = ""
    """The chain, of ``jump`` and ``goto``."""


def decided(chains: Mapping[str, Sequence[Step]], name: str) -> list[tuple[str, str]]:
    """What decides in a chain, in order, with the chains that are jumped to in their places."""
    return list(_through(chains, name, "everything", ()))


def _through(
    chains: Mapping[str, Sequence[Step]], name: str, reached_by: About, above: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if name in above or len(above) > _DEEPEST:
        return
    for step in chains.get(name, ()):
        about: About = "vrrp" if "vrrp" in (step.about, reached_by) else "everything"
        if step.does == "return":
            return
        if step.does in ("jump", "goto"):
            yield from _through(chains, step.target, about, (*above, name))
        else:
            yield about, step.does
        if step.does == "goto":  # back from there, the chain above goes on, not this one
            return


def about(fits: Sequence[bool], verdict: str) -> About | None:
    """What a rule is about. ``fits``: of each condition, is an advert among what it selects?

    Let in from somewhere is let in, as far as can be seen from here; dropped from somewhere may be meant.
    """
    if not fits:
        return "everything"
    return "vrrp" if (any(fits) if verdict == "accept" else all(fits)) else None
