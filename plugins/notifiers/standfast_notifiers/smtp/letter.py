"""A mail as bytes on the wire: headers as keepalived has them, lines ended and dots doubled (RFC 5321, 4.5.2). Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from email.header import Header
from email.utils import format_datetime

from standfast_notifiers.smtp.words import Words

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')


def letter(words: Words, sender: str, recipients: Sequence[str], moment: float) -> bytes:
    """The whole message with the dot that ends it. ``moment``: Unix seconds, shown in local time."""
    date = format_datetime(datetime.datetime.fromtimestamp(moment, datetime.UTC).astimezone())
    headers = [
        ("Date", date),
        ("From", _line(shown(sender))),
        ("Subject", _header(words.subject)),
        ("X-Mailer", "Keepalived"),
        ("To", ", ".join(_line(shown(each)) for each in recipients)),
    ]
    body = words.body.encode("utf-8", "replace").decode()
    if not body.isascii():
        headers += [
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{head}\r\n{_lines(body)}.\r\n".encode()


def _header(value: str) -> str:
    """One line; what is not ASCII is encoded (RFC 2047), on several if it is long."""
    plain = _CONTROL.sub(" ", value).encode("utf-8", "replace").decode()
    return plain if plain.isascii() else Header(plain, "utf-8").encode(linesep="\r\n")


def _line(value: str) -> str:
    """Folded only where we have folded it."""
    return "\r\n ".join(_CONTROL.sub(" ", part) for part in value.split("\r\n "))


def _lines(body: str) -> str:
    lines = re.split(r"\r\n|\r|\n", body)
    return "".join(f"{'.' if line.startswith('.') else ''}{line}\r\n" for line in lines)


def shown(address: str) -> str:
    """In a header: a name with special characters is put in quotes, one that is not ASCII is encoded."""
    name, bracket, rest = address.partition("<")
    bare = _CONTROL.sub(" ", name).strip()
    if not bracket or not bare:
        return address
    if not bare.isascii():
        return f"{_header(bare)} <{rest}"
    if (bare.startswith('"') and bare.endswith('"')) or not _SPECIAL.search(bare):
        return address
    escaped = bare.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{rest}'


def mailbox(address: str) -> str:
    """In the envelope: ``a@b`` of ``Name <a@b>``."""
    found = re.search(r"<([^<>]*)>", address)
    return _CONTROL.sub("", (found[1] if found else address)).strip()
