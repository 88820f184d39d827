"""The fixtures as an author uses them: in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys

CONFTEST = 'pytest_plugins = ["standfast.testing.fixtures"]\n'
TESTS = """
import pytest
from standfast.config.script_model import ScriptCall

async def test_programs_end_as_told(surroundings):
    assert (await surroundings.run_script(ScriptCall(argv=("/bin/x",)), limit=1)).status == 0

def test_notices_are_numbered(notices):
    assert [each.sequence for each in notices] == list(range(1, len(notices) + 1))
    assert len({type(each.event) for each in notices}) == len(notices)

def test_a_claim(claim):
    assert claim.addresses

def test_a_plane(memory_plane):
    assert memory_plane.table == {}

def test_a_text_is_read(read_configuration):
    server = "real_server 10.0.0.1 80 {\\nTCP_CHECK {\\n}\\n}"
    loaded = read_configuration("virtual_server 192.0.2.1 80 {\\nprotocol TCP\\nlvs_sched rr\\n" + server + "\\n}\\n")
    assert len(loaded.balancing.virtual_servers) == 1

def test_a_wrong_one_fails(read_configuration):
    with pytest.raises(AssertionError, match="unknown keyword"):
        read_configuration("virtual_servr 192.0.2.1 80 {\\n}\\n")
"""


def test_they_are_there_and_do_what_they_say(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_mine.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntrio_mode = true\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
