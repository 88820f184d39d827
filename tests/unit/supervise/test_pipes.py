from __future__ import annotations

import os
import pwd
import stat

import pytest

from standfast.config.script_model import Fifo, Identity
from standfast.supervise.pipes import Pipes


@pytest.fixture
def pipes():
    made = Pipes()
    yield made
    made.close()


@pytest.fixture
def opened(pipes):
    def make(fifo, umask=0o177):
        complaints = pipes.prepare({"notify_fifo": fifo}, umask)
        pipes.commit()
        return pipes, "; ".join(complaints)

    return make


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


def fifos(**paths):
    return {name: Fifo(path=str(path)) for name, path in paths.items()}


def test_what_is_prepared_and_given_up_leaves_nothing_behind(opened, pipes, tmp_path):
    opened(Fifo(path=str(tmp_path / "old")))
    before = pipes.descriptors
    assert pipes.prepare(fifos(notify_fifo=tmp_path / "new"), 0o177) == []
    assert (tmp_path / "new").is_fifo()
    assert pipes.descriptors.keys() == before.keys()
    assert pipes.descriptors != before
    pipes.abort()
    assert not (tmp_path / "new").exists()
    os.write(pipes.descriptors["notify_fifo"], b"the old one is still open\n")


def test_another_pipe_replaces_the_old_one_which_is_removed(opened, pipes, tmp_path):
    opened(Fifo(path=str(tmp_path / "old")))
    before = pipes.descriptors["notify_fifo"]
    pipes.prepare(fifos(notify_fifo=tmp_path / "new"), 0o177)
    assert (tmp_path / "old").is_fifo(), "nothing is taken away before the commit"
    pipes.commit()
    assert not (tmp_path / "old").exists()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(before)
    pipes.close()
    assert not (tmp_path / "new").exists()


def test_one_that_stays_keeps_its_descriptor_under_whatever_keyword(opened, pipes, tmp_path):
    opened(Fifo(path=str(tmp_path / "fifo")))
    before = pipes.descriptors["notify_fifo"]
    pipes.prepare(fifos(vrrp_notify_fifo=tmp_path / "fifo"), 0o177)
    pipes.commit()
    assert pipes.descriptors == {"vrrp_notify_fifo": before}
    assert (tmp_path / "fifo").is_fifo()


@pytest.mark.parametrize("spelt", ["{}//fifo", "{}/./fifo", "{}/link/fifo"])
def test_one_that_stays_is_known_however_its_path_is_spelt(opened, pipes, tmp_path, spelt):
    (tmp_path / "link").symlink_to(tmp_path)
    fifo = Fifo(path=spelt.format(tmp_path))
    opened(fifo)
    before = pipes.descriptors
    for same in (fifo, Fifo(path=str(tmp_path / "fifo"))):
        assert pipes.prepare({"notify_fifo": same}, 0o177) == []
        pipes.commit()
        assert pipes.descriptors == before
        assert (tmp_path / "fifo").is_fifo()
    pipes.close()
    assert not (tmp_path / "fifo").exists()


def test_a_reload_does_not_wait_for_who_an_owner_is(opened, pipes, tmp_path, monkeypatch):
    me = pwd.getpwuid(os.geteuid()).pw_name
    fifo = Fifo(path=str(tmp_path / "fifo"), owner=Identity(user=me))
    opened(fifo)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pytest.fail(f"a directory is asked for {name}"))
    assert pipes.prepare({"notify_fifo": fifo}, 0o177) == []


def test_one_pipe_is_written_to_by_one_keyword(pipes, tmp_path):
    both = fifos(notify_fifo=tmp_path / "fifo", vrrp_notify_fifo=f"{tmp_path}//fifo")
    for _reload in range(2):
        (complaint,) = pipes.prepare(both, 0o177) or ("known already",)
        pipes.commit()
        assert pipes.descriptors.keys() == {"notify_fifo"}
    assert complaint == "known already"


def test_what_cannot_be_had_is_complained_of_once(opened, pipes, tmp_path):
    (tmp_path / "file").touch()
    _, words = opened(Fifo(path=str(tmp_path / "file")))
    assert "not a pipe" in words
    assert pipes.prepare(fifos(notify_fifo=tmp_path / "file"), 0o177) == [], "that is known already"
    (complaint,) = pipes.prepare(fifos(vrrp_notify_fifo=tmp_path / "no" / "where"), 0o177)
    assert complaint == f"`vrrp_notify_fifo {tmp_path}/no/where` gets nothing: No such file or directory"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_it_changes_hands_with_the_commit(opened, pipes, tmp_path):
    path = tmp_path / "fifo"
    opened(Fifo(path=str(path)))
    pipes.prepare({"notify_fifo": Fifo(path=str(path), owner=Identity(user="nobody"))}, 0o177)
    assert path.stat().st_uid == 0
    pipes.commit()
    assert path.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    pipes.prepare(fifos(notify_fifo=path), 0o177)
    pipes.commit()
    assert path.stat().st_uid == 0
