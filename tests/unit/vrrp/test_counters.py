from __future__ import annotations

from typing import get_args

import pytest

from standfast.vrrp.counters import Counters
from standfast.vrrp.packet import Reason


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_to_refuse_an_advert_has_its_counter(reason):
    counters = Counters()
    counters.count(reason)
    counters.count(reason)
    assert getattr(counters, reason) == 2


def test_an_unknown_name_is_our_mistake():
    with pytest.raises(AttributeError):
        Counters().count("no_such_thing")


def test_cleared():
    counters = Counters(advert_sent=3, latest_wakeup=7)
    counters.clear()
    assert counters == Counters()
