"""Alerting rules and the dashboard ask for nothing that is not served."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from standfast.metrics.exposition import declared

PACKAGING = Path(__file__).parents[2] / "packaging"
RULES = PACKAGING / "prometheus" / "alerts.yml"
DASHBOARD = json.loads((PACKAGING / "grafana" / "standfast.json").read_text())

DECLARED = {each.name: each for each in declared(("mehdy",))}
SERIES = set(DECLARED) | {
    f"{name}_{end}" for name, each in DECLARED.items() if each.kind == "histogram" for end in ("bucket", "sum", "count")
}
SCRAPED = {"job", "host", "le"}
"""Labels that Prometheus adds, or that histograms have."""


def names(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:standfast|keepalived)_\w+", expression))


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("promtool"), "promtool is missing: script/setup test installs it (Debian's prometheus)"
    return subprocess.run(
        ["promtool", *words], cwd=RULES.parent, capture_output=True, text=True, timeout=280, check=False
    )


def test_the_rules_are_rules_and_their_own_tests_pass():
    checked = promtool("check", "rules", RULES.name)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = promtool("test", "rules", "alerts_test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_rule_is_tested():
    text = RULES.read_text()
    tested = set(re.findall(r"alertname: (\w+)", (RULES.parent / "alerts_test.yml").read_text()))
    assert set(re.findall(r"alert: (\w+)", text)) == tested


def test_rules_ask_for_what_is_served():
    asked = {name for line in RULES.read_text().splitlines() if "expr:" in line for name in names(line)}
    assert asked
    assert asked <= SERIES


def expressions() -> list[str]:
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return asked + [each["query"]["query"] for each in DASHBOARD["templating"]["list"] if each["type"] == "query"]


@pytest.mark.parametrize("expression", expressions())
def test_the_dashboard_asks_for_what_is_served(expression):
    assert names(expression)
    assert names(expression) <= SERIES


def test_legends_name_labels_that_there_are():
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            known = {
                label
                for name in names(target["expr"])
                for label in DECLARED.get(name, DECLARED["standfast_check_duration_seconds"]).labels
            }
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= known | SCRAPED, panel["title"]


def test_panels_do_not_overlap():
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells
