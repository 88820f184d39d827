from __future__ import annotations

import pytest

from standfast.config.findings import Findings
from standfast.config.kinds import DROPPED, Reader
from standfast.config.parser import parse_text
from standfast.config.secret_text import SECRET, Secret


def read(line: str):
    findings = Findings()
    (statement,) = parse_text(f"{line}\n", config_id="", schema=None).tree.statements
    return SECRET.read(statement.arguments, Reader(statement, findings)), [d.code for d in findings.diagnostics]


@pytest.mark.parametrize(
    ("word", "secret", "codes"),
    [
        ("file:/etc/x", Secret(file="/etc/x"), []),
        ("credential:token", Secret(credential="token"), []),
        ("hunter2", Secret(text="hunter2"), ["SF6903"]),
        ("file:x", DROPPED, ["SF6904"]),
        ("credential:../x", DROPPED, ["SF6904"]),
        ("credential:", DROPPED, ["SF6904"]),
    ],
)
def test_where_a_secret_stands(word, secret, codes):
    assert read(f"hmac_secret {word}") == (secret, codes)


def test_a_secret_is_never_shown():
    assert "hunter2" not in f"{Secret(text='hunter2')!r} {Secret(text='hunter2')}"


def test_reading_one(tmp_path):
    path = tmp_path / "token"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    assert Secret(file=str(path)).read() == "hunter2"
    assert Secret(text="x").read() == "x"
    path.chmod(0o400)
    assert Secret(credential="token").read({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "hunter2"


def test_what_cannot_be_read_is_said(tmp_path):
    path = tmp_path / "token"
    path.write_text("hunter2\n")
    path.chmod(0o644)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "empty").chmod(0o600)
    for secret, words in (
        (Secret(file=str(path)), "others may read"),
        (Secret(file=str(tmp_path)), "is not a file"),
        (Secret(file=str(tmp_path / "none")), "cannot read"),
        (Secret(file=str(tmp_path / "empty")), "is empty"),
        (Secret(credential="x"), "LoadCredential"),
    ):
        with pytest.raises(ValueError, match=words):
            secret.read({})
