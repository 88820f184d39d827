from __future__ import annotations

from standfast.config.load import load_text


def test_names_have_a_limit_and_the_first_of_a_name_counts():
    assert "SF3006" in [d.code for d in load_text(f"bfd_instance {'b' * 32} {{\n}}\n").diagnostics]
    twice = "bfd_instance b {\nneighbor_ip 192.0.2.3\n}\n" * 2
    assert "SF2106" in [d.code for d in load_text(twice).diagnostics]
