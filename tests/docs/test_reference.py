"""``docs/reference`` says what the declarations say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def load_generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generator()


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_is_what_the_declarations_say(name):
    page = DOCS / "reference" / name
    assert page.read_text() == generate.PAGES[name](), f"docs/reference/{name} is out of date: {generate.COMMAND}"


def test_every_page_of_the_reference_is_generated():
    assert {path.name for path in (DOCS / "reference").iterdir()} == set(generate.PAGES)


def test_a_page_out_of_date_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "REFERENCE", tmp_path)
    for name, make in generate.PAGES.items():
        (tmp_path / name).write_text(make())
    assert generate.stale() == []
    (tmp_path / "commands.md").write_text("old")
    assert generate.stale() == ["commands.md"]


def test_it_runs_as_the_readme_says():
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_keyword_has_its_words_limits_default_and_example():
    page = generate.keywords()
    entry = page[page.index("### `advert_int`") :].partition("\n### ")[0]
    for fact in ("Time between adverts", "advert_int 0.01-255 seconds", "default: 1", "example: `advert_int 1`"):
        assert fact in entry


def test_what_is_not_acted_on_stands_apart():
    acted_on, _, waiting = generate.keywords().partition("## Known, but not acted on yet")
    assert "`enable_traps`" not in acted_on
    assert "`enable_traps" in waiting
    assert "real_server/TCP_CHECK`" in waiting
