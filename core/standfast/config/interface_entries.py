"""Lines of ``linkbeat_interfaces`` and ``interface_up_down_delays``."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.config.interface_model import PolledInterface, UpDownDelay
from standfast.config.kinds import DROPPED, Dropped, Reader, Seconds, interface
from standfast.config.lines import OptionLine, RefusedError
from standfast.config.tree import Word
from standfast.values import SECOND

METHODS = ("MII", "ETHTOOL", "IOCTL")
DELAY = Seconds(0, 255 * SECOND)


def _name(line: OptionLine) -> str:
    """The interface that a line begins with."""
    word = line.reader.statement.keyword
    line.next()
    name = interface().read((word,), line.reader)
    if isinstance(name, Dropped):
        raise RefusedError
    return name


def _end(line: OptionLine) -> None:
    word = line.next()
    if word is not None:
        line.reader.findings.warning("SF2109", line.reader.statement, f"`{word.text}` means nothing here", word=word)


@dataclass(frozen=True, slots=True)
class LinkbeatEntry:
    """``INTERFACE [MII|ETHTOOL|IOCTL]``."""

    syntax: str = "INTERFACE [MII|ETHTOOL|IOCTL]"
    options: tuple[tuple[str, str], ...] = (
        ("MII", "Ask the chip by MII registers."),
        ("ETHTOOL", "Ask the driver as ethtool does."),
        ("IOCTL", "Look at the flags of the interface."),
    )

    def read(self, reader: Reader) -> PolledInterface | Dropped:
        """An unknown method is reported; the first that works is used."""
        line = OptionLine(reader)
        try:
            name = _name(line)
        except RefusedError:
            return DROPPED
        word = line.next()
        if word is not None and word.text not in METHODS:
            hint = f"write `{word.text.upper()}`" if word.text.upper() in METHODS else ""
            message = f"`{word.text}` is no way to ask for the link; the first that works is used"
            reader.remark("SF3103", word, message, hint)
            word = None
        _end(line)
        return PolledInterface(name=name, method=word.text if word is not None else "")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class DelayEntry:
    """``INTERFACE DOWN [UP]``."""

    syntax: str = "INTERFACE DOWN [UP]"
    options: tuple[tuple[str, str], ...] = ()

    def read(self, reader: Reader) -> UpDownDelay | Dropped:
        """Both delays; a wrong one drops the line."""
        line = OptionLine(reader)
        try:
            name = _name(line)
            word = line.next()
            if word is None:
                message = f"`{name}` needs a delay behind it; the line is dropped"
                reader.findings.warning("SF3102", reader.statement, message)
                return DROPPED
            down = self._delay(word, line)
            word = line.next()
            up = 0 if word is None else self._delay(word, line)
        except RefusedError:
            return DROPPED
        _end(line)
        return UpDownDelay(name=name, down=down, up=up)

    def _delay(self, word: Word, line: OptionLine) -> int:
        value = DELAY.read((word,), line.reader)
        if isinstance(value, Dropped):
            raise RefusedError
        return value
