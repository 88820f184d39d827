from __future__ import annotations

from standfast.cli.instance_page import instance_page, lines

SINCE = "2020-11-23T12:00:00.000+00:00"
INSTANCE = {
    "name": "VI_1",
    "state": "FAULT",
    "since": SINCE,
    "cause": "script web: exit status 1",
    "priority": 80,
    "priority_base": 100,
    "master": "10.0.0.2",
    "master_priority": 90,
    "group": "G",
    "vote": "BACKUP",
    "order": {"kind": "yield", "since": SINCE, "until": None},
    "faults": [
        {"key": "track script web", "words": "script web: exit status 1", "since": SINCE, "clears": "successes",
         "pending": False},
        {"key": "x", "words": "waiting", "since": SINCE, "clears": "", "pending": True},
    ],
    "held_back": {"words": "check gateway is bad (no answer)", "since": SINCE},
    "evidence": [
        {"name": "gateway", "good": True, "within_ms": 1000.0, "silence_holds": False},
        {"name": "web", "good": False, "within_ms": 250.0, "silence_holds": True},
    ],
    "trackers": [
        {"kind": "script", "name": "web", "weight": 0, "reverse": False, "points": 0},
        {"kind": "file", "name": "load", "weight": -2, "reverse": True, "points": -20},
    ],
}  # fmt: skip
DOCUMENT = {
    "vrrp": {
        "instances": [INSTANCE],
        "groups": [{"name": "G", "state": "FAULT", "cause": "VI_1: broken", "members": ["VI_1", "VI_2"]}],
        "trackers": [
            {"kind": "script", "name": "web", "words": "exit status 1"},
            {"kind": "file", "name": "load", "words": "the number is 10"},
        ],
    }
}


def test_everything_that_decides():
    text = "\n".join(lines(INSTANCE, DOCUMENT))
    for words in (
        "VI_1 is FAULT since",
        "yield since",
        "until `standfast resume`: maintenance: it takes no part",
        "G is FAULT (VI_1: broken), with VI_2",
        "80 = 100 (base) -20 file load",
        "10.0.0.2, priority 90",
        "fault:     script web: exit status 1 (since",
        "cleared by successes",
        "waits:     waiting",
        "held back: no master is heard, but check gateway is bad (no answer) (since",
        "check gateway has to be good before it takes over (within 1 s; no answer does not count)",
        "check web has to be bad before it takes over (within 0.25 s; no answer holds it back)",
        "script web (weight 0): exit status 1",
        "file load (weight -2 reverse): the number is 10",
    ):
        assert words in text


def test_a_member_that_would_be_master_says_for_whom_it_waits():
    waiting = INSTANCE | {"state": "BACKUP", "vote": "MASTER", "faults": [], "order": None, "held_back": None}
    other = waiting | {"name": "VI_2", "vote": "BACKUP", "master": "10.0.0.3", "master_priority": 200}
    whole = {"vrrp": DOCUMENT["vrrp"] | {"instances": [waiting, other]}}
    assert "waits for: VI_2: obeys 10.0.0.3 (priority 200)" in "\n".join(lines(waiting, whole))
    assert "waits for" not in "\n".join(lines(other, whole))


def test_of_one_that_nobody_speaks_for_only_that_is_said():
    away = {name: INSTANCE[name] for name in ("name", "state", "since", "cause")}
    assert len(list(lines(away, DOCUMENT))) == 1


def test_who_is_not_there_has_no_page():
    assert instance_page(DOCUMENT, "VI_9") == ""
    assert instance_page(DOCUMENT, "VI_1").startswith("VI_1 is FAULT")
