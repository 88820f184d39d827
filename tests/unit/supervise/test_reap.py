from __future__ import annotations

import os
import subprocess
import sys

import pytest

from standfast.config.model import Config, VirtualAddress, VrrpInstance, encode
from standfast.values import Address

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

PROGRAM = """
import os, socket, subprocess, sys
from pathlib import Path
from standfast.config.model import VirtualAddress
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder, stand_in_for_pyroute2
from standfast.supervise.logpipe import LogPipe, decode, pair
from standfast.supervise.reap import reap_for_parent
from standfast.supervise.state_file import Entry, Installed, save
from standfast.values import Address

def ip(*words):
    return subprocess.check_output(["ip", *words], text=True)

def put_on_as_a_daemon_does(*addresses):
    stand_in_for_pyroute2()
    encode, index = AddressEncoder(), socket.if_nametoindex("eth0")
    wanted = [VirtualAddress(address=Address.parse(text), prefix=24, dev="eth0") for text in addresses]
    return any(Changer().perform([(encode(address).add, index) for address in wanted]))

ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth1")
ip("link", "set", "eth0", "up")
ip("addr", "add", "10.0.0.1/24", "dev", "eth0")
ip("addr", "add", "10.0.0.103/24", "dev", "eth0")
if not os.fork():  # another process: the reaper has pyroute2 to itself
    os._exit(put_on_as_a_daemon_does("10.0.0.100", "10.0.0.101", "10.0.0.102"))
assert os.wait()[1] == 0
save(Path(sys.argv[1]), Installed((Entry("eth0", "10.0.0.101/24"),), {}))
sender, receiver = pair()
status = reap_for_parent(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), LogPipe(sender, "reaper"))
print(status, decode(receiver.recv(65536)).words)
print(ip("-4", "-o", "addr"))
"""


def test_exactly_what_was_ours_goes(tmp_path):
    vip = VirtualAddress(address=Address.parse("10.0.0.100"), prefix=24, dev="eth0")
    not_ours = VirtualAddress(address=Address.parse("10.0.0.103"), prefix=24, dev="eth0")
    instance = VrrpInstance(name="VI", vrid=1, family=4, version=3, interface="eth0", vips=(vip, not_ours))
    (tmp_path / "config").write_bytes(encode(Config(instances=(instance,))))
    command = ["unshare", "--net", sys.executable, "-c", PROGRAM, str(tmp_path), str(tmp_path / "config")]
    first, *rest = subprocess.check_output(command, text=True).splitlines()
    assert first.startswith("0 taken off: ")
    assert {"10.0.0.100", "10.0.0.101"} == set(first.removeprefix("0 taken off: ").split(", "))
    left = "\n".join(rest)
    for stays in ("10.0.0.1/24", "10.0.0.102/24", "10.0.0.103/24"):  # nobody's list, nobody's mark
        assert stays in left
    assert "10.0.0.100" not in left
    assert "10.0.0.101" not in left
    assert not (tmp_path / "installed.json").exists()
