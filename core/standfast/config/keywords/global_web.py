"""``global_defs``: who may read metrics and status over HTTP. All of them ours."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from standfast.config.health_model import Listener, TokenSource
from standfast.config.kinds import Choice, Custom, Dropped, Reader, Words
from standfast.config.schema import Keyword
from standfast.values import Address

_PLACE: Final = re.compile(r"(?:\[([^]]+)\]|([^:\[\]]+)):([0-9]{1,5})")
_MODE: Final = re.compile(r"0?[0-7]{3}")
_SUN_PATH: Final = 107
"""Bytes of a Unix socket's path: unix(7)."""


def listener(words: Words, reader: Reader) -> Listener | Dropped:
    """``ADDRESS:PORT`` or ``unix:PATH [MODE]``."""
    text = words[0].text
    if text.startswith("unix:"):
        return _unix(text.removeprefix("unix:"), words, reader)
    match = _PLACE.fullmatch(text)
    if match is None or len(words) > 1:
        hint = "write `127.0.0.1:9165`, `[::1]:9165` or `unix:/run/standfast/http`"
        return reader.refuse("SF3361", words[-1], f"`{text}` is no place to listen at", hint)
    try:
        address = Address.parse(match[1] or match[2])
    except ValueError:
        hint = "names are not looked up here"
        return reader.refuse("SF3361", words[0], f"`{match[1] or match[2]}` is not an IP address", hint)
    if not 1 <= int(match[3]) <= 65_535:
        return reader.refuse("SF3361", words[0], f"a port is 1 to 65535, not {match[3]}")
    return Listener(address=address, port=int(match[3]))


def _unix(path: str, words: Words, reader: Reader) -> Listener | Dropped:
    if not PurePosixPath(path).is_absolute() or len(path.encode(errors="surrogateescape")) > _SUN_PATH:
        message = f"a Unix socket needs an absolute path of at most {_SUN_PATH} bytes, not `{path}`"
        return reader.refuse("SF3361", words[0], message)
    if len(words) > 1 and (not _MODE.fullmatch(words[1].text) or len(words) > 2):
        message = f"`{words[-1].text}` is no set of permissions; write three octal digits, as 660"
        return reader.refuse("SF3361", words[-1], message)
    return Listener(path=path, mode=int(words[1].text, 8) if len(words) > 1 else 0o600)


def token(words: Words, reader: Reader) -> TokenSource | Dropped:
    """``file:PATH`` or ``credential:NAME``; never the token itself."""
    kind, _, rest = words[0].text.partition(":")
    if kind == "file" and PurePosixPath(rest).is_absolute():
        return TokenSource(file=rest)
    if kind == "credential" and rest and "/" not in rest:
        return TokenSource(credential=rest)
    hint = "write `file:/etc/standfast/token` or `credential:NAME`"
    return reader.refuse("SF3362", words[0], "this is not where a token could stand", hint)


PLACE = Custom("ADDRESS:PORT | unix:PATH [MODE]", listener)

COMPAT = Choice(
    {
        "mehdy": ("mehdy",),
        "gen2brain": ("gen2brain",),
        "both": ("mehdy", "gen2brain"),
        "none": (),
    }
)
"""The sets of names that other programs' dashboards ask for, by the authors of the two exporters."""

WEB = (
    Keyword("metrics_listen", PLACE, "Answer `/metrics` for Prometheus here, and nothing else. May stand several "
            "times. A Unix socket has the permissions given behind it (600).", "metrics_listen 127.0.0.1:9165",
            "off", repeat="each", incomplete="skip", ours=True),
    Keyword("http_listen", PLACE, "Answer `/metrics`, `/livez`, `/readyz`, `/status`, `/events` and the status page "
            "here. May stand several times. Addresses other than loopback need `http_token`.",
            "http_listen 127.0.0.1:9166", "off", repeat="each", incomplete="skip", ours=True),
    Keyword("http_token", Custom("file:PATH | credential:NAME", token, most=1), "What TCP clients must show, as "
            "`Authorization: Bearer TOKEN` or as the password of Basic authentication. The file must be readable by "
            "nobody but its owner.", "http_token file:/etc/standfast/token\n"
            "    http_listen 192.0.2.1:9166", "none", incomplete="skip", ours=True),
    Keyword("metrics_compat", COMPAT, "Which set of `keepalived_*` names is served beside `standfast_*`: those of "
            "mehdy/keepalived-exporter, of gen2brain/keepalived_exporter, both or none.", "metrics_compat both",
            "mehdy", incomplete="skip", ours=True),
)  # fmt: skip
