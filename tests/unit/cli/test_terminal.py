from __future__ import annotations

import io
import json

import pytest

from standfast.cli.terminal import coloured, json_text


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_of_people_who_want_it(monkeypatch, environ, expected):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert coloured(Screen()) is expected
    assert not coloured(io.StringIO())


@pytest.mark.parametrize("words", ["plain", "Grüße 🙂", "M\udcfcller"])
def test_documents_for_programs_are_ascii_and_laid_out(words):
    document = {"words": words, "none": [], "more": {"a": 1.5, "b": None}}
    text = json_text(document)
    assert text.isascii()
    legible = words.encode(errors="surrogateescape").decode(errors="backslashreplace")
    assert json.loads(text) == document | {"words": legible}
    assert text.splitlines()[0:2] == ["{", f'  "words": {json.dumps(legible)},']
