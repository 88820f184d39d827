from __future__ import annotations

import pytest

from standfast.config.interface_model import Device, Vmac
from standfast.config.model import Config
from standfast.supervise.state_file import Installed
from standfast.vrrp.surroundings import Surroundings
from standfast.vrrp.sysctls import Sysctls


class Keeper:
    def __init__(self) -> None:
        self.ours: dict[str, Device] = {}
        self.left, self.calls = 2, []

    def want(self, devices):
        self.wanted = tuple(devices)

    def prepare(self, _sysctls):
        self.calls.append("prepare")

    def mend(self):
        self.left -= 1
        return self.left >= 0

    def drop(self):
        self.calls.append(f"drop all but {[one.name for one in self.wanted]}")
        return []

    def inherit(self, devices):
        self.ours = {one.name: one for one in devices}

    def listed(self):
        return self.wanted


@pytest.fixture
def keeper():
    return Keeper()


def test_the_plan_is_wanted_and_made_until_nothing_is_left_to_do(host, keeper, make_settings):
    learned = []
    surroundings = Surroundings(host, keeper, learn=lambda: learned.append(keeper.left))
    placed = surroundings.plan(Config(instances=(make_settings(vmac=Vmac()),)))
    assert placed.instances[0].device == "vrrp.51"
    surroundings.make(Sysctls())
    assert learned == [1, 0]
    assert [one.name for one in surroundings.devices()] == ["vrrp.51"]
    surroundings.clear()
    assert keeper.calls == ["prepare", "drop all but []"]


def test_a_setting_that_cannot_be_made_is_told(host, keeper, make_settings):
    said: list[str] = []
    keeper.prepare = lambda _sysctls: (_ for _ in ()).throw(OSError(30, "Read-only file system", "/proc/x"))
    surroundings = Surroundings(host, keeper, say=said.append)
    surroundings.make(Sysctls())
    assert said == ["cannot set what virtual MACs need: /proc/x: Read-only file system"]


def test_what_a_predecessor_made_is_inherited(host, keeper):
    device = Device(name="vrrp.51", base="eth0", family=4)
    Surroundings(host, keeper).inherit(Installed(devices=(device,)))
    assert keeper.ours == {"vrrp.51": device}


def test_without_parts_it_does_nothing(make_settings):
    surroundings, config = Surroundings(), Config(instances=(make_settings(vmac=Vmac()),))
    assert surroundings.plan(config) is config
    surroundings.make(Sysctls())
    surroundings.clear()
    assert surroundings.devices() == ()
