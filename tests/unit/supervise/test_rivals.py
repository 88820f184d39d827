from __future__ import annotations

import os
import subprocess
import sys

import pytest

from standfast.supervise.rivals import Rival, find_rivals

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"


def pretend_proc(root, *, raw="", raw6="", processes=()):
    (root / "net").mkdir()
    (root / "net" / "raw").write_text(HEADER + raw)
    (root / "net" / "raw6").write_text(HEADER + raw6)
    for pid, name, inode in processes:
        (root / str(pid) / "fd").mkdir(parents=True)
        (root / str(pid) / "comm").write_text(name + "\n")
        (root / str(pid) / "fd" / "5").symlink_to(f"socket:[{inode}]")
    return root


def line(protocol, inode):
    return f" 112: 00000000:{protocol:04X} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 {inode} 2\n"


def test_a_speaker_is_named(tmp_path):
    proc = pretend_proc(tmp_path, raw=line(112, 900) + line(1, 901), processes=[(77, "keepalived", 900)])
    assert find_rivals(proc) == [Rival(112, 77, "keepalived")]
    assert str(find_rivals(proc)[0]) == "process 77 (keepalived) already speaks VRRP in this network namespace"


@pytest.mark.parametrize(("name", "unit"), [("keepalived", "keepalived"), ("standfast-vrrp", "standfast")])
def test_a_speaker_is_stopped_by_its_unit(name, unit):
    assert Rival(112, 77, name).unit == unit


def test_one_that_cannot_be_seen_is_a_rival_all_the_same(tmp_path):
    proc = pretend_proc(tmp_path, raw6=line(51, 900))
    (rival,) = find_rivals(proc)
    assert rival == Rival(51, None)
    assert "cannot be seen" in str(rival)


def test_our_own_sockets_are_no_rivals(tmp_path):
    proc = pretend_proc(tmp_path, raw=line(112, 900), processes=[(os.getpid(), "standfast", 900)])
    assert find_rivals(proc) == []


def test_several_sockets_of_one_process_are_one_rival(tmp_path):
    proc = pretend_proc(
        tmp_path, raw=line(112, 900) + line(112, 901), processes=[(77, "vrrpd", 900), (78, "other", 901)]
    )
    assert [rival.pid for rival in find_rivals(proc)] == [77, 78]


def test_a_kernel_without_ipv6(tmp_path):
    proc = pretend_proc(tmp_path)
    (proc / "net" / "raw6").unlink()
    assert find_rivals(proc) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="raw sockets and namespaces need root")
@pytest.mark.netns
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_a_real_raw_socket_is_found_in_its_namespace_and_nowhere_else(family):
    holder = (
        f"import socket; s = socket.socket(socket.{family}, socket.SOCK_RAW, 112); print('open', flush=True); input()"
    )
    command = ["unshare", "--net", sys.executable, "-c", holder]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"open\n"
        look = "from standfast.supervise.rivals import find_rivals; print([r.pid for r in find_rivals()])"
        inside = ["nsenter", f"--net=/proc/{process.pid}/ns/net", sys.executable, "-c", look]
        assert subprocess.check_output(inside) == f"[{process.pid}]\n".encode()
        assert process.pid not in [rival.pid for rival in find_rivals()]
        process.stdin.close()
