from __future__ import annotations

from standfast.web.view import view


def test_what_the_page_shows(picture):
    shown = view(picture, ["p"], ["p", "q"], [{"at": "x"}])
    assert (shown["problems"], shown["lacking"], shown["events"], shown["fresh"]) == (["p"], ["q"], [{"at": "x"}], True)
    one = shown["instances"][0]
    assert (one["name"], one["state"], one["priority"]) == ("VI_1", "MASTER", 150)
    assert one["addresses"][0] == {"address": "10.9.0.100/24 dev veth0", "here": True}
    assert shown["groups"][0]["members"] == ["VI_1", "VI_2"]
    assert shown["services"][0]["servers"][0]["checks"] == [
        {"kind": "TCP_CHECK", "up": False, "last": "connection refused"}
    ]


def test_what_is_not_known_is_not_made_up(picture):
    gone = {"name": "VI_1", "state": "UNKNOWN", "since": "2026-01-01T00:00:00+00:00", "cause": "stuck"}
    picture["daemon"] = None
    picture["vrrp"] |= {"fresh": False, "instances": [gone], "groups": []}
    shown = view(picture, [], [], [])
    assert (shown["instances"], shown["version"], shown["fresh"]) == ([gone], "", False)
