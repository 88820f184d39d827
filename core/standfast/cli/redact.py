"""Takes secrets out of texts that leave the machine: by keyword, and wherever else the same words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from standfast.config.shown import SECRETS

HIDDEN: Final = "REDACTED"

_KEYWORDS: Final = SECRETS | {"hmac_secret", "bearer_token", "http_token", "token", "secret", "auth_hmac", "passphrase"}
_WORDS = re.compile(r'"[^"]*"|\S+')
_QUOTED = re.compile(rf"\b({'|'.join(sorted(_KEYWORDS - {'key', 'token', 'secret'}))})\s+[^\s{{\\\\]+")
"""Diagnostics and JSON quote lines: what follows the keyword goes there too, unless the keyword is an English word."""

_LEAST: Final = 4
"""Characters of a secret that is looked for elsewhere: shorter ones stand in every other word."""


def secrets_of(configuration: str) -> set[str]:
    """Values of secret keywords, as they are written."""
    found: set[str] = set()
    for line in configuration.splitlines():
        words = [word.strip('"') for word in _WORDS.findall(line)]
        for place, word in enumerate(words):
            if word in _KEYWORDS:
                found |= {value for value in words[place + 1 :] if not value.isdecimal() and value not in "{}"}
    return found


def redact(text: str, secrets: Iterable[str]) -> str:
    """Without the values of secret keywords, and without ``secrets`` anywhere."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _LEAST:
            text = text.replace(secret, HIDDEN)
    return "".join(_line(line) for line in text.splitlines(keepends=True))


def _line(line: str) -> str:
    for match in re.finditer(r"[A-Za-z_]+", line):
        if match[0] in _KEYWORDS and line[: match.start()].strip(' \t@"') == "":
            rest = line[match.end() :]
            if rest.strip() and rest.strip() != "{":
                end = "\n" if line.endswith("\n") else ""
                return f"{line[: match.end()]} {HIDDEN}{end}"
    return _QUOTED.sub(rf"\1 {HIDDEN}", line)
