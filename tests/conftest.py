"""Options of the whole test suite, and what this machine cannot do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from guest import machine
from guest.inside import Inside
from guest.outside import Outside

# Limits of wall time for examples fail on a busy machine, and say nothing about the code; pytest has a limit.
hypothesis.settings.register_profile(
    "no-deadline", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("no-deadline")

PEERS = {
    "keepalived": "keepalived",
    "frr": "/usr/lib/frr/vrrpd",
    "nginx": "nginx",
    "chromium": "chromium",
    "zsh": "zsh",
    "fish": "fish",
}
"""Mark -> the program that it needs."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="all pairings of daemons and the long soaks")
    parser.addoption("--in-guest", metavar="FILE", help="this is the pytest inside user-mode Linux; reports go to FILE")


def pytest_configure(config: pytest.Config) -> None:
    lines = config.getoption("--in-guest")
    config.pluginmanager.register(Inside(config, Path(lines)) if lines else Outside(config))


def missing(config: pytest.Config) -> dict[str, str]:
    """Mark -> why tests with it cannot run here."""
    found = {mark: f"{program} is not installed" for mark, program in PEERS.items() if shutil.which(program) is None}
    if os.geteuid() != 0:
        found["netns"] = "network namespaces and raw sockets need root"
    lacking = "" if config.getoption("--in-guest") else machine.lacking()
    return found | ({"uml": lacking} if lacking else {})


def pytest_report_header(config: pytest.Config) -> list[str]:
    reasons = missing(config) | ({} if config.getoption("--full") else {"full": "only with --full"})
    return [f"left out: tests marked `{mark}`: {reason}" for mark, reason in reasons.items()]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = missing(config)
    if not config.getoption("--full"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]
    for item in items:
        for mark in item.iter_markers():
            if mark.name in left_out:
                item.add_marker(pytest.mark.skip(reason=left_out[mark.name]))
