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
        ("retry 0", ["SF3002"]),
        ("delay_loop 0", ["SF3002"]),
        ("delay_loop 5000", []),
        ("connect_timeout 4295", ["SF3002"]),
        ("warmup -1", ["SF3001"]),
        ("weight 0", ["SF3002"]),
        ("quorum 0", ["SF3002"]),
        ("lvs_sched RR", ["SF3004"]),
        ("lb_kind dr", ["SF3004"]),
        ("smtp_alert maybe", ["SF3004"]),
        ("alpha off", ["SF3303"]),
        ("virtualhost", ["SF2108"]),
        ("snmp_name", ["SF2108"]),
        ("connect_port 3", ["SF2102"]),
        ("ip_family inet7", ["SF3004"]),
    ],
)
def test_limits(line, found):
    assert codes(f"{line}\nreal_server 10.0.0.1 80 {{\n}}") == found
