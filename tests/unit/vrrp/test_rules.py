from __future__ import annotations

import pytest

from standfast.supervise import page
from standfast.vrrp.rules import TRANSITIONS, IllegalTransition, Input, State, next_state


def test_every_state_has_a_row_and_every_input_a_place():
    assert set(TRANSITIONS) == set(State)
    assert {what for row in TRANSITIONS.values() for what in row} == set(Input)


def test_every_state_can_be_reached_and_left():
    reached = {to for row in TRANSITIONS.values() for to in row.values()}
    assert reached == set(State)
    assert all(Input.SHUTDOWN in row for row in TRANSITIONS.values())


def test_a_missing_key_is_illegal():
    with pytest.raises(IllegalTransition, match="MASTER_DOWN in FAULT"):
        next_state(State.FAULT, Input.MASTER_DOWN)


def test_leaving_has_no_way_back_but_from_an_order_to_yield():
    back = {Input.GAVE_WAY, Input.NOBODY_CAME, Input.FAULT_RAISED}
    assert set(TRANSITIONS[State.LEAVING]) == {Input.SHUTDOWN} | back


def test_numbers_are_those_of_the_shared_page():
    assert [State.INIT, State.BACKUP, State.MASTER, State.FAULT, State.LEAVING] == [
        page.INIT,
        page.BACKUP,
        page.MASTER,
        page.FAULT,
        page.LEAVING,
    ]
