from __future__ import annotations

import pytest

from standfast.metrics.sheet import Declared, Sheet, counter, gauge


@pytest.fixture
def sheet():
    declared = (
        gauge("g", "Gauge.", "a", "b"),
        counter("c_total", "Counter."),
        Declared("h", "histogram", "H.", ("k",)),
    )
    return Sheet(declared)


def test_what_is_put_is_found(sheet, samples):
    sheet.put("g", True, 1, "x")
    sheet.put("c_total", 5)
    assert samples(sheet) == {("g", (("a", "1"), ("b", "x"))): 1.0, ("c_total", ()): 5.0}


def test_what_is_not_known_is_not_said(sheet, samples):
    sheet.put("g", None, "x", "y")
    assert samples(sheet) == {}


def test_only_what_was_declared(sheet):
    with pytest.raises(KeyError):
        sheet.put("other", 1)
    with pytest.raises(ValueError, match="labels"):
        sheet.put("g", 1, "only one")
    with pytest.raises(TypeError):
        sheet.put_histogram("g", [], [1], 0, "x", "y")


def test_a_histogram_adds_up(sheet, samples):
    sheet.put_histogram("h", [0.5, 1], [1, 2, 3], 7.5, "x")
    found = samples(sheet)
    buckets = [found["h_bucket", (("k", "x"), ("le", le))] for le in ("0.5", "1.0", "+Inf")]
    assert buckets == [1, 3, 6]
    assert (found["h_sum", (("k", "x"),)], found["h_count", (("k", "x"),)]) == (7.5, 6)


def test_what_is_forgotten_is_not_said(sheet, samples):
    sheet.put("c_total", 5)
    sheet.forget("c_total")
    assert samples(sheet) == {}
