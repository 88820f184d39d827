from __future__ import annotations

import pytest

from standfast.config.load import load_text


def load(*bodies):
    text = "".join(f"bfd_instance b{i} {{\n{body}\n}}\n" for i, body in enumerate(bodies))
    loaded = load_text(text)
    return loaded.config.bfd_sessions, [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def test_values_and_defaults_by_family():
    (four, six), found = load("neighbor_ip 192.0.2.3\nmin_rx 50.5", "neighbour_ip 2001:db8::3\nchecker")
    assert (four.min_rx, four.ttl, four.tells_vrrp) == (50_500, 255, True)
    assert (six.min_rx, six.ttl, six.tells_vrrp, six.tells_checker) == (10_000, 64, False, True)
    assert found == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("source_ip 2001:db8::1", ["SF4131"]),
        ("ttl 5\nmax_hops 6", ["SF4131"]),
        ("ttl 5\nmax_hops 255", []),
        ("min_tx 20000", ["SF4133"]),
        ("idle_tx 999", ["SF3002"]),
        ("min_rx 1e3", ["SF3001"]),
        ("multiplier 256", ["SF3002"]),
        ("weight 300", ["SF3002"]),
    ],
)
def test_limits(line, codes):
    sessions, found = load(f"neighbor_ip 192.0.2.3\n{line}")
    assert (len(sessions), found) == (1, codes)


def test_two_sessions_between_the_same_addresses():
    sessions, found = load(*["neighbor_ip 192.0.2.3\nsource_ip 192.0.2.2"] * 2)
    assert ([s.name for s in sessions], found) == (["b0"], ["SF4132"])
