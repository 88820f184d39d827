"""How dumps look."""

from __future__ import annotations


def heading(words: str) -> str:
    """Of a section."""
    return f"------< {words} >------"
