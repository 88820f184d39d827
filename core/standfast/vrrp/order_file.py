"""Orders that hold, on disk in the run directory: a successor of this process obeys them too."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from standfast.vrrp.orders import Order

NAME: Final = "orders.json"

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class _File(msgspec.Struct):
    boot: str
    """The clock of ``since`` and ``until`` begins at a boot, and so do orders."""
    orders: dict[str, Order]
    """By :attr:`VrrpInstance.key`."""


def save(run_dir: Path, orders: Mapping[str, Order]) -> None:
    """Replace the file in one step; without orders it is removed. Raises :class:`OSError`."""
    path = run_dir / NAME
    if not orders:
        path.unlink(missing_ok=True)
        return
    temporary = path.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(_File(_boot_id(), dict(orders))))
    temporary.replace(path)


def load(run_dir: Path, now: int) -> dict[str, Order]:
    """What was ordered and still holds; nothing if the file is not there, not ours, or of another boot."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        known = msgspec.json.decode((run_dir / NAME).read_bytes(), type=_File)
        if known.boot == _boot_id():
            return {key: order for key, order in known.orders.items() if order.until is None or order.until > now}
    return {}


def _boot_id() -> str:
    return _BOOT_ID.read_text(encoding="ascii").strip()
