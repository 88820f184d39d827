"""The base of every record of the typed configuration."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Frozen, written with names, and as msgpack without what is at its default."""
