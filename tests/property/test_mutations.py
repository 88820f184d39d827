"""Two hundred accidents with good files: the first diagnostic stands where the accident happened."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from mutations import MUTATIONS, Mutation, mutate

from standfast.config.diagnostics import Diagnostic
from standfast.config.load import load_text

GOOD = {path.name: path.read_text() for path in sorted((Path(__file__).parent / "good").glob("*.conf"))}
COUNT = 200
AT_LEAST = 0.95


def found(text: str) -> list[Diagnostic]:
    diagnostics = load_text(text, config_id="one").diagnostics
    return [each for each in diagnostics if each.severity != "note" and each.code != "SF5001"]


def accidents(seed: int) -> list[tuple[str, Mutation]]:
    """Mutations that leave something wrong: what moved or was shortened may be as good as before."""
    rng = random.Random(seed)
    result: list[tuple[str, Mutation]] = []
    while len(result) < COUNT:
        name = rng.choice(sorted(GOOD))
        mutation = mutate(GOOD[name], rng)
        if mutation is not None and (mutation.what not in ("moved", "lost argument") or found(mutation.text)):
            result.append((name, mutation))
    return result


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_good(name):
    assert found(GOOD[name]) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_diagnostic_stands_where_the_fault_is(seed):
    wrong = []
    for name, mutation in accidents(seed):
        diagnostics = found(mutation.text)
        if not diagnostics or diagnostics[0].span.line not in mutation.places:
            shown = f"{diagnostics[0].code} in line {diagnostics[0].span.line}" if diagnostics else "nothing"
            wrong.append(f"{name}: {mutation.what} in {sorted(mutation.places)}: {shown}")
    assert len(wrong) <= COUNT * (1 - AT_LEAST), "\n".join(wrong)


def test_one_accident_does_not_draw_a_heap_of_complaints():
    """Recovery at the block: most accidents have one diagnostic, hardly any has more than four."""
    counts = Counter(min(len(found(mutation.text)), 5) for _, mutation in accidents(4))
    assert counts[1] >= COUNT / 2
    assert counts[5] <= COUNT / 20


def test_every_kind_of_accident_is_among_them():
    assert len({mutation.what for _, mutation in accidents(1)}) == len(set(MUTATIONS))
