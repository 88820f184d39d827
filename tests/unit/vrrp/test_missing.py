from __future__ import annotations

import pytest

from standfast.config.interface_model import Vmac
from standfast.config.load import load_text
from standfast.config.model import Config
from standfast.vrrp.missing import refusal

HERE = frozenset({"eth0"})


def config(*interfaces: str, dynamic: bool = False, vip: str = "") -> Config:
    word = "global_defs {\ndynamic_interfaces\n}\n" if dynamic else ""
    blocks = [
        f"vrrp_instance VI_{number} {{\ninterface {name}\nvirtual_router_id {number}\n"
        f"virtual_ipaddress {{\n10.0.0.{number} {vip}\n}}\n}}\n"
        for number, name in enumerate(interfaces, 1)
    ]
    loaded = load_text(word + "".join(blocks)).config
    assert loaded is not None
    return loaded


def why(wanted: Config, running: Config) -> str:
    return refusal(wanted, running, HERE.__contains__)


def test_an_interface_that_does_not_exist_is_named_with_its_instance():
    words = why(config("eth0", "d1"), config("eth0"))
    assert words.startswith("VI_2: interface d1 does not exist; ")
    assert "dynamic_interfaces" in words


def test_so_is_one_that_only_an_address_needs():
    assert why(config("eth0", vip="dev d2"), config("eth0")).startswith("VI_1: interface d2 does not exist; ")


def test_many_are_counted_not_listed():
    assert "d1 does not exist (and 1 more like it)" in why(config("d1", "d3"), config("eth0"))


@pytest.mark.parametrize(
    ("wanted", "running"),
    [
        (config("eth0"), config("eth0")),
        (config("d1", dynamic=True), config("eth0")),
        (config("d1", "eth0"), config("d1")),
    ],
    ids=["there", "may be missing", "is missing already"],
)
def test_otherwise_nothing_is_refused(wanted, running):
    assert why(wanted, running) == ""


def test_what_will_be_made_is_not_missing(make_settings, make_vip):
    made = make_settings(vmac=Vmac(name="vrrp.9"), vips=(make_vip("10.9.0.1/24", "vrrp.9"),))
    assert refusal(Config(instances=(made,)), Config(), lambda name: name == "eth0") == ""
