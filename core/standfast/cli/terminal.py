"""What we print: to a person's terminal or not, in an encoding that may lack letters, for readers that may go away."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final, TextIO

import msgspec

from standfast.transfer import sendable

if TYPE_CHECKING:
    from rich.console import Console


_WIDE: Final = 240


def coloured(stream: TextIO) -> bool:
    """Colour is for terminals that can show it, unless ``NO_COLOR`` (no-color.org) is set to anything."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def json_text(document: msgspec.Struct | dict[str, Any]) -> str:
    """A document for programs, in ASCII alone: what a terminal's encoding lacks must not become a fault in JSON."""
    data = sendable(msgspec.json.encode, document)
    text = msgspec.json.format(data, indent=2).decode()  # a hundred times as fast as Python's, which has the escapes
    return text if text.isascii() else json.dumps(json.loads(data), indent=2)


def our_console(**options: Any) -> Console:
    """Rich's, which ends as every command of ours does when nobody reads any more."""
    from rich.console import Console

    class _Ours(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    made = _Ours(highlight=False, **options)
    if not made.is_terminal and "width" not in options:
        made.width = _WIDE  # for pipes and files: nothing is wrapped to fit a screen that is not there
    return made
