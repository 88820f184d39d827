from __future__ import annotations

import pytest

from standfast.config.load import load_text


def codes(text: str) -> list[str]:
    service = f"protocol TCP\nlvs_sched rr\nlvs_method NAT\n{text}\n"
    found = load_text(f"virtual_server 192.0.2.1 80 {{\n{service}}}\n").diagnostics
    return [d.code for d in found if d.code != "SF5001"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("weight 0\nweight 1", []),
        ("weight -1", ["SF3002"]),
        ("weight 2147483648", ["SF3002"]),
        ("lb_kind NAT", ["SF2102"]),
        ("uthreshold x", ["SF3001"]),
        ("alpha foo", ["SF3004"]),
        ("inhibit_on_failure off", []),
        ("retry 0", ["SF3002"]),
        ("virtualhost", ["SF2108"]),
        ("notify_up", ["SF2108"]),
    ],
)
def test_limits(line, found):
    assert codes(f"real_server 10.0.0.1 80 {{\n{line}\n}}") == found
