"""Configuration: source -> lexer -> preprocessor -> parser -> binding -> rules -> frozen Config.

As a library, for programs that read or write ``keepalived.conf``:

- :func:`load_text`, and :func:`standfast.config.load.load` for files with all they include, say what a configuration
  means and what is wrong with it: ``Loaded.config`` and
  ``Loaded.balancing`` are typed and effective, ``Loaded.diagnostics`` have places, codes and hints;
- :class:`ConfigText` is the text of one file as a tree in which comments, blank lines and order are kept; unchanged it
  gives back the same bytes;
- :func:`set_value`, :func:`add` and :func:`remove` change such a tree and leave the rest alone (:class:`EditError`:
  it cannot be done); :func:`quoted` writes a word so that it is read back as it is;
- :func:`formatted` lays a text out without changing its meaning (:class:`NotFormattableError`: it is unsound).

    from standfast.config import ConfigText, load_text, set_value

    text = ConfigText.parse(data)
    set_value(text, ("vrrp_instance VI_1", "priority"), "150")
    assert load_text(text.data()).config.instances[0].priority == 150
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standfast.config.diagnostics import Diagnostic
    from standfast.config.edit import EditError, add, quoted, remove, set_value
    from standfast.config.layout import NotFormattableError, formatted
    from standfast.config.load import Loaded, load_text
    from standfast.config.syntax import ConfigText, Node

_HOMES = {
    "ConfigText": "syntax",
    "Diagnostic": "diagnostics",
    "EditError": "edit",
    "Loaded": "load",
    "Node": "syntax",
    "NotFormattableError": "layout",
    "add": "edit",
    "formatted": "layout",
    "load_text": "load",
    "quoted": "edit",
    "remove": "edit",
    "set_value": "edit",
}
"""Public name -> module. Imported when asked for: the processes that keep time need the models alone."""

__all__ = [
    "ConfigText",
    "Diagnostic",
    "EditError",
    "Loaded",
    "Node",
    "NotFormattableError",
    "add",
    "formatted",
    "load_text",
    "quoted",
    "remove",
    "set_value",
]


def __getattr__(name: str) -> object:
    """A public name, from its module."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
