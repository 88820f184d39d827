from __future__ import annotations

from standfast.config.load import load_text
from standfast.config.operation_model import DumpFiles, TimedReload


def given(*lines):
    text = "\n".join(("global_defs {", *lines, "}", ""))
    return load_text(text, config_id="").config.global_defs


def test_nothing_said():
    assert (given().dumps, given().timed_reload) == (DumpFiles(), TimedReload())


def test_dumps_under_both_names():
    said = given("state_dump_file /a/state", "stats_file_location /a/", "json_dump_file /b.json", "json_version 2")
    assert said.dumps == DumpFiles(state="/a/state", statistics="/a/", json="/b.json", json_version=2)


def test_reloads():
    said = given("reload_time_file /a/at", "reload_repeat", "reload_file", "config_save_dir /b", "data_use_instance")
    assert said.timed_reload == TimedReload(time_file="/a/at", repeat=True, marker="", save_dir="/b")
    assert said.dumps.with_instance
