from __future__ import annotations

import os
import subprocess
import sys

import pytest

from standfast.lab.daemons import Keepalived, Standfast, tree
from standfast.lab.lab import Lab
from standfast.lab.namespace import LabError

root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


def test_a_tree_names_parents_before_children():
    code = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with parent.stdout:
        child = int(parent.stdout.readline())
    assert tree(parent.pid) == [parent.pid, child]
    for pid in (parent.pid, child):
        os.kill(pid, 9)
    parent.wait()


@root
@pytest.mark.netns
def test_command_lines_keep_daemons_apart():
    with Lab() as lab:
        a, b = lab.add_hosts(a=["10.9.0.1/24"], b=["10.9.0.2/24"])
        first, second = (Standfast(host, "# nothing", config_id=host.name) for host in (a, b))
        assert first.command()[-2:] == ["-i", "a"]
        assert str(first.run_dir) in first.command()
        assert first.run_dir != second.run_dir
        assert Keepalived(a, "# nothing").command()[0] == "keepalived"
        assert first.config_file.read_text() == "# nothing"


@root
@pytest.mark.netns
def test_a_daemon_that_does_not_run_says_so():
    with Lab() as lab:
        (a,) = lab.add_hosts(a=["10.9.0.1/24"])
        daemon = Keepalived(a, "")
        assert not daemon.running
        with pytest.raises(LabError, match="keepalived does not run on a"):
            daemon.reload()
        with pytest.raises(LabError, match="was not started"):
            daemon.wait_ended()
