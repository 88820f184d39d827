"""Fixtures of pytest for tests of plugins: ``pytest_plugins = ["standfast.testing.fixtures"]`` in a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest

from standfast.config.load import Loaded, load_text
from standfast.contract.notifying import Notice
from standfast.contract.providing import Claim
from standfast.testing.balancing import MemoryLoadBalancer
from standfast.testing.contracts import EVENTS
from standfast.testing.surroundings import PretendSurroundings

__all__ = ["ReadsConfiguration", "claim", "memory_plane", "notices", "read_configuration", "surroundings"]

ReadsConfiguration: TypeAlias = Callable[[str], Loaded]


@pytest.fixture
def surroundings() -> PretendSurroundings:
    """What core lends to checkers: programs end as told, values are what is set, what is said is kept."""
    return PretendSurroundings()


@pytest.fixture
def notices() -> tuple[Notice, ...]:
    """One of each kind that a notifier may be asked to bring, numbered as core does."""
    return tuple(Notice(sequence=n, wall=1.7e9 + n, host="lb-a", event=event) for n, event in enumerate(EVENTS, 1))


@pytest.fixture
def claim() -> Claim:
    """What an address provider may be asked to bring here."""
    return Claim(instance="VI_1", host="lb-a", addresses=("192.0.2.10/24",))


@pytest.fixture
def memory_plane() -> Iterator[MemoryLoadBalancer]:
    """A data plane that is only memory."""
    plane = MemoryLoadBalancer()
    yield plane
    plane.table.clear()


@pytest.fixture
def read_configuration() -> ReadsConfiguration:
    """Reads a text with the plugins that are installed, yours among them; an error in it fails the test."""

    def read(text: str) -> Loaded:
        loaded = load_text(text)
        errors = [found for found in loaded.diagnostics if found.severity == "error"]
        assert not errors, "\n".join(f"{found.span}: {found.message}" for found in errors)  # noqa: S101 - a test
        return loaded

    return read
