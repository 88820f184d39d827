from __future__ import annotations

import json

from msgspec import structs

from standfast.config.operation_model import DumpFiles
from standfast.dumps.documents import as_json, as_statistics


def test_version_1_is_an_array(config, status):
    (only,) = json.loads(as_json(config, status))
    assert only["data"]["iname"] == "VI_1"
    assert only["stats"]["advert_sent"] == 5


def test_version_2_tells_of_processes_too(config, status):
    given = structs.replace(config.global_defs, dumps=DumpFiles(json_version=2))
    document = json.loads(as_json(structs.replace(config, global_defs=given), status))
    assert [each["data"]["iname"] for each in document["vrrp"]] == ["VI_1"]
    (process,) = document["track_process"]
    assert (process["process"], process["current_processes"], process["have_quorum"]) == ("nginx", 4, True)
    assert (process["weight"], "max_processes" in process) == (-7, False)


def test_an_instance_that_does_not_run_is_left_out(config, status):
    assert json.loads(as_json(config, status | {"instances": []})) == []


def test_statistics_in_keepalived_s_lines(config, status):
    lines = as_statistics(config, status).decode().splitlines()
    assert lines[:6] == [
        "VRRP Instance: VI_1",
        "  Advertisements:",
        "    Received: 3",
        "    Sent: 5",
        "  Became master: 1",
        "  Released master: 0",
    ]
    assert "    TTL: 2" in lines
    assert lines[-3:] == ["  Priority Zero:", "    Received: 0", "    Sent: 0"]
