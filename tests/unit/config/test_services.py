"""Keywords of ``global_defs`` that need one another."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.services import NEEDS


def codes(text: str) -> list[str]:
    return [d.code for d in load_text(f"global_defs {{\n{text}\n}}\n").diagnostics if d.code != "SF5001"]


RECIPIENTS = "notification_email {\na@example.com\n}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{RECIPIENTS}\nsmtp_server mail", []),
        (RECIPIENTS, ["SF4551"]),
        ("smtp_server mail", ["SF4551"]),
        ("smtp_server mail\nnotification_email {\n}", ["SF4552"]),
        ("notify_fifo /run/a\nvrrp_notify_fifo /run/b\nlvs_notify_fifo /run/c", []),
        ("notify_fifo /run/a\nvrrp_notify_fifo /run/a", ["SF4553"]),
        ("vrrp_notify_fifo /run/a\nlvs_notify_fifo /run/a", ["SF4553"]),
        ("notify_fifo /run/a\nnotify_fifo_script /bin/cat", []),
    ],
)
def test_halves(text, found):
    assert codes(text) == found


def test_what_needs_something_says_what():
    values = {"reload_repeat": "", "nftables_ipvs_priority": "1", "nftables_ipvs_start_fwmark": "5"}
    for name, needed in NEEDS.items():
        value = values.get(name, "10" if name.endswith("timeout") else "/bin/cat")
        loaded = load_text(f"global_defs {{\n{name} {value}\n}}\n")
        (told,) = (d for d in loaded.diagnostics if d.code == "SF4554")
        assert f"without `{needed}`" in told.message
