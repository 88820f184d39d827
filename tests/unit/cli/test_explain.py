from __future__ import annotations

import pytest

from standfast.cli import explain as module
from standfast.cli import main
from standfast.cli.explain import page
from standfast.config.codes import CODES
from standfast.config.schema import walk
from standfast.plugins import installed_plugins

EVERYTHING = dict(walk(installed_plugins().schema))


def explain(topic: str, capsys) -> str:
    assert main(["explain", topic]) == 0
    return capsys.readouterr().out


def test_a_keyword_has_words_syntax_default_limits_and_example(capsys):
    text = explain("priority", capsys)
    for part in (
        "priority (in vrrp_instance)",
        "Rank in the election",
        "priority 1-255",
        "100; 255 with",
        "priority 150",
    ):
        assert part in text


def test_a_path_narrows_it(capsys):
    everywhere, there = explain("weight", capsys), explain("vrrp_script/weight", capsys)
    assert there.count("weight (in ") == 1
    assert everywhere.count("weight (in ") > 3


def test_options_of_lines_are_explained(capsys):
    assert "brd ADDRESS|+|-" in explain("brd", capsys)
    assert "min_ttl 0-255" in explain("min_ttl", capsys)
    assert "label LABEL" in explain("virtual_ipaddress", capsys)


def test_a_block_says_what_may_stand_in_it(capsys):
    assert "auth_type, auth_pass" in explain("authentication", capsys)


def test_names_of_what_runs_are_explained_and_listed(capsys, monkeypatch):
    monkeypatch.setattr(module, "instance_page", lambda _document, _name: "")
    monkeypatch.setattr(module, "tracked_pages", lambda _document, name: iter(["page of web"] if name == "web" else []))
    monkeypatch.setattr(module, "known_names", lambda _document: "instances: VI_1; tracked: web (script)")
    assert explain("web", capsys) == "page of web\n"
    assert main(["explain", "wep-9"]) == 1
    assert "the running daemon has instances: VI_1; tracked: web (script)" in capsys.readouterr().err


def test_a_name_nobody_can_be_asked_about_is_not_called_unknown_alone(capsys, tmp_path):
    assert main(["explain", "VI_1", "--run-dir", str(tmp_path)]) == 1
    assert "what runs could not be asked: UNKNOWN (gone): no daemon listens at" in capsys.readouterr().err


def test_a_daemon_that_hangs_is_asked_once(capsys, monkeypatch, tmp_path):
    asked = []

    def take(run_dir):
        asked.append(run_dir)
        return real(run_dir)

    real = module.take
    monkeypatch.setattr(module, "take", take)
    assert main(["explain", "VI_1", "--run-dir", str(tmp_path)]) == 1
    assert asked == [tmp_path]


def test_what_waits_and_what_is_ours_is_said(capsys):
    assert "not acted on yet" in explain("enable_traps", capsys)
    assert "keepalived does not know this keyword" in explain("stop_hold", capsys)
    assert "write `timer_expired_backup`" in explain("thread_timer_expired", capsys)


@pytest.mark.parametrize("topic", ["SF2101", "sf2101"])
def test_a_code_has_its_page(topic, capsys):
    assert explain(topic, capsys).startswith("SF2101 (error): unknown keyword")


@pytest.mark.parametrize(("topic", "advice"), [("priorty", "did you mean `priority`?"), ("SF9999", "")])
def test_what_is_not_known_is_1_with_advice(topic, advice, capsys):
    assert main(["explain", topic]) == 1
    out, err = capsys.readouterr()
    assert (out, advice in err) == ("", True)


def test_every_declaration_has_a_page():
    for path, declaration in EVERYTHING.items():
        text = page(path, declaration)
        assert declaration.doc.split()[0] in text, path
        assert "syntax:" in text, path


def test_every_code_has_a_page(capsys):
    for code in CODES:
        assert code in explain(code, capsys)


def test_a_difference_from_keepalived_is_told(capsys):
    assert main(["explain", "vrrp_instance/check_unicast_src"]) == 0
    assert "Differs from keepalived: On unless switched off" in " ".join(capsys.readouterr().out.split())
