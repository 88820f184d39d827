from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from standfast.cli import main

GOOD = (
    "vrrp_instance a {\n    interface eth0\n    virtual_router_id 1\n    @x priority 7\n    no_virtual_ipaddress\n}\n"
)


@pytest.fixture
def write(tmp_path):
    def write(text: str, name: str = "a.conf") -> str:
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def test_show_for_people(write, capsys):
    path = write(GOOD)
    assert main(["config", "show", "-i", "x", path]) == 0
    out = capsys.readouterr().out
    row = next(line for line in out.splitlines() if line.strip().startswith("priority "))
    assert row.split() == ["priority", "7", "#", f"{path}:4"]
    assert "advert_int" in out
    assert main(["config", "show", "--written", path]) == 0
    assert "advert_int" not in capsys.readouterr().out


def test_show_for_programs(write, capsys):
    path = write("include b.conf\n")
    included = write(GOOD, "b.conf")
    assert main(["config", "show", "--json", "-i", "x", path]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["file"], document["config_id"]) == ("standfast.config/1", path, "x")
    assert document["files"] == [path, included]
    (instance,) = [each for each in document["sections"] if each["block"] == "vrrp_instance"]
    found = {each["keyword"]: each for each in instance["items"]}
    assert found["priority"]["origin"] == {"kind": "line", "file": included, "line": 4}
    assert found["advert_int"] == {
        "keyword": "advert_int", "text": "1 s", "value": 1_000_000, "unit": "us", "origin": {"kind": "default"},
    }  # fmt: skip


def test_bytes_that_are_no_text_are_shown_to_programs_all_the_same(write, capsys, tmp_path):
    path = write(GOOD)
    latin = tmp_path / "latin.conf"
    latin.write_bytes(GOOD.replace("vrrp_instance ", "vrrp_instance b\xfc").encode("latin-1"))
    assert main(["config", "show", "--json", str(latin)]) == 0
    names = [each.get("name", "") for each in json.loads(capsys.readouterr().out)["sections"]]
    assert any(name.startswith("b\\xfc") for name in names)
    assert main(["config", "diff", "--json", path, str(latin)]) == 1
    assert "b\\xfc" in json.dumps(json.loads(capsys.readouterr().out)).replace("\\\\", "\\")


def test_what_the_terminal_cannot_show_is_escaped(tmp_path):
    latin = tmp_path / "latin.conf"
    latin.write_bytes(GOOD.replace("vrrp_instance ", "vrrp_instance b\xfc").encode("latin-1"))
    plain = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "standfast", "config", "show", "--written", str(latin)]
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "b\\udcfc" in done.stdout


def test_a_file_with_which_nothing_starts_has_no_effect(write, capsys):
    path = write("vrrp_instance a {\n}\n")
    assert main(["config", "show", path]) == 2
    assert f"{path}:1:1" in capsys.readouterr().err
    assert main(["config", "diff", path, path]) == 2


def test_diff_says_what_a_reload_would_do(write, capsys):
    old, new = write(GOOD, "old"), write(GOOD.replace("priority 7", "priority 8"), "new")
    assert main(["config", "diff", old, old]) == 0
    assert capsys.readouterr().err == "a reload would change nothing\n"
    assert main(["config", "diff", "-i", "x", old, new]) == 1
    out = capsys.readouterr().out
    assert out == "vrrp_instance a: changed: priority 7 -> 8 (goes on in its state; what is in both stays as it is)\n"
    assert main(["config", "diff", "-i", "x", "--json", old, new]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "standfast.diff/1"
    assert document["steps"][0]["changes"] == [{"keyword": "priority", "before": "7", "after": "8"}]


def test_a_reload_that_would_be_refused(write, capsys):
    old, new = write(GOOD, "old"), write("instance blue\n" + GOOD, "new")
    assert main(["config", "diff", old, new]) == 2
    assert "a reload would be refused: instance: cannot change" in capsys.readouterr().out
