from __future__ import annotations

import os
import pwd
import stat

import pytest

from standfast.config.script_model import Fifo, Identity
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.supervise.pipes import Pipes


@pytest.fixture
def opened(tmp_path):
    sender, receiver = pair()
    receiver.setblocking(False)
    made = []

    def make(fifo, umask=0o177):
        pipes = Pipes({"notify_fifo": fifo}, umask, LogPipe(sender, "parent"))
        made.append(pipes)
        try:
            words = decode(receiver.recv(65_536)).words
        except BlockingIOError:
            words = ""
        return pipes, words

    with sender, receiver:
        yield make
        for pipes in made:
            pipes.close()


def test_a_missing_pipe_is_made_and_removed(opened, tmp_path):
    pipes, words = opened(Fifo(path=str(tmp_path / "fifo")))
    found = (tmp_path / "fifo").stat()
    assert (words, stat.S_ISFIFO(found.st_mode), found.st_mode & 0o777) == ("", True, 0o600)
    os.write(pipes.descriptors["notify_fifo"], b"nobody reads yet\n")
    pipes.close()
    assert not (tmp_path / "fifo").exists()


def test_one_that_is_there_stays(opened, tmp_path):
    os.mkfifo(tmp_path / "fifo", 0o640)
    pipes, words = opened(Fifo(path=str(tmp_path / "fifo")))
    assert (words, set(pipes.descriptors)) == ("", {"notify_fifo"})
    pipes.close()
    assert (tmp_path / "fifo").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_it_belongs_to_who_is_named(opened, tmp_path):
    opened(Fifo(path=str(tmp_path / "fifo"), owner=Identity(user="nobody")), 0o022)
    found = (tmp_path / "fifo").stat()
    assert (found.st_uid, found.st_mode & 0o777) == (pwd.getpwnam("nobody").pw_uid, 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_pipe_is_not_written_to(opened, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    os.chown(tmp_path / "fifo", pwd.getpwnam("nobody").pw_uid, 0)
    pipes, words = opened(Fifo(path=str(tmp_path / "fifo")))
    assert pipes.descriptors == {}
    assert "belongs to user" in words


@pytest.mark.parametrize("kind", ["file", "link", "directory", "nowhere"])
def test_what_is_no_pipe_gets_nothing(opened, tmp_path, kind):
    path = tmp_path / "fifo"
    if kind == "file":
        path.touch()
    elif kind == "link":
        os.mkfifo(tmp_path / "other")
        path.symlink_to(tmp_path / "other")
    elif kind == "directory":
        path.mkdir()
    else:
        path = tmp_path / "no" / "where"
    pipes, words = opened(Fifo(path=str(path)))
    assert pipes.descriptors == {}
    assert words.startswith(f"`notify_fifo {path}` gets nothing: ")


def test_an_owner_who_does_not_exist(opened, tmp_path):
    _, words = opened(Fifo(path=str(tmp_path / "fifo"), owner=Identity(user="nosuch")))
    assert "nosuch" in words
