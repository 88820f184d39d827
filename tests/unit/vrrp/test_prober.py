from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.net.host import Host
from standfast.testing.playbook import VIP
from standfast.values import Address
from standfast.vrrp.frames import announcement, question
from standfast.vrrp.prober import Heard, Prober, spoken_for

MAC = bytes.fromhex("020000000001")
V6 = Address.parse("fe80::9:100")


@pytest.mark.parametrize(("protocol", "address"), [(0x0806, VIP.address), (0x86DD, V6)])
def test_who_announces_an_address_speaks_for_it(protocol, address):
    assert spoken_for(protocol, announcement(MAC, address, router=False)[14:], MAC) == Heard(address, MAC)


@pytest.mark.parametrize(("protocol", "address"), [(0x0806, VIP.address), (0x86DD, V6)])
def test_a_question_is_no_answer(protocol, address):
    assert spoken_for(protocol, question(MAC, address)[14:], MAC) is None


@given(st.integers(0, 0xFFFF) | st.sampled_from((0x0806, 0x86DD)), st.binary(max_size=100))
def test_any_bytes_are_an_answer_or_none(protocol, data):
    spoken_for(protocol, data, MAC)


def test_questions_leave_by_the_interface_below():
    prober = Prober(Host(), None, {"vrrp.51": "eth0"}.get)  # type: ignore[arg-type] # nothing is sent
    assert prober.deadline is None
    prober.close(0)
    assert prober.concerns("eth0", VIP.address, type(VIP)(address=VIP.address, prefix=24, dev="vrrp.51"))
    assert not prober.concerns("eth1", VIP.address, type(VIP)(address=VIP.address, prefix=24, dev="vrrp.51"))
