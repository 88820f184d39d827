from __future__ import annotations

import pytest

from standfast.config.script_words import UnsplittableError, first_split, second_split


def test_the_first_split_takes_the_line_apart():
    assert first_split("""notify_master "/etc/k/n.sh 'two words' master" user group""") == [
        "notify_master",
        "/etc/k/n.sh 'two words' master",
        "user",
        "group",
    ]
    assert first_split("a'b c'd\"e f\"") == ["ab cde f"]
    assert first_split(r'x a\ b "\n\""') == ["x", r"a\ b", r"\n\""]
    assert first_split("x '' \"\"") == ["x", "", ""]


def test_the_second_split_converts_escapes():
    assert second_split("/etc/k/n.sh 'two words' master") == ["/etc/k/n.sh", "two words", "master"]
    assert second_split(r"\a\b\E\f\n\r\t\v") == ["\a\b\033\f\n\r\t\v"]
    assert second_split(r"\101\x41\x4g \cA \q \' \"") == ["AA\x04g", "\x01", "q", "'", '"']
    assert second_split(r"\7 \400 \x") == ["\a", "\0", "x"]


@pytest.mark.parametrize("split", [first_split, second_split])
@pytest.mark.parametrize(
    ("raw", "why"), [('a "b', "quote"), ("a 'b", "quote"), ("a \\", "backslash"), ('"a\\', "backslash")]
)
def test_what_has_no_end_is_refused(split, raw, why):
    with pytest.raises(UnsplittableError, match=why):
        split(raw)


def test_nothing_gives_nothing():
    assert first_split(" \t") == second_split("") == []
