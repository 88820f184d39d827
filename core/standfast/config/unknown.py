"""What to say of a keyword that does not belong where it stands: did you mean, or where it belongs."""

from __future__ import annotations

from functools import cached_property

from standfast.config.findings import Findings
from standfast.config.schema import Block, walk
from standfast.config.suggest import suggest
from standfast.config.tree import Statement

NAT_FORK = "it belongs to a fork of LVS with full NAT, which Linux does not have: remove it"
GONE = {
    "lvs_id": "write `router_id`, its newer name",
    "nat_mask": "it has had no effect for many years: remove it",
    "local_address_group": NAT_FORK,
    "laddr_group_name": NAT_FORK,
    "syn_proxy": NAT_FORK,
}
"""Words of old releases and of forks that still stand in real files, and what to do about them."""


MOST_ADVICE = 500
"""Looking for similar words takes a millisecond each."""


class Guide:
    """Knows the whole schema, to help with words that are not in one block of it."""

    def __init__(self, root: Block) -> None:
        self._root = root
        self._advised: dict[tuple[str, int], str] = {}

    @cached_property
    def _homes(self) -> dict[str, list[str]]:
        """Keyword -> paths of the blocks that have it ("" is the top level)."""
        homes: dict[str, list[str]] = {}
        for path, declaration in walk(self._root):
            homes.setdefault(declaration.name, []).append(path.rpartition("/")[0])
        return homes

    @cached_property
    def _replaced(self) -> dict[str, str]:
        """Old name -> what to write instead."""
        return {found.name: found.retired for _, found in walk(self._root) if found.retired}

    def knows(self, word: str) -> bool:
        """Is it a keyword anywhere?"""
        return word in self._homes

    def unknown(self, statement: Statement, block: Block, path: tuple[str, ...], findings: Findings) -> None:
        """Report a statement whose keyword is not in ``block``; its own block is skipped unseen."""
        word = statement.keyword.text
        here = f"`{path[-1]}`" if path else "the top level"
        skipped = "; its block is skipped" if statement.block is not None else ""
        if word in GONE:
            findings.error("SF2113", statement, f"`{word}` has no meaning any more{skipped}", hint=GONE[word])
            return
        homes = self._homes.get(word)
        if homes:
            message = f"`{word}` does not belong in {here}{skipped}"
            newer = self._replaced.get(word, "")
            hint = f"write `{newer}`" if block.find(newer) else f"it belongs in {_places(homes)}"
            findings.error("SF2102", statement, message, hint=hint)
            return
        findings.error(
            "SF2101", statement, f"unknown keyword `{word}` in {here}{skipped}", hint=self._advice(word, block)
        )

    def _advice(self, word: str, block: Block) -> str:
        """A hint, looked for once for each word; a text that is no configuration at all gets a limited number."""
        key = word, id(block)
        if key not in self._advised:
            self._advised[key] = self._look_for(word, block) if len(self._advised) < MOST_ADVICE else ""
        return self._advised[key]

    def _look_for(self, word: str, block: Block) -> str:
        near = suggest(word, block.names())
        if near:
            return f"did you mean `{near[0]}`?"
        far = suggest(word, self._homes)
        return f"did you mean `{far[0]}`, which belongs in {_places(self._homes[far[0]])}?" if far else ""


def _places(homes: list[str]) -> str:
    shown = [f"`{home}`" if home else "the top level" for home in homes[:3]]
    more = f" and {len(homes) - 3} more blocks" if len(homes) > 3 else ""
    return " or ".join(shown) + more
