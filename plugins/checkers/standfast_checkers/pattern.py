r"""Regular expressions over pages, by PCRE2 itself: the options are PCRE2's, and so is what a pattern means.

The library's binding always sets two options. ``alt_bsux`` changes what ``\x`` means, so patterns are rewritten to say
the same without it; ``never_backslash_c`` forbids ``\C``, which keepalived allows.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pcre2

BITS = {
    "allow_empty_class": 0x1,
    "alt_bsux": 0x2,
    "auto_callout": 0x4,
    "caseless": 0x8,
    "dollar_endonly": 0x10,
    "dotall": 0x20,
    "dupnames": 0x40,
    "extended": 0x80,
    "firstline": 0x100,
    "match_unset_backref": 0x200,
    "multiline": 0x400,
    "never_ucp": 0x800,
    "never_utf": 0x1000,
    "no_auto_capture": 0x2000,
    "no_auto_possess": 0x4000,
    "no_dotstar_anchor": 0x8000,
    "no_start_optimize": 0x10000,
    "ucp": 0x20000,
    "ungreedy": 0x40000,
    "utf": 0x80000,
    "never_backslash_c": 0,
    "alt_circumflex": 0x200000,
    "alt_verbnames": 0x400000,
    "use_offset_limit": 0,
}
"""Name -> bit of pcre2_compile (pcre2api(3)). The zeros: always set; not needed, as offsets are compared here."""

_UTF, _UCP = BITS["utf"], BITS["ucp"]
_WITHOUT_UCP = int(pcre2.ASCII)
"""The binding's own flag: else it adds ``ucp`` to ``utf``."""

MOST_STEPS = 1_000_000
"""Of one search: about 50 ms. A pattern that backtracks without end must not hold up all other checks."""

_ESCAPE = re.compile(rb"\\(?:x\{([0-9A-Fa-f]{1,8})\}|x([0-9A-Fa-f]{0,2})|Q.*?(?:\\E|\Z)|.)", re.DOTALL)


class PatternError(ValueError):
    """A pattern that does not compile, or gave up; ``str()`` says why."""


class PagePattern:
    """A compiled pattern with limits for where a match may begin."""

    __slots__ = ("_least", "_most", "_pattern")

    def __init__(self, pattern: str, options: tuple[str, ...] = (), least: int = 0, most: int | None = None) -> None:
        self._pattern = _compiled(pattern, options)
        self._least = least
        self._most = most

    def found(self, page: bytes) -> bool:
        """Is there a match? Raises :class:`PatternError` if that cannot be said."""
        if self._least > len(page):
            return False
        try:
            match = self._pattern.search(page, self._least)
        except pcre2.LibraryError as error:
            raise PatternError(str(error)) from error
        return match is not None and (self._most is None or match.start() <= self._most)


@lru_cache(maxsize=1024)
def _compiled(pattern: str, options: tuple[str, ...]) -> pcre2.Pattern:
    bits = 0
    for name in options:
        bits |= BITS[name]
    raw = pattern.encode("utf-8", "surrogateescape")
    if not bits & BITS["alt_bsux"]:
        raw = _ESCAPE.sub(lambda found: _rewritten(found, utf=bool(bits & _UTF)), raw)
    if not bits & _UCP:
        bits |= _WITHOUT_UCP
    try:
        return pcre2.compile(b"(*LIMIT_MATCH=%d)" % MOST_STEPS + raw, bits, jit=False)
    except (pcre2.LibraryError, ValueError) as error:
        raise PatternError(re.sub(r".*compilation failed at position \d+; ", "", str(error))) from error


def _rewritten(found: re.Match[bytes], *, utf: bool) -> bytes:
    r"""``\x`` as PCRE2 reads it without ``alt_bsux``."""
    if found[1] is not None:
        number = int(found[1], 16)
    elif found[2] is not None:
        number = int(found[2] or b"0", 16)
    else:
        return found[0]
    if number <= (0x7F if utf else 0xFF):
        return b"\\x%02x" % number
    if utf and number <= 0xFFFF:
        return b"\\u%04x" % number
    if utf and number <= 0x10FFFF:
        return chr(number).encode()
    raise PatternError(f"\\x{{{number:x}}} is no character here")
