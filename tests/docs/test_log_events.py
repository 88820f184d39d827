"""The page of log events names what the program says; a name that changes shows there, and is told of."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "log-events.md").read_text()


def load():
    spec = importlib.util.spec_from_file_location("reference_logs", ROOT / "docs" / "reference_logs.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference_logs = load()


def test_names_that_tests_wait_for_are_on_the_page():
    waited = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"logged\(\"([a-z]+\.[a-z_]+)\"\)", path.read_text())
    }
    assert len(waited) > 3
    assert {name for name in waited if f"| `{name}` |" not in PAGE} == set()


def test_names_that_other_pages_tell_are_on_the_page():
    told = {
        name
        for path in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"STANDFAST_EVENT=([a-z]+\.[a-z_]+)", path.read_text())
    }
    assert "vrrp.transition" in told
    assert {name for name in told if f"| `{name}` |" not in PAGE} == set()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('log.log("error", "a.b", "it is so")', ("a.b", {"error"}, "it is so")),
        ('say("info" if x else "warning", "a.b", f"{n} are lost")', ("a.b", {"info", "warning"}, "... are lost")),
        ('words = f"so {x}{y}"\n    tell("info", "a.b", words)', ("a.b", {"info"}, "so ...")),
        ('Told(level, "a.b", text)', ("a.b", set(), "")),
        ('Record(level="warning", event="a.b", words="it is so")', ("a.b", {"warning"}, "it is so")),
        ('log.log("info", "a.b", "key")', ("a.b", {"info"}, "")),
        ('log.log("info", NAMED, "it is so")', ("c.d", {"info"}, "it is so")),
        ('self._moan("a.b", "it is so")', ("a.b", {"info"}, "it is so")),
        ('self._other("a.b", "it is so")', None),
        ('open("info", name)', None),
        ('find("x", "a.b")', None),
    ],
)
def test_what_is_read_of_the_source(source, said):
    (function,) = ast.parse(f"def f():\n    {source}\n").body
    assert list(reference_logs._said(function, {"NAMED": "c.d"}, {"_moan": {"info"}})) == ([said] if said else [])


def test_one_of_two_names_and_what_has_a_level_of_its_own():
    (function,) = ast.parse('def f():\n    event = "a.b" if x else "c.d"\n    say("info", event, "it is so")\n').body
    found = list(reference_logs._said(function, {}, {}))
    assert found == [("a.b", {"info"}, "it is so"), ("c.d", {"info"}, "it is so")]
    tree = ast.parse('def moan(self, event, words):\n    self.tell(Remark(level="error", event=event, words=words))\n')
    assert dict(reference_logs._helpers(tree)) == {"moan": {"error"}}
