"""Takes secrets out of texts that leave the machine: by keyword, by their looks, and wherever the same words stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from standfast.config.shown import SECRETS

HIDDEN: Final = "REDACTED"

_KEYWORDS: Final = SECRETS - {"header"} | {
    "hmac_secret",
    "bearer_token",
    "http_token",
    "token",
    "secret",
    "auth_hmac",
    "passphrase",
}
_WORDS = re.compile(r'"[^"]*"|\S+')
_QUOTED = re.compile(rf"\b({'|'.join(sorted(_KEYWORDS - {'key', 'token', 'secret'}))})\s+[^\s{{\\\\]+")
"""Diagnostics and JSON quote lines: what follows the keyword goes there too, unless the keyword is an English word."""

_VALUE: Final = r"""[^\s"'\\]+"""
_LOOKS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(--?[\w-]*(?:pass|passw(?:or)?d|passphrase|token|secret|api-?key)[= ]\s*)({_VALUE})",
        rf"(\b\w*(?:passw(?:or)?d|passphrase|token|secret|api_?key)=)({_VALUE})",
        rf"((?<!\S)(?:-u|--user|--proxy-user)[= ]\s*)({_VALUE}:{_VALUE})",
        rf"(\b(?:bearer|basic)\s+)({_VALUE})",
        r"""(\bhttps?://)([^\s"'\\/@]+)(?=@)""",
        r"""(\bhttps?://[^\s"'\\/?]++[/?])([^\s"'\\]{2,})""",
    )
)
"""What comes first stays, what comes second is hidden: arguments of scripts, who logs in, and of an address of the web
all behind the host, since that is where those who take messages have their token."""

_HEADER = re.compile(r"""(^\s*(?:@\S+\s+)?header\s+[^\s{]+\s+)([^\s].*?)(\s*)$""")

_LEAST: Final = 4
"""Characters of a secret that is looked for elsewhere: shorter ones stand in every other word."""


def secrets_of(configuration: str) -> set[str]:
    """What is secret in a configuration, as it is written: values of keywords, and what looks like one."""
    found: set[str] = set()
    for line in configuration.splitlines():
        words = [word.strip('"') for word in _WORDS.findall(line)]
        for place, word in enumerate(words):
            if word in _KEYWORDS:
                found |= {value for value in words[place + 1 :] if not value.isdecimal() and value not in "{}"}
        found |= {match[2].strip('"') for pattern in (_HEADER, *_LOOKS) for match in pattern.finditer(line)}
    return found | set(_behind_names(found, configuration))


def _behind_names(secrets: Iterable[str], configuration: str) -> Iterator[str]:
    """`$PASSWORD=hunter2`, of which `auth_pass $PASSWORD` made a secret."""
    for secret in secrets:
        if name := re.fullmatch(r"\$\{?(\w+)\}?", secret):
            for line in re.finditer(rf"^\s*\${name[1]}\s*=\s*(.+?)\s*$", configuration, re.MULTILINE):
                yield line[1].strip('"')


def redact(text: str, secrets: Iterable[str]) -> str:
    """Without the values of secret keywords, without what looks like a secret, and without ``secrets`` anywhere."""
    for secret in sorted({*secrets, *(json.dumps(each)[1:-1] for each in secrets)}, key=len, reverse=True):
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
    line = _HEADER.sub(rf"\1{HIDDEN}\3", line)
    for pattern in _LOOKS:
        line = pattern.sub(rf"\1{HIDDEN}", line)
    return _QUOTED.sub(rf"\1 {HIDDEN}", line)
