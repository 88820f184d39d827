"""From ``nft -j list ruleset`` to the chains that see adverts. Pure; what it does not understand decides nothing."""

from __future__ import annotations

import json
from typing import Any

from standfast.doctor.snapshot import Chain

_HOOKS = ("input", "output", "prerouting", "ingress")
_FAMILIES = ("ip", "ip6", "inet", "netdev")
_VRRP = ("vrrp", 112, "112")
_GROUPS = ("224.0.0.18", "ff02::12")
_DROPS = ("drop", "reject")


def chains_of(text: str) -> list[Chain]:
    """Base chains in the order of the ruleset. Raises :class:`ValueError` if that is no ruleset."""
    try:
        objects = json.loads(text)["nftables"]
        found: dict[tuple[str, str, str], Chain] = {}
        for each in objects:
            if chain := each.get("chain"):
                if chain.get("hook") in _HOOKS and chain["family"] in _FAMILIES:
                    key = (chain["family"], chain["table"], chain["name"])
                    found[key] = Chain(name=" ".join(key), hook=chain["hook"], drops=chain.get("policy") == "drop")
            elif rule := each.get("rule"):
                chain = found.get((rule["family"], rule["table"], rule["chain"]))
                judged = _judged(rule.get("expr", []))
                if chain is not None and judged is not None:
                    chain.rules.append(judged)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"not a ruleset: {error}") from error
    return list(found.values())


def _judged(expressions: list[dict[str, Any]]) -> tuple[str, str] | None:
    """What it is about and what it does; None: it decides nothing for adverts."""
    verdict, conditions = "", []
    for each in expressions:
        (kind,) = each
        if kind in ("accept", *_DROPS):
            verdict = "drop" if kind in _DROPS else "accept"
        elif kind == "match":
            conditions.append(each["match"])
        elif kind not in ("counter", "log", "comment"):
            return None  # jumps, sets, limits: not for us to follow
    if not verdict:
        return None
    if not conditions:
        return ("everything", verdict)
    fitting = [condition for condition in conditions if _fits(condition)]
    # Let in from somewhere is let in, as far as can be seen from here; dropped from somewhere may be meant.
    if fitting and (verdict == "accept" or len(fitting) == len(conditions)):
        return ("vrrp", verdict)
    return None


def _fits(condition: dict[str, Any]) -> bool:
    """Is an advert among what it selects, whatever it selects besides?"""
    right = condition.get("right")
    values = right.get("set", []) if isinstance(right, dict) else right if isinstance(right, list) else [right]
    fits = any(value in (*_VRRP, *_GROUPS) for value in values if isinstance(value, str | int))
    return fits and condition.get("op", "==") in ("==", "in")
