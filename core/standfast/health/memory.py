"""How servers stood, on disk: for a successor after a crash, and for `initial_state last`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import msgspec

from standfast.contract.balancing import Pool
from standfast.health.roster import identity_text
from standfast.health.server import Server
from standfast.health.service import Service

FILE: Final = "health.json"
POOLS: Final = "pools.msgpack"


class ServerMemory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One real server."""

    checks: dict[str, bool] = {}
    """Which check (a digest of kind, target and options, with a number) -> up."""
    weights: dict[str, tuple[int | None, int]] = {}
    """Weights that checks gave: absolute, added."""


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Everything: service -> server's label -> how it stood."""

    written: float
    """Unix seconds."""
    services: dict[str, dict[str, ServerMemory]]


def recollect(services: dict[str, Service]) -> Memory:
    """How all of them stand now. Servers whose checks have said nothing yet are left out."""
    kept: dict[str, dict[str, ServerMemory]] = {}
    for name, service in services.items():
        for server in service.servers:
            noted = _note(server)
            if noted != ServerMemory():
                kept.setdefault(name, {})[server.label] = noted
    return Memory(written=time.time(), services=kept)


def _note(server: Server) -> ServerMemory:
    keys = _keys(server)
    pairs = [(key, each) for key, each in zip(keys, server.standings, strict=True) if each.judged]
    return ServerMemory(
        checks={key: each.up for key, each in pairs},
        weights={key: (each.weight, each.weight_change) for key, each in pairs if each.weight or each.weight_change},
    )


def remind(service: Service, known: dict[str, ServerMemory]) -> None:
    """Let servers stand as they did. Before :meth:`Service.begin`: nothing is told of it."""
    for server in service.servers:
        noted = known.get(server.label)
        if noted is None:
            continue
        for key, standing in zip(_keys(server), server.standings, strict=True):
            if key in noted.checks:
                standing.up, standing.judged = noted.checks[key], True
                standing.weight, standing.weight_change = noted.weights.get(key, (None, 0))
        server.was_alive = server.alive
        server.cause = "as it was before" if server.alive else server.why_down()


def _keys(server: Server) -> list[str]:
    """A name for each checker that stays the same in another process."""
    seen: dict[str, int] = {}
    keys = []
    for checker in server.config.checkers:
        text = identity_text(checker)
        seen[text] = seen.get(text, 0) + 1
        keys.append(f"{text}/{seen[text]}")
    return keys


def save(path: Path, data: bytes) -> None:
    """Whole or not at all. Raises :class:`OSError`."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
    beside.replace(path)


def load(run_dir: Path) -> Memory | None:
    """What the last process wrote; None if there is nothing that can be read."""
    try:
        return msgspec.json.decode((run_dir / FILE).read_bytes(), type=Memory)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def save_pools(run_dir: Path, pools: dict[str, list[Pool]]) -> None:
    """What may stand in the kernel because of us, by data plane; before anything is programmed. Raises OSError."""
    save(run_dir / POOLS, msgspec.msgpack.encode(pools))


def load_pools(run_dir: Path) -> dict[str, list[Pool]]:
    """The same from an earlier process; empty if there is none, or it was another version's."""
    try:
        return msgspec.msgpack.decode((run_dir / POOLS).read_bytes(), type=dict[str, list[Pool]])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
