"""What VRRP hears of a check that it tracks."""

from __future__ import annotations

from msgspec import structs

from standfast.config.health_model import TrackedCheck
from standfast.config.lvs_model import Pace
from standfast.contract.checking import Code, bad, good, unable
from standfast.health.tracked import TrackSeat
from standfast.values import SECOND

CHECK = TrackedCheck(name="web", kind="TCP_CHECK", pace=Pace(delay_loop=2 * SECOND, retry=1), max_age=9 * SECOND)


def seat(known: TrackSeat | None = None, check: TrackedCheck = CHECK):
    told: list[tuple[bool | None, str]] = []
    made = TrackSeat.for_check(check, known, lambda said: told.append((said.good, said.words)))
    return made, told


def test_the_verdict_is_told_at_every_look_and_only_once_there_is_one():
    made, told = seat()
    waits = [made.heard(result, 1) for result in (unable("no socket"), good("well"), bad(Code.REFUSED, "no"))]
    made.heard(bad(Code.REFUSED, "no"), 2)
    assert told == [(None, "no socket"), (True, "well"), (True, "no"), (False, "no")]
    assert waits == [2 * SECOND, 2 * SECOND, SECOND]


def test_it_is_looked_at_like_any_other_check():
    configured, owner, listener = seat()[0].wish
    assert (configured.kind, configured.pace, owner) == ("TCP_CHECK", CHECK.pace, "track_check web")
    assert not listener.suspended


def test_what_is_only_watched_is_said_again():
    """Silence would be taken for the death of this process."""
    made, told = seat(check=structs.replace(CHECK, watches=True))
    made.repeat(1)
    assert (told, made.eager) == ([], True)
    made.heard(good("well"), 2)
    made.repeat(3)
    assert (told, made.eager) == ([(True, "well")] * 2, False)
    polled, told = seat()
    polled.heard(good("well"), 2)
    polled.repeat(3)
    assert told == [(True, "well")]


def test_a_reload_keeps_the_standing_of_the_same_check():
    made, _ = seat()
    made.heard(bad(Code.REFUSED, "no"), 1)
    assert seat(made)[0].standing is made.standing
    assert seat(made, structs.replace(CHECK, options=b"x"))[0].standing.up


def test_every_look_says_what_it_saw_itself_and_when_it_began():
    """Who is about to take over asks for one look, not for what is made of several."""
    looks = []
    check = structs.replace(CHECK, watches=True)
    made = TrackSeat.for_check(check, None, lambda said: looks.append((said.good, said.saw, said.began)))
    results = (good("well"), bad(Code.REFUSED, "no"), unable("no socket"))
    for number, result in enumerate(results, 1):
        made.heard(structs.replace(result, duration=40), 100 * number)
    assert looks == [(True, True, 60), (True, False, 160), (True, None, 260)]
    made.repeat(500)
    assert looks[-1] == (True, None, 500), "whoever watches knows how it is now"
