"""From ``nft -j list ruleset`` to the chains that see adverts. Pure; what it does not understand decides nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from standfast.doctor.snapshot import Chain
from standfast.doctor.steps import Does, Step, about, decided

_HOOKS = ("input", "output", "prerouting", "ingress")
_FAMILIES = ("ip", "ip6", "inet", "netdev")
_VRRP = ("vrrp", 112, "112")
_GROUPS = ("224.0.0.18", "ff02::12")
_VERDICTS: Final[dict[str, Does]] = {
    "accept": "accept",
    "drop": "drop",
    "reject": "drop",
    "return": "return",
    "jump": "jump",
    "goto": "goto",
}


def chains_of(text: str) -> list[Chain]:
    """Base chains in the order of the ruleset. Raises :class:`ValueError` if that is no ruleset."""
    try:
        return list(_chains(json.loads(text)["nftables"]))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"not a ruleset: {error}") from error


def _chains(objects: list[dict[str, Any]]) -> Iterator[Chain]:
    bases: list[dict[str, Any]] = []
    steps: dict[tuple[str, str], dict[str, list[Step]]] = defaultdict(lambda: defaultdict(list))
    for each in objects:
        if chain := each.get("chain"):
            if chain.get("hook") in _HOOKS and chain["family"] in _FAMILIES:
                bases.append(chain)
        elif rule := each.get("rule"):
            step = _step(rule.get("expr", []))
            if step is not None:
                steps[rule["family"], rule["table"]][rule["chain"]].append(step)
    for chain in bases:
        family, table, name = chain["family"], chain["table"], chain["name"]
        rules = decided(steps[family, table], name)
        drops = chain.get("policy") == "drop"
        yield Chain(name=f"{family} {table} {name}", hook=chain["hook"], drops=drops, rules=rules)


def _step(expressions: list[dict[str, Any]]) -> Step | None:
    """None: it decides nothing for adverts."""
    does: Does | None = None
    fits, target = [], ""
    for each in expressions:
        (kind,) = each
        if kind in _VERDICTS:
            does = _VERDICTS[kind]
            target = each[kind]["target"] if does in ("jump", "goto") else ""
        elif kind == "match":
            fits.append(_fits(each["match"]))
        elif kind not in ("counter", "log", "comment"):
            return None  # sets of verdicts, limits: not for us to follow
    concerns = about(fits, does) if does is not None else None
    return None if concerns is None or does is None else Step(concerns, does, target)


def _fits(condition: dict[str, Any]) -> bool:
    """Is an advert among what it selects, whatever it selects besides?"""
    right = condition.get("right")
    values = right.get("set", []) if isinstance(right, dict) else right if isinstance(right, list) else [right]
    fits = any(value in (*_VRRP, *_GROUPS) for value in values if isinstance(value, str | int))
    return fits and condition.get("op", "==") in ("==", "in")
