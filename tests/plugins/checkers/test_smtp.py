"""``SMTP_CHECK``: its own options."""

from __future__ import annotations

import pytest

from standfast_checkers.smtp import SmtpOptions


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("SMTP_CHECK", "helo_name lb", SmtpOptions(helo_name="lb")),
    ],
)
def test_options(check, kind, inside, value):
    assert check.codes(kind, inside) == []
    assert check.options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("SMTP_CHECK", "helo_name", ["SF2108"]),
    ],
)
def test_wrong_values(check, kind, inside, found):
    assert check.codes(kind, inside) == found


def test_a_host_block_is_one_more_check(check):
    loaded = check.load("SMTP_CHECK", "connect_port 25\nretry 4\nhost {\nconnect_ip 10.0.0.9\n}")
    assert [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4107")] == ["SF2112"]
    found = loaded.balancing.virtual_servers[0].real_servers[0].checkers
    targets = [(str(each.target.address), each.target.port, each.pace.retry) for each in found if each.target]
    assert targets == [("10.0.0.1", 25, 4), ("10.0.0.9", 25, 4)]
