from __future__ import annotations

import errno
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from standfast.lab.lab import Lab
from standfast.net.namespaces import NoSuchNamespace, enter, inside


def test_a_name_that_is_not_there_says_what_to_do():
    with pytest.raises(NoSuchNamespace, match="ip netns add nowhere-at-all") as caught:
        enter("nowhere-at-all")
    assert caught.value.errno == errno.ENOENT


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "that needs root"),
        (errno.EPERM, "that needs root"),
        (errno.EMFILE, "cannot be opened"),
        (errno.ENOTDIR, "make it first: ip netns add blue"),
    ],
)
def test_the_advice_fits_the_error(monkeypatch, number, words):
    def refuse(path, _flags):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(NoSuchNamespace, match=words) as caught:
        enter("blue")
    assert ("ip netns add" in str(caught.value)) is (number == errno.ENOTDIR)


def test_a_path_that_is_not_there_is_not_made_by_ip_netns():
    with pytest.raises(NoSuchNamespace, match="/proc/self/nowhere: No such file") as caught:
        enter("/proc/self/nowhere")
    assert "ip netns" not in str(caught.value)


def test_a_file_that_is_no_namespace_is_refused(tmp_path):
    (tmp_path / "plain").write_text("")
    words = "that needs root" if os.geteuid() else "what has this name is no network namespace"
    with pytest.raises(NoSuchNamespace, match=words):
        enter(str(tmp_path / "plain"))


@pytest.mark.skipif(os.geteuid() != 0, reason="setns needs root")
def test_ones_own_namespace_can_be_entered():
    before = Path("/proc/self/ns/net").readlink()
    enter("/proc/self/ns/net")
    assert Path("/proc/self/ns/net").readlink() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make a namespace")
def test_a_socket_made_inside_stays_there_and_the_thread_comes_back():
    before = Path("/proc/thread-self/ns/net").readlink()
    with Lab() as lab:
        (host,) = lab.add_hosts(a=["10.77.0.1/24"])
        with inside(host.namespace.name):
            there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with closing(there):
            assert Path("/proc/thread-self/ns/net").readlink() == before
            there.bind(("10.77.0.1", 0))  # an address that exists there alone
        with pytest.raises(ZeroDivisionError), inside(host.namespace.name):
            raise ZeroDivisionError
        assert Path("/proc/thread-self/ns/net").readlink() == before


def test_no_name_means_to_stay_and_an_unknown_one_changes_nothing():
    before = Path("/proc/thread-self/ns/net").readlink()
    with inside(""):
        assert Path("/proc/thread-self/ns/net").readlink() == before
    with pytest.raises(NoSuchNamespace), inside("nowhere-at-all"):
        pass
    assert Path("/proc/thread-self/ns/net").readlink() == before
