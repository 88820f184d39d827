from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from standfast.net.namespaces import NoSuchNamespace, enter


def test_a_name_that_is_not_there_says_what_to_do():
    with pytest.raises(NoSuchNamespace, match="ip netns add nowhere-at-all") as caught:
        enter("nowhere-at-all")
    assert caught.value.errno == errno.ENOENT


def test_a_file_that_is_no_namespace_is_refused(tmp_path):
    (tmp_path / "plain").write_text("")
    with pytest.raises(NoSuchNamespace, match="cannot enter"):
        enter(str(tmp_path / "plain"))


@pytest.mark.skipif(os.geteuid() != 0, reason="setns needs root")
def test_ones_own_namespace_can_be_entered():
    before = Path("/proc/self/ns/net").readlink()
    enter("/proc/self/ns/net")
    assert Path("/proc/self/ns/net").readlink() == before
