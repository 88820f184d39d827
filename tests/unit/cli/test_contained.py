"""Commands live on, whatever a plugin does to the process that imports it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from standfast import cli
from standfast.cli import contained as module
from standfast.cli import main
from standfast.cli.contained import EX_SOFTWARE, contained, strangers
from standfast.containment import Guard, standing_under

EXITS = "import os; os._exit(3)"
DIES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
HANGS = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\nwhile True: pass"
LATER = """
import os, threading, time

def strike():
    while not os.path.exists("now"):
        time.sleep(0.01)
    os._exit(4)

threading.Thread(target=strike).start()
"""
FILE = """virtual_server 192.0.2.10 80 {
    lvs_sched rr
    protocol TCP
    real_server 10.0.0.1 80 {
        TCP_CHECK {
        }
    }
}
"""
COMMANDS = {
    "check x.conf": "x.conf",
    "config show x.conf": "TCP_CHECK",
    "config diff x.conf x.conf": "nothing",
    "explain TCP_CHECK": "TCP_CHECK (in",
    "plan x.conf": "192.0.2.10",
    "simulate x.conf x.conf": "no virtual router",
    "doctor -f x.conf": "no daemon answers",
    "support-bundle -f x.conf": "standfast-",
    "plugins": "checkers",
    "keepalived -t -f x.conf": "",
}
"""Command -> a part of what it says."""


@pytest.fixture
def here(site, monkeypatch):
    monkeypatch.chdir(site.path)
    (site.path / "x.conf").write_text(FILE)
    return site


def test_without_other_peoples_plugins_there_is_no_child(monkeypatch):
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    assert strangers() == ()
    assert contained("x", lambda: 5) == 5


@pytest.mark.parametrize("code", [EXITS, DIES], ids=["exits", "dies"])
@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_does_its_work_without_it(here, capfd, line, code):
    here.install("ldap", code)
    status = main(shlex.split(line))
    out, err = capfd.readouterr()
    assert COMMANDS[line] in out + err
    assert status in (0, 1, 5)


def test_check_names_it_and_says_what_became_of_it(here, capfd):
    here.install("ldap", EXITS)
    here.install("zoo", DIES)
    assert main(["check", "x.conf"]) == 1
    said = capfd.readouterr().out
    assert "plugin `ldap` of standfast-ldap 1.0 does not work: it ended the process that loads plugins (exit" in said
    assert "plugin `zoo` of standfast-zoo 1.0 does not work: it ended the process that loads plugins (SIGKILL)" in said


READS = """
import os
from standfast.api import Checker, CheckerType, Flag, Keyword, checker_block, good, hookimpl, pacing

class Mine(Flag):
    def read(self, words, reader):
        {keyword}

def options(place):
    {options}

class Ldap(Checker):
    contract = 1
    block = checker_block("LDAP_CHECK", "x", (*pacing(), Keyword("base", Mine(), "x", "base")))
    declaration = CheckerType(block, options)

    async def check(self):
        return good("x")

@hookimpl
def standfast_register(registry):
    registry.checker(Ldap)
"""
LDAP_FILE = FILE.replace("TCP_CHECK {", "LDAP_CHECK {\n            base")


@pytest.mark.parametrize("place", ["options", "keyword"])
def test_one_that_ends_the_process_while_its_block_is_read_is_known_for_sure(here, capfd, place):
    does = {name: "os._exit(3)" if name == place else "return None" for name in ("options", "keyword")}
    here.install("ldap", READS.format(**does))
    here.install("zoo", READS.format(keyword="pass", options="pass").replace("Ldap", "Zoo").replace("LDAP", "ZOO"))
    Path("x.conf").write_text(LDAP_FILE)
    assert main(["check", "x.conf"]) == 1
    out, err = capfd.readouterr()
    assert "plugin `ldap` of standfast-ldap 1.0 does not work: it ended the process that loads plugins (exit" in out
    assert "zoo" not in out + err


def test_one_that_no_signal_ends_is_given_up(here, capfd, monkeypatch):
    here.install("ldap", HANGS)
    monkeypatch.setattr(module, "PATIENCE", 1_500_000)
    began = time.monotonic()
    assert main(["check", "x.conf"]) == 1
    assert time.monotonic() - began < 28
    assert "does not work: it ran for longer than 1.5 s and was given up" in capfd.readouterr().out


@pytest.mark.parametrize("then", ["", "os._exit(3)"], ids=["lives", "ends"])
def test_one_that_leaves_a_process_behind_is_not_waited_for(here, capfd, then):
    here.install("ldap", f"import os, time\nif not os.fork():\n    time.sleep(20)\n    os._exit(0)\n{then}\n")
    began = time.monotonic()
    assert main(["check", "x.conf"]) == int(bool(then))
    assert time.monotonic() - began < 15
    assert ("plugin `ldap`" in capfd.readouterr().out) == bool(then)


def test_one_that_strikes_later_is_not_known_but_suspected(here, capfd):
    here.install("ldap", LATER)

    def work() -> int:
        from standfast.plugins import find_plugins

        find_plugins()
        Path("now").touch()
        time.sleep(30)
        return 0

    assert contained("standfast check", work) == EX_SOFTWARE
    words = capfd.readouterr().err
    assert "standfast check: the process that did the work ended early (exit status 4)" in words
    assert "ldap (see `standfast plugins`)" in words


@pytest.fixture
def interruptible():
    """A series that runs in the background has SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("work", "status", "words"),
    [
        (lambda: 7, 7, ""),
        (lambda: sys.exit(5), 5, ""),
        (lambda: sys.exit("no"), 1, "no"),
        (lambda: 1 // 0, 1, "ZeroDivisionError"),
        (lambda: os.kill(os.getpid(), signal.SIGINT) or 0, 130, ""),
    ],
)
@pytest.mark.usefixtures("interruptible")
def test_a_childs_end_is_the_commands(here, capfd, work, status, words):
    here.install("ldap", "")
    assert contained("x", work) == status
    assert words in capfd.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_reader_that_goes_away_is_no_fault(here):
    here.install("ldap", "")
    line = f"{sys.executable} -m standfast explain vrrp_instance | true"
    env = os.environ | {"PYTHONPATH": str(here.path)}
    done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""


def test_what_is_said_of_the_process_holds_wherever_plugins_are_loaded(here):
    here.install("ldap", "")
    from standfast.plugins import find_plugins

    def work() -> int:
        assert isinstance(standing_under(), Guard)
        return int(any(found.name == "ldap" for found in find_plugins().found))

    assert contained("x", work) == 1


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_who_reads_configurations_says_so(name):
    """`run` has the loader for that, `keepalived` both."""
    found = cli._module(name)
    text = Path(found.__file__).read_text()
    asks = any(word in text for word in ("config.load import", "standfast.plugins import", "doctor.gather import"))
    assert getattr(found, "ASKS_PLUGINS", False) == (asks and name not in ("run", "keepalived", "watch"))
