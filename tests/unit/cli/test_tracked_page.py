from __future__ import annotations

import pytest

from standfast.cli.tracked_page import group_lines, known_names, stand_of, thing_lines, tracked_pages, waits_for

SINCE = "2020-11-23T12:00:00.000+00:00"


def member(name, state="BACKUP", vote="MASTER", **more):
    usual = {"faults": [], "order": None, "held_back": None, "master": None, "master_priority": None, "trackers": []}
    return {"name": name, "state": state, "vote": vote} | usual | more


def fault(key, words):
    return {"key": key, "words": words, "since": SINCE, "clears": "", "pending": False}


def document(*members, state="BACKUP", things=()):
    group = {"name": "G", "state": state, "since": SINCE, "cause": "VI_1: started", "members": ["VI_1", "VI_2"]}
    return {"vrrp": {"instances": list(members), "groups": [group], "trackers": list(things)}}


def page(*members, state="BACKUP"):
    whole = document(*members, state=state)
    return "\n".join(group_lines(whole["vrrp"]["groups"][0], whole))


OBEYS = {"vote": "BACKUP", "master": "10.0.0.2", "master_priority": 150}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "would be MASTER"),
        (OBEYS, "obeys 10.0.0.2 (priority 150)"),
        ({"vote": None}, "has not heard long enough that nobody is master"),
        ({"order": {"kind": "yield"}}, "ordered to yield"),
        ({"held_back": {"words": "check gateway is bad"}}, "held back: check gateway is bad"),
        ({"faults": [fault("group", "sync group G: VI_2: x"), fault("source", "no address")]}, "no address"),
    ],
)
def test_what_a_member_has_to_say_by_itself(more, words):
    assert stand_of(member("VI_1", **more)) == words


def test_who_waits_names_the_others_reasons_and_nobody_refers_back():
    first, second = member("VI_1"), member("VI_2", **OBEYS)
    assert waits_for(first, [first, second]) == ["VI_2: obeys 10.0.0.2 (priority 150)"]
    assert waits_for(second, [first, second]) == []
    assert waits_for(member("VI_1", state="MASTER"), [first, second]) == []


def test_members_that_fault_each_other_are_told_by_the_one_cause_there_is():
    broken = member("VI_1", "FAULT", "BACKUP", faults=[fault("track interface tr0", "interface tr0 is down")])
    follows = member("VI_2", "FAULT", "MASTER", faults=[fault("group", "sync group G: VI_1: interface tr0 is down")])
    text = page(broken, follows, state="FAULT")
    assert "VI_1:      FAULT; interface tr0 is down" in text
    assert "VI_2:      FAULT; would be MASTER" in text
    assert "the end of the faults of VI_1" in text
    assert text.count("tr0") == 1


def test_a_group_says_what_is_missing():
    assert "VI_2: when every member would be MASTER by itself, all become it" in page(
        member("VI_1"), member("VI_2", **OBEYS)
    )
    assert "nothing more" in page(member("VI_1"), member("VI_2"))
    assert "then all leave" in page(member("VI_1", "MASTER"), member("VI_2", "MASTER"), state="MASTER")


def thing(kind="script", **more):
    usual = {"good": False, "value": 0, "words": "exit status 1", "since": SINCE, "running": True}
    return {"kind": kind, "name": "web", "instances": ["VI_1", "VI_2"]} | usual | more


def tracker(**more):
    return {"kind": "script", "name": "web", "weight": 0, "reverse": False, "points": 0, "fault": False,
            "waits": False} | more  # fmt: skip


def test_a_tracked_thing_says_how_it_is_who_uses_it_and_what_would_change_it():
    users = (
        member("VI_1", "FAULT", trackers=[tracker(fault=True), tracker(kind="file")]),
        member("VI_2", trackers=[tracker(weight=-20, points=-20, reverse=True)]),
        member("VI_3", trackers=[tracker(waits=True)]),
        member("VI_4", trackers=[tracker(reverse=True)]),
        {"name": "VI_5", "state": "UNKNOWN"},
    )
    text = "\n".join(thing_lines(thing(), document(*users)))
    assert text.startswith("script web is bad since ")
    for words in (
        "exit status 1",
        "it runs at this moment",
        "VI_1 (FAULT): weight 0: keeps it in FAULT",
        "VI_2 (BACKUP): weight -20 reverse: -20 to the priority now",
        "VI_3 (BACKUP): weight 0: its first result is waited for",
        "VI_4 (BACKUP): weight 0 reverse: FAULT while it is good, which it is not",
        "changed by runs of the script",
    ):
        assert words in text
    assert text.count("VI_1") == 1


def test_an_interface_may_be_needed_beside_its_weight():
    """A virtual address is there: then it is FAULT that counts, whatever the weight."""
    light = tracker(kind="interface", name="tr0", weight=-10, points=-10)
    needs = member("VI_1", "FAULT", trackers=[light], faults=[fault("interface tr0", "interface tr0 is down")])
    text = "\n".join(thing_lines(thing("interface", name="tr0"), document(needs, member("VI_2", trackers=[light]))))
    assert "used by:   VI_1 (FAULT): weight -10: -10 to the priority now" in text
    assert "needed by: VI_1 (FAULT): it speaks on it, or has an address there" in text
    assert text.count("needed by") == 1


def test_a_file_shows_its_number_and_what_nobody_knows_yet_has_no_time():
    shown = list(thing_lines(thing("file", value=30, words="the number is 30", running=False), document()))
    assert shown[0].startswith("file web is 30 since ")
    unknown = "\n".join(thing_lines(thing(good=None, value=None, since=None), document()))
    assert unknown.startswith("script web is not known:")


def test_pages_and_names_of_what_runs():
    whole = document(member("VI_1"), things=[thing(), thing("check", name="G")])
    assert [text.partition(" is ")[0] for text in tracked_pages(whole, "G")] == ["sync group G", "check G"]
    assert len(list(tracked_pages(whole, "script web"))) == 1, "as `status` calls it"
    assert list(tracked_pages(whole, "nothing")) == []
    assert known_names(whole) == "instances: VI_1; groups: G; tracked: web (script), G (check)"
