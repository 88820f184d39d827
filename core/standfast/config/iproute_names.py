"""Names of routing tables, scopes, protocols and the like: built in, or from iproute2's files."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from standfast.config.lines import c_integer
from standfast.config.source import Reader
from standfast.config.tree import Word

NameKind: TypeAlias = Literal["table", "scope", "protocol", "dsfield", "realm", "group"]

FILES: Mapping[NameKind, str] = {
    "table": "rt_tables",
    "scope": "rt_scopes",
    "protocol": "rt_protos",
    "dsfield": "rt_dsfield",
    "realm": "rt_realms",
    "group": "group",
}
"""Kind -> iproute2's file; ``FILE.d/*.conf`` beside it adds to it."""

HIGHEST: Mapping[NameKind, int] = {
    "table": 2**32 - 1,
    "scope": 255,
    "protocol": 255,
    "dsfield": 255,
    "realm": 255,
    "group": 2**31 - 1,
}

BUILT_IN: Mapping[NameKind, Mapping[str, int]] = {
    "table": {"default": 253, "main": 254, "local": 255},
    "scope": {"global": 0, "nowhere": 255, "host": 254, "link": 253, "site": 200},
    "protocol": {
        **{"redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10, "zebra": 11, "bird": 12},
        **{"dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16, "mrouted": 17, "keepalived": 18, "babel": 42},
        **{"openr": 99, "bgp": 186, "isis": 187, "ospf": 188, "rip": 189, "eigrp": 192},
    },
    "dsfield": {"default": 0},
    "realm": {"cosmos": 0},
    "group": {"default": 0},
}

VENDOR_DIRECTORY = "/usr/share/iproute2"
LOCAL_DIRECTORY = "/etc/iproute2"


class Named(NamedTuple):
    """A name that is not built in; its number is looked up when the whole configuration is known."""

    kind: NameKind
    word: Word


def known_number(kind: NameKind, text: str) -> int | None:
    """The number of a built-in name, or the number that ``text`` is; None if it is another name."""
    if text in BUILT_IN[kind]:
        return BUILT_IN[kind][text]
    return c_integer(text)


@dataclass(slots=True)
class NameTables:
    """Looks names up. Without a reader only the built-in ones are known; files are read when first needed."""

    reader: Reader | None = None
    vendor: str = VENDOR_DIRECTORY
    local: str = LOCAL_DIRECTORY
    """Files here replace those of the same name in ``vendor``."""
    _tables: dict[NameKind, dict[str, int]] = field(default_factory=dict)

    def number(self, kind: NameKind, name: str) -> int | None:
        """The number of a name; None if nobody knows it."""
        known = known_number(kind, name)
        return known if known is not None else self.names(kind).get(name)

    def names(self, kind: NameKind) -> Mapping[str, int]:
        """All names of a kind."""
        if kind not in self._tables:
            self._tables[kind] = {**BUILT_IN[kind], **self._read(FILES[kind])}
        return self._tables[kind]

    def _read(self, file: str) -> dict[str, int]:
        names: dict[str, int] = {}
        if self.reader is None:
            return names
        for path in self._paths(self.reader, file):
            try:
                text = self.reader.read(path).decode("utf-8", "replace")
            except OSError:
                continue
            names.update(entries(text))
        return names

    def _paths(self, reader: Reader, file: str) -> list[str]:
        """The main file, then the additions; the local one of each name wins."""
        chosen: dict[str, str] = {}
        for directory in (self.vendor, self.local):
            main = posixpath.join(directory, file)
            if reader.exists(main):
                chosen[""] = main
            for path in reader.glob(posixpath.join(directory, f"{file}.d", "*.conf")):
                chosen[posixpath.basename(path)] = path
        return [chosen[name] for name in sorted(chosen)]


def entries(text: str) -> dict[str, int]:
    """``NUMBER NAME`` lines of one file; anything else is skipped, as iproute2 does."""
    names: dict[str, int] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        number = c_integer(words[0]) if len(words) == 2 else None
        if number is not None:
            names[words[1]] = number
    return names
