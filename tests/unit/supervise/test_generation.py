from __future__ import annotations

import os

import msgspec
import pytest

from standfast.config.model import Config, GlobalDefs, VrrpInstance, encode
from standfast.supervise.generation import Generation, InstanceBrief, memory_file, read_all


def filled(data):
    descriptor = memory_file()
    os.write(descriptor, data)
    return descriptor


def instance(name, **more):
    return VrrpInstance(name=name, vrid=1, family=4, version=3, interface="eth0", **more)


def test_the_parent_reads_what_it_acts_on():
    config = Config(
        global_defs=GlobalDefs(status_group="adm"),
        instances=(instance("VI_1"), instance("VI_2", stop_hold=0)),
        instance_name="left",
        child_wait_time=9,
    )
    generation = Generation.seal(4, filled(encode(config)))
    essentials = generation.essentials
    assert (essentials.instance_name, essentials.child_wait_time) == ("left", 9)
    assert essentials.global_defs.status_group == "adm"
    assert generation.instances() == [InstanceBrief(name="VI_1"), InstanceBrief(name="VI_2", stop_hold=0)]
    assert read_all(generation.descriptor) == encode(config)
    generation.close()


def test_the_parents_defaults_are_those_of_the_model():
    generation = Generation.seal(1, filled(encode(Config())))
    for name in ("global_defs", "instance_name", "net_namespace", "use_pid_dir", "child_wait_time"):
        assert getattr(generation.essentials, name) == getattr(Config(), name)
    assert InstanceBrief(name="x").stop_hold == instance("x").stop_hold
    generation.close()


def test_a_sealed_generation_cannot_be_changed():
    generation = Generation.seal(1, filled(encode(Config())))
    with pytest.raises(PermissionError):
        os.pwrite(generation.descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        os.ftruncate(generation.descriptor, 0)
    generation.close()


def test_nonsense_is_no_generation():
    descriptor = filled(b"\xc1nonsense")
    with pytest.raises(msgspec.DecodeError):
        Generation.seal(1, descriptor)
    os.close(descriptor)
