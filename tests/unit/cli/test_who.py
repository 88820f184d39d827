"""Who sits at the terminal."""

from __future__ import annotations

import os

import pytest

from standfast.cli import who as module
from standfast.cli.who import who


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    for name in ("SUDO_USER", "DOAS_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(module, "_LOGIN", tmp_path / "loginuid")
    return tmp_path / "loginuid"


@pytest.mark.parametrize("variable", ["SUDO_USER", "DOAS_USER"])
def test_the_person_behind_sudo(monkeypatch, variable):
    monkeypatch.setenv(variable, "anna")
    assert who() == "anna"


@pytest.mark.parametrize(("login", "uid", "name"), [
    ("0", 4_000_000, "root"),
    ("4294967295", 0, "root"),
    ("nonsense", 0, "root"),
    ("4294967295", 4_000_000, "user 4000000"),
])  # fmt: skip
def test_whoever_logged_in_else_the_account(alone, monkeypatch, login, uid, name):
    alone.write_text(login)
    monkeypatch.setattr(os, "getuid", lambda: uid)
    assert who() == name


def test_without_the_kernels_word_the_account(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert who() == "root"
