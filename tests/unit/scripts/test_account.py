from __future__ import annotations

import os
import pwd

import pytest

from standfast.config.script_model import Identity
from standfast.scripts.account import Refused, account, become, locate, objection, resolve

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def test_nobody_named_is_the_daemon_itself_unless_that_is_forbidden():
    assert account(Identity(), secure=False) is None
    with pytest.raises(Refused, match="script_user"):
        account(Identity(), secure=True)


def test_a_named_user():
    nobody = pwd.getpwnam("nobody")
    found = account(Identity(user="nobody"), secure=True)
    assert (found.uid, found.gid, found.groups) == (nobody.pw_uid, nobody.pw_gid, (nobody.pw_gid,))
    assert not found.rooted
    assert account(Identity(user="nobody", group="root"), secure=True).rooted
    every = account(Identity(user="root", supplementary=True), secure=False)
    assert set(every.groups) == set(os.getgrouplist("root", 0))


@pytest.mark.parametrize(
    ("identity", "words"),
    [(Identity(user="nosuch"), "no user `nosuch`"), (Identity(user="nobody", group="nosuch"), "no group `nosuch`")],
)
def test_who_does_not_exist_runs_nothing(identity, words):
    with pytest.raises(Refused, match=words):
        account(identity, secure=False)


def test_a_name_is_looked_up_in_path(tmp_path):
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    with pytest.raises(Refused, match="no program `tool`"):
        locate("tool", str(tmp_path))
    program.chmod(0o755)
    assert locate("tool", f"/nowhere:{tmp_path}") == program
    assert str(locate("/a/b", "")) == "/a/b"


def test_what_is_behind_links(tmp_path):
    (tmp_path / "link").symlink_to("/bin/sh")
    assert resolve(tmp_path / "link") == (tmp_path / "link").resolve()
    (tmp_path / "loop").symlink_to("loop")
    for name in ("loop", "missing", "."):
        with pytest.raises(Refused):
            resolve(tmp_path / name)


@ROOT
def test_what_others_could_change_is_not_run_as_root(tmp_path):
    (tmp_path / "deep").mkdir()
    program = tmp_path / "deep" / "script"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert objection(program, rooted=True) == ""
    program.chmod(0o777)
    assert "can be written by everybody" in objection(program, rooted=True)
    assert objection(program, rooted=False) == ""
    program.chmod(0o755)
    os.chown(program.parent, pwd.getpwnam("nobody").pw_uid, 0)
    assert "belongs to `nobody`" in objection(program, rooted=True)
    os.chown(program.parent, 0, 12345)
    program.parent.chmod(0o775)
    assert "can be written by its group" in objection(program, rooted=True)
    program.parent.chmod(0o1777)
    assert objection(program, rooted=True) == ""


@ROOT
def test_a_setuid_program_is_roots_whoever_runs_it(tmp_path):
    program = tmp_path / "script"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o4777)
    assert "can be written by everybody" in objection(program, rooted=False)


@ROOT
def test_becoming_somebody_is_for_good(tmp_path):
    chosen = account(Identity(user="nobody"), secure=False)
    pid = os.fork()
    if not pid:
        become(chosen)
        try:
            os.setuid(0)
        except PermissionError:
            os._exit(0 if os.getresuid() == (chosen.uid,) * 3 and os.getgroups() == [chosen.gid] else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
