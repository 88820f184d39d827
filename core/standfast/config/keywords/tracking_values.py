"""Kinds of argument that only the definitions of trackers have."""

from __future__ import annotations

from typing import NamedTuple

from standfast.config.kinds import Dropped, Integer, Reader, Seconds, Words
from standfast.values import SECOND

INT_LEAST = -(2**31)
INT_MOST = 2**31 - 1
SENSIBLE = 254
"""More than that no priority can change, and it is out of range for keepalived too."""
COMM_LENGTH = 15
"""Bytes of a process's short name that the kernel keeps (TASK_COMM_LEN - 1)."""


def milliseconds(words: Words, reader: Reader) -> int | Dropped:
    """Microseconds of whole milliseconds; 0 becomes 1 s with an error, as in keepalived."""
    value = Seconds(0, 4294 * SECOND, places=3).read(words[:1], reader)
    if value == 0:
        reader.remark("SF3002", words[0], f"`{reader.statement.keyword.text}` must be above 0; used: 1")
        return SECOND
    return value


class InitFile(NamedTuple):
    """What is written to a tracked file at the start."""

    value: int
    overwrite: bool


def init_file(words: Words, reader: Reader) -> InitFile | Dropped:
    """``[VALUE] [overwrite]``, in either order."""
    value, overwrite = 0, False
    for word in words:
        if word.text == "overwrite":
            overwrite = True
            continue
        number = Integer(INT_LEAST, INT_MOST).number(word, reader)
        if isinstance(number, Dropped):
            return number
        value = number
        if abs(value) > SENSIBLE:
            message = f"a priority cannot change by {value}: what counts is -{SENSIBLE} to {SENSIBLE}"
            reader.findings.warning("SF3002", reader.statement, message, word=word)
    return InitFile(value, overwrite)


def process(words: Words, reader: Reader) -> tuple[str, ...]:
    """The command and its parameters."""
    name = words[0].text
    if len(words) == 1 and len(name.encode(errors="replace")) > COMM_LENGTH:
        message = f"the kernel keeps {COMM_LENGTH} bytes of a name: `{name[:COMM_LENGTH]}` is looked for"
        hint = "add `full_command` to compare the whole name"
        reader.findings.warning("SF3205", reader.statement, message, word=words[0], hint=hint)
    return tuple(word.text for word in words)
