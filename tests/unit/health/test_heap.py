"""What settles is not looked at again; what comes later is."""

from __future__ import annotations

import gc
import weakref

import pytest

from standfast.health.heap import EVERY, paused, settling


@pytest.fixture(autouse=True)
def as_before():
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


class Knot:
    def __init__(self) -> None:
        self.itself = self


def test_nothing_is_collected_while_it_settles_nor_looked_at_later():
    before = gc.get_freeze_count()
    with settling():
        assert not gc.isenabled()
        stays = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(stays)
    assert gc.get_threshold()[0] == EVERY


def test_what_is_in_no_cycle_goes_and_later_cycles_are_found():
    with settling():
        settled = {Knot}
        plain = weakref.ref(settled)
    del settled
    assert plain() is None
    later = weakref.ref(Knot())
    gc.collect()
    assert later() is None


@pytest.mark.parametrize("guard", [paused, settling])
def test_a_failure_leaves_the_collector_on(guard):
    with pytest.raises(ValueError, match="no"), guard():
        raise ValueError("no")
    assert gc.isenabled()


def test_after_a_pause_everything_is_looked_at():
    before = gc.get_freeze_count()
    with paused():
        assert not gc.isenabled()
        meanwhile = weakref.ref(Knot())
    assert gc.get_freeze_count() == before
    gc.collect()
    assert meanwhile() is None
