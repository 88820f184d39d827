"""The heap of what is due: against a dictionary that is sorted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from standfast.health.agenda import Agenda

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.sampled_from("abcd"), st.integers(0, 50)),
        st.tuples(st.just("remove"), st.sampled_from("abcd"), st.just(0)),
        st.tuples(st.just("take"), st.just(""), st.integers(0, 50)),
    )
)


@given(STEPS)
def test_it_holds_each_item_once_at_its_last_time(steps):
    agenda: Agenda[str] = Agenda()
    model: dict[str, int] = {}
    for do, item, at in steps:
        if do == "enter":
            agenda.enter(item, at)
            model[item] = at
        elif do == "remove":
            agenda.remove(item)
            model.pop(item, None)
        else:
            taken = agenda.take(at, 2)
            due = sorted((due, each) for each, due in model.items() if due <= at)
            assert sorted(taken)[: len(taken)] == sorted(taken)
            assert [each for each, _ in taken] == [each for each, _ in due[:2]]
            for _, each in taken:
                del model[each]
        assert len(agenda) == len(model)
        assert agenda.next == min(model.values(), default=None)
        assert all(each in agenda for each in model)
