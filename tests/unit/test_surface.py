"""The public surface is what is recorded: who changes it says so in a changelog fragment, and records it anew."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load():
    spec = importlib.util.spec_from_file_location("reference_api", ROOT / "docs" / "reference_api.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference_api = load()


def test_the_surface_is_what_is_recorded():
    changed = reference_api.differences()
    how = f"the public surface has changed: say so in a file in changes.d/, then run {reference_api.COMMAND}"
    assert not changed, "\n".join([how, *changed])


def test_it_has_functions_classes_methods_and_fields():
    lines = reference_api.surface()
    assert "standfast.api.unable(words: 'str') -> 'CheckResult'" in lines
    assert "class standfast.api.CheckResult(Record)" in lines
    assert "standfast.api.CheckResult.verdict: Verdict" in lines
    assert "standfast.api.Checker.check(self) -> 'CheckResult'" in lines
    assert "class standfast.testing.balancing.MemoryLoadBalancer(LoadBalancer)" in lines
    assert len(lines) == len(set(lines))


def test_a_name_that_comes_or_goes_is_noticed(monkeypatch):
    from standfast import api

    before = set(reference_api.differences())
    monkeypatch.setattr(api, "__all__", [*(set(api.__all__) - {"unable"}), "types"])
    monkeypatch.setattr(api, "types", 7, raising=False)
    assert set(reference_api.differences()) - before == {
        "- standfast.api.unable(words: 'str') -> 'CheckResult'",
        "+ standfast.api.types: int",
    }


def test_the_same_words_do_not_tell_of_two_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_api, "RECORD", tmp_path / "surface.txt")
    monkeypatch.setattr(reference_api, "surface", lambda: ["a"])
    fragment = tmp_path / "1.feature.md"
    fragment.write_text("There is an a.\n")
    reference_api.record(fragment)
    monkeypatch.setattr(reference_api, "surface", lambda: ["a", "b"])
    with pytest.raises(SystemExit, match="told of the last change already"):
        reference_api.record(fragment)
    fragment.write_text("There is an a, and a b.\n")
    reference_api.record(fragment)
    assert reference_api.differences() == []
