from __future__ import annotations

import io
import json

import msgspec
import pytest

from standfast.cli.terminal import coloured, json_text, our_console


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


def test_nothing_is_folded_to_fit_a_screen_that_is_not_there(capsys):
    our_console().print("word " * 40)
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_json_is_ascii_whatever_is_in_it():
    class Document(msgspec.Struct):
        name: str

    text = json_text(Document(name="größe 日本 🙂"))
    assert text.isascii()
    assert json.loads(text) == {"name": "größe 日本 🙂"}


def test_a_closed_pipe_ends_a_table_as_everything_else(monkeypatch):
    class Closed(io.StringIO):
        def write(self, _text):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        our_console(file=Closed()).print("x")
