"""What each target was told last, on disk: a successor after a crash tells nothing twice and forgets nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from standfast.health.delivery import Delivery

FILE: Final = "notices.json"


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one target."""

    sequence: int = 0
    told: dict[str, str] = {}


_decoder = msgspec.json.Decoder(dict[str, Note])


def load(run_dir: Path) -> dict[str, Note]:
    """By target; nothing if there is none, or it is damaged."""
    try:
        return _decoder.decode((run_dir / FILE).read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def save(run_dir: Path, deliveries: dict[str, Delivery]) -> None:
    """Whole or not at all. Raises :class:`OSError`."""
    notes = {name: Note(sequence=each.sequence, told=each.told) for name, each in deliveries.items()}
    path = run_dir / f"{FILE}.new"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(msgspec.json.encode(notes))
    path.replace(run_dir / FILE)


def forget(run_dir: Path) -> None:
    """There will be no successor."""
    (run_dir / FILE).unlink(missing_ok=True)
