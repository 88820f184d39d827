"""SARIF 2.1.0: what its schema demands of the parts that we write."""

from __future__ import annotations

import json
import re

from standfast.config.diagnostics import Diagnostic, Frame, Span
from standfast.config.load import load_text
from standfast.config.sarif import as_sarif

TEXT = "vrrp_instance a {\n    interface eth0\n    priorty 5\n    virtual_router_id 1\n    state BACKUP or\n}\n"


def required(value: dict, *names: str) -> None:
    assert set(names) <= set(value), names


def check_text(message: dict) -> None:
    assert isinstance(message["text"], str)
    assert message["text"]


def check_location(location: dict) -> None:
    physical = location["physicalLocation"]
    assert not re.search(r"[^A-Za-z0-9%/._~:@!$&'()*+,;=-]", physical["artifactLocation"]["uri"])
    region = physical["region"]
    assert region["startLine"] >= 1
    assert 1 <= region["startColumn"] < region["endColumn"]


def check_document(document: dict) -> None:
    """The demands of the public schema, for what occurs here."""
    required(document, "version", "runs")
    assert document["version"] == "2.1.0"
    assert document["$schema"].startswith("https://")
    for run in document["runs"]:
        required(run, "tool")
        driver = run["tool"]["driver"]
        required(driver, "name")
        ids = [rule["id"] for rule in driver["rules"]]
        assert len(ids) == len(set(ids))
        for rule in driver["rules"]:
            if "defaultConfiguration" in rule:
                assert rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}
                check_text(rule["shortDescription"])
                check_text(rule["fullDescription"])
        assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
        for result in run["results"]:
            required(result, "message")
            check_text(result["message"])
            assert result["level"] in {"none", "note", "warning", "error"}
            assert ids[result["ruleIndex"]] == result["ruleId"]
            for location in (*result["locations"], *result.get("relatedLocations", ())):
                check_location(location)
            numbers = [related["id"] for related in result.get("relatedLocations", ())]
            assert len(numbers) == len(set(numbers))


def test_what_is_found_in_a_file():
    document = as_sarif(load_text(TEXT).diagnostics)
    check_document(document)
    json.dumps(document).encode()
    first = document["runs"][0]["results"][0]
    assert (first["ruleId"], first["level"]) == ("SF2101", "error")
    assert first["message"]["text"].endswith("did you mean `priority`?.") or "priority" in first["message"]["text"]
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 3


def test_nothing_found_is_a_run_without_results():
    document = as_sarif([])
    check_document(document)
    assert document["runs"][0]["results"] == []


def test_names_become_uris_and_steps_related_places():
    span = Span("/etc/a b/\udcff.conf", 1, 1, 2)
    via = (Frame("included here", Span("main.conf", 7, 1, 9)),)
    document = as_sarif([Diagnostic("note", "XX0000", span, "m\x1b[1m", via=via)])
    check_document(document)
    (result,) = document["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///etc/a%20b/%FF.conf"
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 7
    assert "\x1b" not in json.dumps(document)
