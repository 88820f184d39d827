"""What Prometheus's own tools say of it."""

from __future__ import annotations

import subprocess

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from standfast.metrics.exposition import declared, rendered, sheet_of, wants_openmetrics

SETS = [(), ("mehdy",), ("gen2brain",), ("mehdy", "gen2brain")]


@pytest.mark.parametrize("compat", SETS)
@pytest.mark.parametrize("as_openmetrics", [False, True])
def test_it_parses(picture, compat, as_openmetrics):
    sheet = sheet_of(picture, [], ready=True, compat=compat)
    parse = parse_openmetrics if as_openmetrics else parse_text
    families = list(parse(rendered(sheet, as_openmetrics=as_openmetrics).decode()))
    names = {sample.name for family in families for sample in family.samples}
    assert "standfast_vrrp_state" in names
    assert ("keepalived_vrrp_state" in names) == ("mehdy" in compat)
    assert ("keepalived_vrrp_advert_rcvd" in names) == ("gen2brain" in compat)
    keys = [(s.name, tuple(sorted(s.labels.items()))) for family in families for s in family.samples]
    assert len(keys) == len(set(keys))


def test_promtool_finds_no_fault(picture):
    text = rendered(sheet_of(picture, [], ready=True, compat=("mehdy", "gen2brain")), as_openmetrics=False)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def test_counters_keep_their_exact_names(picture):
    text = rendered(sheet_of(picture, [], ready=True, compat=("mehdy",)), as_openmetrics=False).decode()
    assert "# TYPE keepalived_become_master_total counter\n" in text
    assert 'keepalived_become_master_total{iname="VI_1",intf="veth0",vrid="51"} 1.0\n' in text


def test_names_from_outside_stay_labels(picture):
    picture["vrrp"]["instances"][0] |= {"name": 'x"} 1\nevil 1', "cause": 'a\\b\n"c'}
    text = rendered(sheet_of(picture, [], ready=True, compat=("mehdy",)), as_openmetrics=False).decode()
    names = {sample.name for family in parse_text(text) for sample in family.samples}
    assert "evil" not in names


def test_nothing_is_declared_twice():
    names = [each.name.removesuffix("_total") for each in declared(("mehdy",))]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/plain", False),
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,*/*;q=0.1",
            True,
        ),
    ],
)
def test_which_form(accept, wanted):
    assert wants_openmetrics(accept) is wanted
