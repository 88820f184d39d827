from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from standfast import cli
from standfast.cli import keepalived
from standfast.cli.keepalived_options import WrongUsage, parse

GOOD = """vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.9/24
    }
}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "keepalived.conf"
    path.write_text(GOOD)
    return path


def test_the_version_as_exporters_take_it_apart(capsys):
    """The first line's second word without its first letter; then the text is searched for --enable-json."""
    assert keepalived.main(["-v"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"\d+\.\d+\.\d+", err.splitlines()[0].split()[1][1:])
    assert re.match(r"Keepalived v\S+ \([^,]+,[^)]+\)", err.splitlines()[0])
    assert "--enable-json" in err


@pytest.mark.parametrize(
    ("name", "number"),
    [("STOP", 15), ("RELOAD", 1), ("DATA", 10), ("STATS", 12), ("STATS_CLEAR", 63), ("JSON", 36)],
)
def test_signal_numbers(name, number, capsys):
    assert keepalived.main([f"--signum={name}"]) == 0
    assert capsys.readouterr().out == f"{number}\n"


def test_what_is_unknown_ends_with_1(capsys):
    assert keepalived.main(["--signum=TDUMP"]) == 1
    assert keepalived.main(["--no-such-option"]) == 1
    assert "Unknown option --no-such-option" in capsys.readouterr().err


@pytest.fixture
def here(monkeypatch):
    """A machine that has everything."""
    monkeypatch.setattr("standfast.config.machine.examine", lambda _settings: [])


def test_the_validation_line_of_playbooks(file, tmp_path, capsys, here):
    """ansible's `validate: keepalived -t -f %s`: any status but 0 leaves the old file in place."""
    assert keepalived.main(shlex.split(f"-t -f {file}")) == 0
    file.write_text(GOOD.replace("priority", "priorty"))
    assert keepalived.main(shlex.split(f"-t -f {file}")) == 5
    assert "priorty" in capsys.readouterr().err
    assert keepalived.main(["-t", "-f", str(tmp_path / "none")]) == 4


def test_an_interface_that_is_missing(file):
    file.write_text(GOOD.replace("interface eth0", "interface nosuch0"))
    assert keepalived.main(shlex.split(f"-t -f {file}")) == 4


def test_scripts_without_script_security(file):
    script = 'vrrp_script c {\n    script "/bin/true"\n    user root\n}\n'
    file.write_text(script + GOOD.replace("priority 100", "priority 100\n    track_script {\n        c\n    }"))
    assert keepalived.main(shlex.split(f"-t -f {file}")) == 6


def test_messages_go_to_the_file_that_is_named(file, tmp_path, capsys, here):
    file.write_text(GOOD.replace("priority", "priorty"))
    assert keepalived.main(["-t" + str(tmp_path / "log"), "-f", str(file)]) == 5
    assert "priorty" in (tmp_path / "log").read_text()
    assert capsys.readouterr().err == ""
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    assert keepalived.main(["-t" + str(tmp_path / "link"), "-f", str(file)]) == 4


def test_help_says_what_is_not_here(capsys):
    assert cli.main(["keepalived", "--help"]) == 0
    assert "--dont-release-vrrp" in capsys.readouterr().out


def test_called_through_a_link(tmp_path):
    link = tmp_path / "keepalived"
    link.symlink_to(Path(sys.executable).with_name("standfast"))
    done = subprocess.run([link, "--signum=JSON"], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "36\n")


def test_options(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    chosen = keepalived.options(parse(["-nlRD", "-f", "/x", "-i", "one", "-p", "/p", "-V", "word"]))
    assert (chosen.file, chosen.config_id, chosen.respawn, chosen.debug) == ("/x", "one", False, True)
    assert chosen.pid_files == {
        "parent": Path("/p"),
        "vrrp": Path("/run/keepalived_vrrp.pid"),
        "health": Path("/run/keepalived_checkers.pid"),
    }
    assert chosen.dump_dir == tmp_path
    assert (chosen.log_to.stderr, chosen.log_to.syslog) == (True, False)
    assert any("dont-release-vrrp is not acted on" in words for words in chosen.notes)
    assert any("`word`" in words for words in chosen.notes)


@pytest.mark.parametrize(
    ("line", "facility"), [("", 3), ("-S 3", 19), ("-S local7", 23), ("-S user", 1), ("-S odd", 3)]
)
def test_facilities(line, facility):
    where = keepalived.options(parse(line.split())).log_to
    assert (where.facility, where.syslog, where.stderr) == (facility, True, False)


def test_a_temporary_directory_that_is_none(monkeypatch):
    monkeypatch.setenv("TMPDIR", "relative")
    assert keepalived.temporary_directory() == Path("/tmp")  # noqa: S108 - what keepalived takes


def read(file, line):
    return keepalived._loader(parse(line.split()))(str(file), config_id="", environ={})


def test_the_command_line_beats_the_file(file):
    config = read(file, "-s blue -u 027").config
    assert (config.net_namespace, config.global_defs.umask) == ("blue", 0o027)
    assert read(file, "-C").config.instances == ()
    assert len(read(file, "-P").config.instances) == 1
    with pytest.raises(WrongUsage):
        read(file, "-u rw")


def test_another_daemon_lives(tmp_path, capsys):
    with subprocess.Popen(["sleep", "60"], executable="/bin/sleep") as other:
        (tmp_path / "pid").write_text(f"{other.pid}\n")
        assert keepalived._living(tmp_path / "pid") is None
        other.send_signal(signal.SIGKILL)
    (tmp_path / "pid").write_text(f"{os.getpid()}\n")
    assert keepalived._living(tmp_path / "pid") is None
    assert keepalived._living(tmp_path / "none") is None


def test_the_declared_options_are_those_that_are_read(capsys):
    parsed = cli._parser(["keepalived"]).parse_args(["keepalived", "-nl", "-f", "x", "--signum=JSON"])
    assert keepalived.run(parsed) == 0
    assert capsys.readouterr().out == "36\n"


def test_a_start_in_the_background_that_fails_is_told_by_the_exit_status(tmp_path, capsys):
    process = subprocess.Popen(["sh", "-c", "exit 6"])
    assert keepalived._begun(process.pid, tmp_path / "pid") == 6
    process.returncode = 6  # it has been waited for
    assert "ended with status 6" in capsys.readouterr().err


def test_a_start_in_the_background_is_over_when_the_pid_file_says_so(tmp_path, monkeypatch):
    with subprocess.Popen(["sleep", "60"]) as process:
        (tmp_path / "pid").write_text(f"{process.pid}\n")
        assert keepalived._begun(process.pid, tmp_path / "pid") == 0
        (tmp_path / "pid").write_text("1\n")  # of somebody else, and nobody writes ours
        monkeypatch.setattr(keepalived, "BEGIN_S", 0.05)
        assert keepalived._begun(process.pid, tmp_path / "pid") == 0
        process.kill()


def test_a_configuration_that_is_not_there_is_no_start(tmp_path):
    words = [
        "-f",
        str(tmp_path / "none"),
        "-p",
        str(tmp_path / "a"),
        "-r",
        str(tmp_path / "b"),
        "-c",
        str(tmp_path / "c"),
    ]
    program = "import sys; from standfast.cli import main; sys.exit(main(['keepalived', *sys.argv[1:]]))"
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert "ended with status 6" in done.stderr
