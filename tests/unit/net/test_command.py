from __future__ import annotations

import errno

import pytest

from standfast.config.model import VirtualAddress
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder
from standfast.values import Address

NOWHERE = 2**31 - 1


@pytest.fixture
def changer():
    made = Changer()
    yield made
    made.close()


def test_the_loopback_is_among_the_links(changer):
    assert "lo" in [link.name for link in changer.links()]


def test_two_dumps_in_a_row_agree(changer):
    assert [a.address for a in changer.addresses()] == [a.address for a in changer.addresses()]


def test_each_refused_change_gives_its_own_errno(changer):
    encode = AddressEncoder()
    batch = [
        (encode(VirtualAddress(address=Address.parse(f"192.0.2.{n}"), prefix=32, dev="none")).add, NOWHERE)
        for n in range(1, 65)
    ]
    results = changer.perform(batch)
    assert len(results) == 64
    assert set(results) <= {errno.ENODEV, errno.EPERM}


def test_an_empty_batch_asks_nothing(changer):
    assert changer.perform([]) == []
