"""From ``iptables-save`` to the chains that see adverts. Pure; what it does not understand decides nothing.

For the tables of iptables-legacy, which nft does not show. (Those of iptables-nft are in nft's ruleset.)
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from standfast.doctor.snapshot import Chain
from standfast.doctor.steps import Does, Step, about, decided

_BASES: Final[dict[str, Literal["input", "output", "prerouting"]]] = {
    "PREROUTING": "prerouting",
    "INPUT": "input",
    "OUTPUT": "output",
}
_VERDICTS: Final[dict[str, Does]] = {
    "ACCEPT": "accept",
    "DROP": "drop",
    "REJECT": "drop",
    "RETURN": "return",
}
_PROTOCOL: Final = ("-p", "--protocol")
_DESTINATION: Final = ("-d", "--destination")
_JUMPS: Final[dict[str, Does]] = {"-j": "jump", "--jump": "jump", "-g": "goto", "--goto": "goto"}
_SAYS_NOTHING: Final = ("-m", "--match", "--comment", "--reject-with", "--log-prefix", "--log-level")
_VRRP: Final = ("vrrp", "112")
_GROUPS: Final = ("224.0.0.18", "ff02::12")


def chains_of_save(text: str, family: int) -> list[Chain]:
    """Base chains of all tables but nat; ``family`` 4 or 6. Raises :class:`ValueError` if that is no such text."""
    try:
        return _chains(text, family)
    except IndexError:
        raise ValueError("a line of iptables-save lacks its name") from None


def _chains(text: str, family: int) -> list[Chain]:
    found: list[Chain] = []
    table, policies, rules = "", dict[str, str](), dict[str, list[list[str]]]()
    for line in text.splitlines():
        if line.startswith("*"):
            table, policies, rules = line[1:].strip(), {}, {}
        elif line.startswith(":"):
            name, policy = line[1:].split()[:2]
            policies[name], rules[name] = policy, []
        elif line.startswith("-A "):
            words = shlex.split(line)
            rules.setdefault(words[1], []).append(words[2:])
        elif line.strip() == "COMMIT":
            found += _bases(table, family, policies, rules)
        elif line.strip() and not line.startswith(("#", "[")):
            raise ValueError(f"no line of iptables-save: {line[:60]}")
    return found


def _bases(table: str, family: int, policies: dict[str, str], rules: dict[str, list[list[str]]]) -> Iterator[Chain]:
    steps = {
        name: [step for words in found if (step := _step(words, policies)) is not None] for name, found in rules.items()
    }
    program = "iptables-legacy" if family == 4 else "ip6tables-legacy"
    for name, policy in policies.items():
        if name in _BASES and table != "nat":
            yield Chain(
                name=f"{'ip' if family == 4 else 'ip6'} {table} {name}",
                hook=_BASES[name],
                drops=policy == "DROP",
                rules=decided(steps, name),
                cure=f"{program} -t {table} -I {name} -p 112 -j ACCEPT",
            )


def _step(words: Sequence[str], chains: Iterable[str]) -> Step | None:
    """None: it decides nothing for adverts."""
    fits, how, target = _read(words)
    does = _VERDICTS.get(target, how if target in chains else None)
    concerns = about(fits, does) if does is not None else None
    return None if concerns is None or does is None else Step(concerns, does, target)


def _read(words: Sequence[str]) -> tuple[list[bool], Does, str]:
    """Of each condition, is an advert among what it selects; how it goes to the target; and the target."""
    fits: list[bool] = []
    how: Does = "jump"
    target, at, negated = "", 0, False
    while at < len(words):
        word = words[at]
        value = words[at + 1] if at + 1 < len(words) and not words[at + 1].startswith("-") else ""
        if word == "!":
            negated = True
            at += 1
            continue
        if word in _JUMPS:
            how, target = _JUMPS[word], value
        elif word in _PROTOCOL:
            fits.append(value in _VRRP and not negated)
        elif word in _DESTINATION:
            fits.append(value.partition("/")[0] in _GROUPS and not negated)
        elif word not in _SAYS_NOTHING and word.startswith("-") and not target:
            fits.append(False)
        negated = False
        at += 2 if value else 1
    return fits, how, target
