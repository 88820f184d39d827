from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.cli.keepalived_options import OPTIONS, WrongUsage, help_lines, parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-nlD", {"dont-fork": "", "log-console": "", "log-detail": ""}),
        ("-f a.conf -t", {"use-file": "a.conf", "config-test": ""}),
        ("-t -fa.conf", {"config-test": "", "use-file": "a.conf"}),
        ("-t/var/log/x -f a", {"config-test": "/var/log/x", "use-file": "a"}),
        ("--use-file=a --config-test=log", {"use-file": "a", "config-test": "log"}),
        ("--use-file a --config-test", {"use-file": "a", "config-test": ""}),
        ("--use a --dont-f", {"use-file": "a", "dont-fork": ""}),
        ("--pid=/p -r /v -c/h", {"pid": "/p", "vrrp_pid": "/v", "checkers_pid": "/h"}),
    ],
)
def test_as_getopt_reads_it(line, expected):
    assert parse(line.split()).given == expected


def test_an_optional_value_is_never_the_next_word():
    found = parse(["-g", "file", "--config-test", "log"])
    assert (found.given, found.surplus) == ({"log-file": "", "config-test": ""}, ["file", "log"])


@pytest.mark.parametrize("line", ["--nope", "-Z", "-f", "--use-file", "--vrrp=1", "--dont"])
def test_wrong(line):
    with pytest.raises(WrongUsage):
        parse([line])


def test_behind_two_dashes_everything_is_surplus():
    assert parse(["-n", "--", "-f"]).surplus == ["-f"]


@given(st.lists(st.text("-=fntPVz/a", max_size=6), max_size=6))
def test_any_words_are_read_or_refused(words):
    with contextlib.suppress(WrongUsage):
        assert set(parse(words).given) <= {option.long for option in OPTIONS}


def test_names_are_unique_and_told():
    assert len({option.long for option in OPTIONS}) == len(OPTIONS)
    shorts = [option.short for option in OPTIONS if option.short]
    assert len(set(shorts)) == len(shorts)
    text = "\n".join(help_lines())
    assert all(f"--{option.long}" in text for option in OPTIONS)
