"""Options of the whole test suite, and what this machine cannot do."""

from __future__ import annotations

import os
import shutil

import pytest

PEERS = {"keepalived": "keepalived", "frr": "/usr/lib/frr/vrrpd"}
"""Mark -> the program that it needs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="all pairings of daemons and the long soaks")


def missing() -> dict[str, str]:
    """Mark -> why tests with it cannot run here."""
    found = {mark: f"{program} is not installed" for mark, program in PEERS.items() if shutil.which(program) is None}
    if os.geteuid() != 0:
        found["netns"] = "network namespaces and raw sockets need root"
    return found


def pytest_report_header(config: pytest.Config) -> list[str]:
    reasons = missing() | ({} if config.getoption("--full") else {"full": "only with --full"})
    return [f"left out: tests marked `{mark}`: {reason}" for mark, reason in reasons.items()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = missing()
    if not config.getoption("--full"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]
    for item in items:
        for mark in item.iter_markers():
            if mark.name in left_out:
                item.add_marker(pytest.mark.skip(reason=left_out[mark.name]))
