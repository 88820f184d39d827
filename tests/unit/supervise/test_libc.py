from __future__ import annotations

import os
from pathlib import Path

import pytest

from standfast.supervise import libc


def test_permitted_capabilities_are_those_of_proc():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapPrm:"))
    assert libc.get_permitted() == int(line.split()[1], 16)


def test_a_refusal_is_an_error_with_the_kernels_words():
    with pytest.raises(OSError, match="Invalid argument"):
        libc.prctl(libc.PR_CAPBSET_READ, 10_000)


def test_a_process_can_be_named():
    ours, theirs = os.pipe()
    if not os.fork():
        libc.name_process("standfast-test")
        os.write(theirs, Path("/proc/self/comm").read_bytes())
        os._exit(0)
    assert os.read(ours, 100) == b"standfast-test\n"
    os.wait()
    os.close(ours)
    os.close(theirs)
