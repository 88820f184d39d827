from __future__ import annotations

import json

import pytest

from standfast.cli import main
from standfast.config.machine import Machine

GOOD = "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nno_virtual_ipaddress\n}\n"


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "a.conf") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize(
    ("text", "options", "status"),
    [
        (GOOD, [], 0),
        (GOOD, ["--strict"], 0),
        (GOOD.replace("no_virtual_ipaddress", ""), [], 0),
        (GOOD.replace("no_virtual_ipaddress", ""), ["--strict"], 1),
        (GOOD.replace("interface", "interfaces"), [], 1),
    ],
)
def test_exit_status(write, text, options, status):
    assert main(["check", *options, write(text)]) == status


def test_a_file_that_cannot_be_read_is_2_whatever_the_others_say(write, tmp_path):
    assert main(["check", write(GOOD), str(tmp_path / "gone")]) == 2


@pytest.mark.parametrize("words", [[], ["check"], ["chekc"], ["check", "--no-such", "x"], ["--nonsense"]])
def test_wrong_usage_is_2(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: standfast" in capsys.readouterr().err


def test_findings_go_to_stdout_and_the_tally_to_stderr(write, capsys):
    path = write(GOOD.replace("virtual_router_id 1", "virtual_router_id 1\npriorty 5"))
    assert main(["check", path]) == 1
    out, err = capsys.readouterr()
    assert "error[SF2101]: unknown keyword `priorty` in `vrrp_instance`" in out
    assert f"{path}:4:1" in out
    assert "did you mean `priority`?" in out
    assert err == f"{path}: 1 error\n"


def test_json_is_one_document_for_all_files(write, capsys):
    one, two = write("nonsense\n" + GOOD, "one.conf"), write("rubbish\n" + GOOD, "two.conf")
    assert main(["check", "--json", one, two]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "standfast.check/1"
    first, second = document["diagnostics"]
    assert second["file"] == two
    assert (first["severity"], first["code"], first["line"], first["column"], first["end_column"]) == (
        "error",
        "SF2101",
        1,
        1,
        9,
    )
    assert set(first) == {"severity", "code", "file", "line", "column", "end_column", "message", "hint", "via"}


def test_the_config_id_decides_conditions(write):
    path = write("@a nonsense\n")
    assert main(["check", "-i", "a", path]) == 1
    assert main(["check", "-i", "b", path]) == 0


def test_this_machine_is_looked_at_only_on_request(write, monkeypatch, capsys):
    monkeypatch.setattr(Machine, "has_interface", lambda _self, name: name == "eth1")
    path = write(GOOD)
    assert main(["check", path]) == 0
    assert main(["check", "--on-this-machine", path]) == 1
    assert "interface `eth0` does not exist" in capsys.readouterr().out
    assert main(["check", "--on-this-machine", write(GOOD.replace("eth0", "eth1"))]) == 0


def test_nobody_looks_for_what_was_not_filled_in(write, capsys):
    main(["check", "--on-this-machine", write(GOOD.replace("eth0", "${INTERFACE}"))])
    assert "SF6001" not in capsys.readouterr().out
    main(["check", "--on-this-machine", write(GOOD.replace("eth0", "{{ interface }}"))])
    assert "SF6001" not in capsys.readouterr().out
    main(["check", "--on-this-machine", write(GOOD.replace("eth0", "<interface>"))])
    assert "SF6001" in capsys.readouterr().out, "what is only a warning elsewhere is an error here"


def test_sarif(write, capsys):
    path = write("nonsense\n" + GOOD)
    assert main(["check", "--sarif", path]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == "2.1.0"
    assert [result["ruleId"] for result in document["runs"][0]["results"]] == ["SF2101"]


PAIR = GOOD.replace("interface", "@a priority 150\n@b priority 100\ninterface")


def test_machines_are_compared_from_one_file_with_several_ids(write, capsys):
    path = write(PAIR)
    assert main(["check", "--nodes", "--strict", "-i", "a", "-i", "b", path]) == 0
    assert main(["check", "--nodes", "--strict", "-i", "a", "-i", "c", path]) == 0
    assert main(["check", "--nodes", "--strict", "-i", "c", "-i", "d", path]) == 1
    assert "c and d both have priority 100" in capsys.readouterr().out


def test_machines_are_compared_from_several_files(write, capsys):
    one, two = write(PAIR, "one.conf"), write(PAIR.replace("router_id 1", "router_id 1\nversion 3"), "two.conf")
    assert main(["check", "--nodes", "-i", "a", "-i", "b", "--json", one, two]) == 1
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["code"], found["file"]) == ("SF5502", two)
    assert found["via"][0]["file"] == one


def test_machines_that_cannot_be_told_apart_are_wrong_usage(write, capsys):
    assert main(["check", "--nodes", write(PAIR)]) == 2
    assert "-i ID for each of them" in capsys.readouterr().err


def test_one_file_for_two_machines_tells_a_fault_once(write, capsys):
    assert main(["check", "--nodes", "-i", "a", "-i", "b", write("nonsense\n" + PAIR)]) == 1
    assert capsys.readouterr().out.count("SF2101") == 1
