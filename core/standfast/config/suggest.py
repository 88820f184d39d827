"""Did you mean: the nearest of the words that would be understood."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(word: str, candidates: Iterable[str], *, count: int = 1) -> list[str]:
    """Up to ``count`` candidates that look like ``word``, best first.

    A word in the wrong case is the best match there is; ``-`` for ``_`` counts as the same.
    """
    by_form: dict[str, str] = {}
    for candidate in candidates:
        by_form.setdefault(_form(candidate), candidate)
    near = get_close_matches(_form(word), by_form, n=count, cutoff=0.7)
    return [by_form[form] for form in near if by_form[form] != word]


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint in words, or empty if nothing is near."""
    near = suggest(word, candidates)
    return f"did you mean `{near[0]}`?" if near else ""


def _form(word: str) -> str:
    return word.lower().replace("-", "_")
