from __future__ import annotations

import pytest

from standfast.config.interface_model import Device
from standfast.vrrp.sysctls import Sysctls, around_vmacs, of_device, promote_secondaries

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


RP = "net/ipv4/conf/{}/rp_filter"


def conf(root, **values):
    for interface, value in values.items():
        place = root / RP.format(interface)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(value)


def test_what_all_says_of_source_checks_moves_to_each_interface(tmp_path):
    conf(tmp_path, all="1", default="0", eth0="0", eth1="2")
    sysctls = Sysctls(root=tmp_path)
    wanted = around_vmacs(["eth0"], ["eth0", "eth1"], sysctls.before)
    assert {path: value for path, value in wanted.items() if "/rp_filter" in path} == {
        RP.format("default"): "1",
        RP.format("eth0"): "1",
        RP.format("all"): "0",
    }
    sysctls.hold(wanted)
    assert (tmp_path / RP.format("all")).read_text() == "0"
    assert around_vmacs(["eth0"], ["eth0", "eth1"], sysctls.before) == wanted, (
        "it goes by what was, not by what we made"
    )
    sysctls.restore()
    assert [(tmp_path / RP.format(name)).read_text() for name in ("all", "default", "eth0")] == ["1", "0", "0"]


def test_nobody_is_changed_for_nothing():
    assert around_vmacs([], ["eth0"], lambda _path: "1") == {}


def test_what_is_held_is_written_down_before_it_changes(proc):
    seen = []
    sysctls = Sysctls(root=proc)
    sysctls.written_down = lambda: seen.append(((proc / PATH).read_text().strip(), dict(sysctls.originals)))
    sysctls.hold({PATH: "1"})
    assert seen == [("0", {PATH: "0"})]
    assert (proc / PATH).read_text() == "1"
    sysctls.hold({})
    assert (proc / PATH).read_text() == "0"
    assert sysctls.originals == {}


def test_what_a_predecessor_changed_is_held_too(proc):
    (proc / PATH).write_text("1")
    sysctls = Sysctls({PATH: "0"}, proc)
    sysctls.hold({PATH: "1"})
    sysctls.hold({})
    assert (proc / PATH).read_text() == "0"


def test_what_somebody_else_has_changed_since_stays(proc):
    sysctls = Sysctls(root=proc)
    sysctls.hold({PATH: "1"})
    (proc / PATH).write_text("2")
    sysctls.restore()
    assert (proc / PATH).read_text() == "2"


def test_an_interface_of_ours():
    four = of_device(Device(name="vrrp.51", base="eth0", family=4))
    assert four["net/ipv6/conf/vrrp.51/disable_ipv6"] == "1"
    assert four["net/ipv4/conf/vrrp.51/accept_local"] == "1"
    six = of_device(Device(name="vrrp.51", base="eth0", family=6, ipv6=True))
    assert six["net/ipv6/conf/vrrp.51/disable_ipv6"] == "0"
    assert "net/ipv4/conf/vrrp.51/accept_local" not in six
    assert of_device(Device(name="iv", base="eth0", family=4, kind="ipvlan")) == {"net/ipv6/conf/iv/disable_ipv6": "1"}
