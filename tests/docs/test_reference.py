"""``docs/reference`` says what the declarations say."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from standfast.config.schema import Block, walk

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
    reference = DOCS / "reference"
    there = {path.relative_to(reference).as_posix() for path in reference.rglob("*") if path.is_file()}
    assert there == set(generate.PAGES)


def test_a_page_out_of_date_is_named(tmp_path, monkeypatch):
    pages = {name: generate.PAGES[name] for name in ("commands.md", "blocks/vrrp_instance.md")}
    monkeypatch.setattr(generate, "PAGES", pages)
    monkeypatch.setattr(generate, "REFERENCE", tmp_path)
    (tmp_path / "blocks").mkdir()
    for name, make in pages.items():
        (tmp_path / name).write_text(make())
    assert generate.stale() == []
    (tmp_path / "commands.md").write_text("old")
    (tmp_path / "blocks" / "gone.md").write_text("of a block that is no more")
    assert generate.stale() == ["commands.md", "blocks/gone.md"]


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
    assert "real_server/TCP_CHECK`" in acted_on


def test_every_block_has_a_page_and_every_keyword_a_line_in_the_table():
    table = generate.support()
    for path, declaration in walk(generate._everything()):
        assert f"[`{path}`]" in table
        if isinstance(declaration, Block):
            assert f"blocks/{path.replace('/', '.')}.md" in generate.PAGES


def test_a_difference_is_told_everywhere():
    differing = [(path, each) for path, each in walk(generate._everything()) if each.differs]
    assert len(differing) > 3
    manual = " ".join(generate.PAGES["man/standfast.conf.5"]().replace("\\-", "-").split())
    for path, each in differing:
        (row,) = [line for line in generate.support().splitlines() if line.startswith(f"| [`{path}`]")]
        assert "| differs |" in row or not each.acted_on
        assert "Differs from keepalived" in manual


@pytest.mark.parametrize("name", ["standfast.8", "standfast.conf.5"])
def test_a_manual_page_is_sound(name):
    """groff has nothing to warn of, and shows what should be there."""
    page = DOCS / "reference" / "man" / name
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-P-cbou", "-ww", "-b", str(page)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    assert done.stderr == ""
    for word in ("NAME", "SEE ALSO", "standfast"):
        assert word in done.stdout
    assert "\\f" not in done.stdout


@pytest.mark.parametrize("name", [name for name in generate.PAGES if name.startswith("schema/")])
def test_a_schema_is_one(name):
    schema = json.loads((DOCS / "reference" / name).read_text())
    assert schema["$schema"].endswith("2020-12/schema")
    named = re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema))
    assert set(named) == set(schema["$defs"])
    top = schema["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    version = top["properties"]["schema"]
    assert name.removeprefix("schema/").removesuffix(".json").replace("-", "/") in json.dumps(version)
