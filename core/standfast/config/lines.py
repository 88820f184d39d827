"""The words of one line of a value block, taken one after the other, with the complaints that all lines share."""

from __future__ import annotations

from typing import NoReturn

from standfast.config.kinds import Dropped, Reader, address_of, interface
from standfast.config.suggest import did_you_mean
from standfast.config.tree import Word
from standfast.values import Address, Family

UINT8 = 2**8 - 1
UINT32 = 2**32 - 1
INT32 = 2**31 - 1


class RefusedError(Exception):
    """The whole line is dropped; why has been said."""


class OptionLine:
    """A cursor over the words. Methods that cannot go on raise :class:`RefusedError` after a complaint."""

    def __init__(self, reader: Reader, start: int = 0) -> None:
        self.reader = reader
        self._words = reader.statement.words
        self._position = start

    def next(self) -> Word | None:
        """The next word, or None at the end."""
        if self._position == len(self._words):
            return None
        self._position += 1
        return self._words[self._position - 1]

    def peek(self) -> str:
        """The text of the next word, empty at the end."""
        return self._words[self._position].text if self._position < len(self._words) else ""

    def refuse(self, code: str, word: Word, message: str, hint: str = "") -> NoReturn:
        """Complain and drop the line."""
        self.reader.refuse(code, word, f"{message}; the line is dropped", hint)
        raise RefusedError

    def value(self, option: Word) -> Word:
        """The word an option needs."""
        word = self.next()
        if word is None:
            self.refuse("SF3102", option, f"`{option.text}` needs a value")
        return word

    def number(self, option: Word, low: int, high: int) -> int:
        """A decimal number behind an option."""
        return self.number_in(self.value(option), option.text, low, high)

    def number_in(self, word: Word, name: str, low: int, high: int) -> int:
        """The same of a word that was taken already."""
        value = _integer(word.text)
        if value is None:
            self.refuse("SF3001", word, f"`{name}` needs a whole number, not `{word.text}`")
        if not low <= value <= high:
            self.refuse("SF3002", word, f"`{name}` must be {low} to {high}, not `{word.text}`")
        return value

    def c_number(self, word: Word, name: str, high: int) -> int:
        """A number in C notation (``0x10``, ``010``) from 0 to ``high``."""
        value = c_integer(word.text)
        if value is None:
            self.refuse("SF3001", word, f"`{name}` needs a whole number, not `{word.text}`")
        if value > high:
            self.refuse("SF3002", word, f"`{name}` must be 0 to {high}, not `{word.text}`")
        return value

    def address(self, word: Word, family: Family | None = None) -> Address:
        """One address without a prefix length."""
        address = address_of(word, self.reader)
        if isinstance(address, Dropped):
            raise RefusedError
        if family is not None and address.family != family:
            self.refuse("SF3007", word, f"`{word.text}` is not an IPv{family} address")
        return address

    def prefix(self, word: Word) -> tuple[Address, int]:
        """``ADDRESS[/LENGTH]``; without a length, or with a wrong one (an error), that of one host."""
        text, slash, length = word.text.partition("/")
        address = self.address(Word(text, word.span))
        if not slash:
            return address, address.bits
        bits = _integer(length)
        if bits is None or not 0 <= bits <= address.bits:
            message = f"`/{length}` is no prefix length of an IPv{address.family} address; used: {address.bits}"
            self.reader.remark("SF3101", word, message)
            return address, address.bits
        return address, bits

    def interface(self, option: Word) -> str:
        """The name of an interface."""
        name = interface().read((self.value(option),), self.reader)
        if isinstance(name, Dropped):
            raise RefusedError
        return name

    def unknown(self, word: Word, what: str, known: tuple[str, ...]) -> NoReturn:
        """A word that nothing in this kind of line is called; the line is dropped."""
        hint = did_you_mean(word.text, known)
        self.refuse("SF3111", word, f"`{word.text}` means nothing in {what}", hint)


def _integer(text: str) -> int | None:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 25 else None


def c_integer(text: str) -> int | None:
    """A number from 0 in C notation; None if it is none."""
    if not text.isascii() or not text[:1].isdigit() or "_" in text or len(text) > 30:
        return None
    try:
        octal = len(text) > 1 and text[0] == "0" and text.isdigit()
        return int(text, 8 if octal else 0)
    except ValueError:
        return None
