from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.lab import namespace
from standfast.lab.namespace import LabError, Namespace, leftover_directories, leftovers, run, unique_prefix

root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def test_names_differ_and_tell_their_owner():
    first, second = unique_prefix(), unique_prefix()
    assert first != second
    assert first.startswith(f"sf-{os.getpid()}-")


def test_a_missing_program_is_named():
    with pytest.raises(LabError, match="`no-such-program` is not installed"):
        run("no-such-program")


def test_a_failing_command_is_quoted_with_its_complaint():
    with pytest.raises(LabError, match=r"`ls /nowhere` failed \(2\): .*No such file"):
        run("ls", "/nowhere")


def test_only_names_of_dead_labs_are_leftovers(tmp_path, monkeypatch):
    monkeypatch.setattr(namespace, "RUN_NETNS", tmp_path)
    alive = unique_prefix()
    dead = subprocess.run(
        [sys.executable, "-c", "from standfast.lab.namespace import *; print(unique_prefix())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for name in (f"{alive}-a", f"{dead}-a", "somebody-elses", "sf-a-b"):
        (tmp_path / name).touch()
    assert leftovers() == [Namespace(f"{dead}-a")]
    assert leftover_directories(tmp_path) == [tmp_path / f"{dead}-a"]


def test_a_pid_that_was_given_again_is_a_dead_lab(tmp_path, monkeypatch):
    monkeypatch.setattr(namespace, "RUN_NETNS", tmp_path)
    (tmp_path / f"sf-{os.getpid()}-1-abc123-a").touch()
    assert [each.name for each in leftovers()] == [f"sf-{os.getpid()}-1-abc123-a"]


def test_without_root_the_way_out_is_told(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="sudo"):
        namespace.require_root()


@root
@pytest.mark.netns
def test_a_thread_enters_and_comes_back():
    inside = Namespace(f"{unique_prefix()}-x")
    run("ip", "netns", "add", inside.name)
    try:
        before = Path("/proc/thread-self/ns/net").stat().st_ino
        with inside.entered():
            assert Path("/proc/thread-self/ns/net").stat().st_ino == inside.path.stat().st_ino
        assert Path("/proc/thread-self/ns/net").stat().st_ino == before
        inside.sysctl("net/ipv4/ip_forward", 1)
        assert inside.run("cat", "/proc/sys/net/ipv4/ip_forward") == "1\n"
    finally:
        inside.remove()
    assert not inside.path.exists()
