"""What `standfast plugins new` writes: whole, without a placeholder left, and its own tests pass."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from standfast.cli.plugins import KINDS
from standfast.cli.template import CannotMake, make, texts

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_fill_in(kind):
    found = texts("my-redis", kind)
    module = "src/standfast_my_redis/__init__.py"
    assert {"pyproject.toml", "README.md", ".gitignore", module, "tests/test_standfast_my_redis.py"} == set(found)
    project = tomllib.loads(found["pyproject.toml"])["project"]
    assert project["name"] == "standfast-my-redis"
    assert project["entry-points"]["standfast"] == {"my-redis": "standfast_my_redis"}
    for text in found.values():
        assert "@name" not in text
        assert "@module" not in text
        assert "@{" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass_and_it_is_typed_and_tidy(tmp_path, kind):
    project = make("my-redis", kind, tmp_path)
    env = os.environ | {"PYTHONPATH": str(project / "src")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", "--select", "E,F,I,UP"]
    done = subprocess.run(ruff, cwd=project, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["", "Redis", "re dis", "../x", "-x", "x--y", "9x", "x_y"])
def test_what_is_no_name(tmp_path, name):
    with pytest.raises(CannotMake, match="is no name"):
        make(name, "checker", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotMake, match="cannot be written"):
        make("redis", "checker", tmp_path / "file")
