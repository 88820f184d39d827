"""Python's collector of cycles in a process that keeps tens of thousands of objects, and makes few cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

EVERY: Final = 10_000
"""New objects between two looks at the new ones; Python's own 700 are made by a few dozen checks."""


@contextmanager
def paused() -> Iterator[None]:
    """While many objects are made that stay: looking for cycles among them takes longer than making them."""
    gc.set_threshold(EVERY, *gc.get_threshold()[1:])
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def settling() -> Iterator[None]:
    """The same at the start, and what is there in the end is not looked at later either.

    For 37,000 servers that would stop all checks for a third of a second, now and then. It goes all the same when
    nobody holds it any more; but what stood in a cycle by then would stay. So this is for the start, not for reloads.
    """
    with paused():
        yield
        gc.freeze()
