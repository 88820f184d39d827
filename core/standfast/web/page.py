"""The status page: one document without outside resources, put together from the three files beside this module."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Final


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode() + "'"


_STYLE: Final = _read("page.css")
_SCRIPT: Final = _read("page.js")

HTML: Final = _read("page.html").replace("/*STYLE*/", _STYLE).replace("/*SCRIPT*/", _SCRIPT).encode()

POLICY: Final = (
    f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing runs but what stands in it, whatever names and causes contain."""

HEADERS: Final = (("Content-Security-Policy", POLICY),)
