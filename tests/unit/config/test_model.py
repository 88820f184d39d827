from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from standfast.config import model
from standfast.values import Address

VIP = model.VirtualAddress(address=Address.parse("10.0.0.9"), prefix=24, dev="eth0")
ONE = model.VrrpInstance(name="one", vrid=51, family=4, version=2, interface="eth0", vips=(VIP,))


def test_a_configuration_survives_the_way_to_another_process():
    config = model.Config(instances=(ONE,), global_defs=model.GlobalDefs(rx_buffer="mtu"))
    assert model.decode(model.encode(config)) == config


@given(st.binary(max_size=200))
def test_other_bytes_are_one_documented_error(data):
    try:
        model.decode(data)
    except msgspec.DecodeError:
        return
    assert isinstance(model.decode(data), model.Config)


def test_it_is_frozen():
    with pytest.raises(AttributeError):
        ONE.priority = 5  # type: ignore[misc]


def test_the_key_ignores_names_and_priorities_but_not_the_wire():
    assert structs.replace(ONE, name="two", priority=7).key == ONE.key
    assert structs.replace(ONE, vrid=52).key != ONE.key
    assert structs.replace(ONE, interface="eth1").key != ONE.key
