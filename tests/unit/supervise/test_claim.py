from __future__ import annotations

import grp
import os
import stat
import subprocess
import sys

import pytest

from standfast.config.model import GlobalDefs
from standfast.supervise.claim import EX_FATAL, CannotStart, claim, open_pair, open_sockets
from standfast.supervise.generation import Essentials
from standfast.supervise.logpipe import LogPipe, pair
from standfast.supervise.rundir import RunDir

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets and namespaces need root")


@pytest.fixture
def log():
    sender, receiver = pair()
    with sender, receiver:
        yield LogPipe(sender, "parent")


def test_a_free_place_is_ours(tmp_path, log):
    claimed = claim(Essentials(), run_dir=tmp_path / "run", beside=True, log=log)
    assert (claimed.run_dir.path, claimed.leftovers) == (tmp_path / "run", False)
    with pytest.raises(CannotStart, match="belongs to a standfast") as refused:
        claim(Essentials(), run_dir=tmp_path / "run", beside=True, log=log)
    assert refused.value.status == EX_FATAL
    claimed.run_dir.release()


def test_a_state_file_means_that_nobody_cleaned_up(tmp_path, log):
    (tmp_path / "installed.json").touch()
    claimed = claim(Essentials(), run_dir=tmp_path, beside=True, log=log)
    assert claimed.leftovers
    claimed.run_dir.release()


@pytest.mark.parametrize("place", ["file", "file/run"])
def test_a_place_that_cannot_be_made_is_named(tmp_path, log, place):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=rf"run directory {tmp_path / place}: it is not a directory; .*--run-dir"):
        claim(Essentials(), run_dir=tmp_path / place, beside=True, log=log)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")
def test_a_full_file_system_is_named(tmp_path, log):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", tmp_path], check=True)
    try:
        (tmp_path / "filler").write_bytes(bytes(4096))
        with pytest.raises(CannotStart, match=rf"run directory {tmp_path / 'run'}: No space left on device"):
            claim(Essentials(), run_dir=tmp_path / "run", beside=True, log=log)
    finally:
        subprocess.run(["umount", "-l", tmp_path], check=True)


def test_a_namespace_that_is_not_there(tmp_path, log):
    with pytest.raises(CannotStart, match=r"^no network namespace .*ip netns add nowhere"):
        claim(Essentials(net_namespace="nowhere"), run_dir=tmp_path, beside=True, log=log)


def test_sockets_and_who_may_use_them(tmp_path):
    essentials = Essentials(global_defs=GlobalDefs(status_group=grp.getgrgid(os.getgid()).gr_name))
    place = open_sockets(tmp_path, essentials, lambda setup: 0)
    sockets = [place.control, place.status, *open_pair(tmp_path, "daemon", essentials)]
    for process in ("vrrp", "daemon"):
        assert stat.S_IMODE((tmp_path / f"{process}.ctl").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / f"{process}.status").stat().st_mode) == 0o660
    for each in sockets:
        each.close()


@ROOT
def test_every_status_socket_belongs_to_the_configured_group(tmp_path):
    essentials = Essentials(global_defs=GlobalDefs(status_group="adm"))
    for process in ("vrrp", "daemon"):
        for each in open_pair(tmp_path, process, essentials):
            each.close()
        assert (tmp_path / f"{process}.ctl").stat().st_gid == os.getgid()
        assert (tmp_path / f"{process}.status").stat().st_gid == grp.getgrnam("adm").gr_gid


def test_a_group_that_is_not_there(tmp_path):
    with pytest.raises(CannotStart, match="groupadd nobodys"):
        open_sockets(tmp_path, Essentials(global_defs=GlobalDefs(status_group="nobodys")), lambda setup: 0)


CLAIM = """
import sys
from pathlib import Path
from standfast.supervise.claim import CannotStart, claim
from standfast.supervise.generation import Essentials
from standfast.supervise.logpipe import LogPipe, pair
sender, receiver = pair()
try:
    claim(Essentials(), run_dir=Path(sys.argv[1]), beside="--beside" in sys.argv, log=LogPipe(sender, "parent"))
except CannotStart as error:
    sys.exit(str(error))
"""


@ROOT
@pytest.mark.netns
def test_beside_another_speaker_only_if_it_is_meant(tmp_path):
    holder = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112); print(flush=True); input()"
    command = ["unshare", "--net", sys.executable, "-c", holder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        inside = ["nsenter", f"--net=/proc/{process.pid}/ns/net", sys.executable, "-c", CLAIM, str(tmp_path)]
        refused = subprocess.run(inside, stderr=subprocess.PIPE, text=True, check=False)
        assert refused.returncode == 1
        assert f"process {process.pid} (python" in refused.stderr
        assert "--beside" in refused.stderr
        assert subprocess.run([*inside, "--beside"], check=False).returncode == 0
        process.stdin.close()
    RunDir(tmp_path).release()
