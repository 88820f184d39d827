from __future__ import annotations

import pytest

from standfast.vrrp.sysctls import Sysctls, promote_secondaries

PATH = promote_secondaries("eth0")


@pytest.fixture
def proc(tmp_path):
    place = tmp_path / PATH
    place.parent.mkdir(parents=True)
    place.write_text("0\n")
    return tmp_path


def test_what_was_changed_is_set_back(proc):
    sysctls = Sysctls(root=proc)
    assert sysctls.set(PATH, "1")
    assert (proc / PATH).read_text() == "1"
    assert sysctls.originals == {PATH: "0"}
    sysctls.restore()
    assert (proc / PATH).read_text() == "0"


def test_one_setting_is_put_back_by_itself(proc):
    sysctls = Sysctls(root=proc)
    sysctls.put_back(PATH)
    assert (proc / PATH).read_text() == "0\n"
    sysctls.set(PATH, "1")
    sysctls.put_back(PATH)
    assert (proc / PATH).read_text() == "0"
    assert sysctls.originals == {}


def test_what_was_right_already_is_left_alone(proc):
    sysctls = Sysctls(root=proc)
    assert not sysctls.set(PATH, "0")
    assert sysctls.originals == {}


def test_the_original_is_what_the_first_of_us_found(proc):
    (proc / PATH).write_text("1")
    sysctls = Sysctls({PATH: "0"}, root=proc)  # a predecessor had changed it and died
    sysctls.set(PATH, "2")
    sysctls.restore()
    assert (proc / PATH).read_text() == "0"


def test_an_interface_that_has_gone_needs_nothing(proc):
    sysctls = Sysctls(root=proc)
    sysctls.set(PATH, "1")
    (proc / PATH).unlink()
    sysctls.restore()
    assert sysctls.originals == {}


def test_an_interface_that_never_was_is_an_error(proc):
    with pytest.raises(FileNotFoundError):
        Sysctls(root=proc).set(promote_secondaries("nowhere"), "1")
