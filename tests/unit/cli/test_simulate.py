from __future__ import annotations

import json

import pytest

from standfast.cli import main

TEXT = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    @a priority 150
    @b priority 100
    dont_track_primary
    no_virtual_ipaddress
}
"""
TRACKED = TEXT.replace("    dont", "    track_interface {\n        eth1 weight -10\n    }\n    dont")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "pair.conf"
    path.write_text(TEXT)
    return path


def test_all_is_well(path, capsys):
    assert main(["simulate", "-i", "a", "-i", "b", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "VI_1, virtual router 51, on a, b: 1 combinations"
    assert out.splitlines()[2].split() == ["nothing", "150", "100", "a"]


def test_a_bad_combination_is_marked_and_counts(path, capsys):
    path.write_text(TRACKED)
    assert main(["simulate", "-i", "a", "-i", "b", str(path)]) == 1
    out = capsys.readouterr().out
    assert "<- a is MASTER with interface eth1 on a bad, though all is well on b" in out
    assert "note: interface eth1 on a (weight -10) never changes who is MASTER" in out


def test_a_cut_is_said(path, capsys):
    path.write_text(TRACKED)
    main(["simulate", "--limit", "3", "-i", "a", "-i", "b", str(path)])
    assert "NOT COMPLETE: 2 things can be bad" in capsys.readouterr().out


def test_for_programs(path, capsys):
    assert main(["simulate", "--json", "-i", "a", "-i", "b", str(path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "standfast.simulate/1"
    assert document["routers"][0]["rows"][0]["masters"] == ["a"]


def test_what_cannot_be_simulated(path, capsys):
    assert main(["simulate", str(path)]) == 2
    path.write_text("vrrp_instance a {\n}\n")
    assert main(["simulate", str(path), str(path)]) == 2
    path.write_text("")
    assert main(["simulate", str(path), str(path)]) == 0
    assert "no virtual router" in capsys.readouterr().err


def test_situations_with_one_outcome_stand_below_each_other(tmp_path, capsys):
    files = [tmp_path / name for name in ("a.conf", "b.conf")]
    for file, priority in zip(files, (150, 100), strict=True):
        script = "vrrp_script check {\n    script /bin/true\n}\n"
        tracking = f"priority {priority}\n    track_script {{\n        check\n    }}\n"
        file.write_text(script + TEXT.replace("@a priority 150\n    @b priority 100\n    dont_track_primary", tracking))
    main(["simulate", *map(str, files)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("VI_1, virtual router 51, on a.conf, b.conf: 16")
    at = next(number for number, line in enumerate(lines) if line.strip().startswith("or interface eth0 on a.conf"))
    assert lines[at].strip() == "or interface eth0 on a.conf + script check on a.conf"
    assert lines[at - 1].startswith("  interface eth0 on a.conf ")
    assert max(map(len, lines)) < 200
