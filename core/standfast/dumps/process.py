"""The short-lived process that writes dumps: it asks the others, so the parent never waits for anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from standfast.clock import now
from standfast.config.model import Config, decode
from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import FRESH, Request
from standfast.dumps import data, documents
from standfast.dumps.documents import Status
from standfast.dumps.links import links
from standfast.dumps.place import UnsafePlace, path_of, remove_safely, write_safely
from standfast.supervise.logpipe import LogPipe

Kind: TypeAlias = Literal["data", "stats", "stats-clear", "json"]

_FAILED = 1


@dataclass(frozen=True, slots=True)
class Order:
    """What to write, of which daemon, and where."""

    kind: Kind
    run_dir: Path
    directory: Path
    """Where dumps go whose name does not say."""
    config: bytes
    """Encoded, of the generation that runs."""


def write(order: Order, log: LogPipe) -> int:
    """Do it; the exit status. What cannot be told truly is taken away rather than left as it was."""
    config = decode(order.config)
    status, trouble = _vrrp(order.run_dir)
    if trouble:
        log.log("warning", "dump.unknown", f"no {order.kind} of VRRP: {trouble}; an older one is removed")
    failed = bool(trouble)
    for path, make in _files(order, config, status):
        try:
            if make is None:
                remove_safely(path)
            else:
                write_safely(path, make(), umask=config.global_defs.umask)
                log.log("info", "dump.written", f"{path} is written")
        except (OSError, UnsafePlace) as error:
            log.log("error", "dump.failed", f"{path} cannot be written: {error}")
            failed = True
    if order.kind == "stats-clear" and status is not None:
        failed |= not _clear(order.run_dir, log)
    return _FAILED if failed else 0


def _vrrp(run_dir: Path) -> tuple[Status | None, str]:
    """Its answer, if it is fresh; otherwise why not."""
    try:
        status = ask(run_dir, "vrrp.status", Request(do="status"))
    except NoAnswer as error:
        return None, str(error)
    if "turned_at" not in status:
        return None, "the VRRP process is being replaced"
    if now() - status["turned_at"] > FRESH:
        return None, "the VRRP process is stuck"
    return status, ""


def _files(order: Order, config: Config, status: Status | None) -> Iterator[tuple[Path, Callable[[], bytes] | None]]:
    """Paths, and what makes their content; None: nothing is known, so nothing may stand there."""
    settings = config.global_defs.dumps
    owner = "_".join(part for part in (config.net_namespace, config.instance_name) if part)

    def path(kind: str, process: str = "") -> Path:
        return path_of(settings, kind, order.directory, process=process, owner=owner)

    if order.kind == "json":
        yield path("json"), None if status is None else lambda: documents.as_json(config, status)
    elif order.kind in ("stats", "stats-clear"):
        yield path("statistics"), None if status is None else lambda: documents.as_statistics(config, status)
    else:
        yield path("state", "parent"), lambda: data.of_parent(config)
        yield path("state"), None if status is None else lambda: data.of_vrrp(config, status, links())
        if (order.run_dir / "health.status").exists():
            yield path("state", "check"), _checks(order.run_dir)


def _checks(run_dir: Path) -> Callable[[], bytes] | None:
    try:
        answer = ask(run_dir, "health.status", Request(do="status"))
    except NoAnswer:
        return None
    return lambda: data.of_checks(answer.get("balancing") or {})


def _clear(run_dir: Path, log: LogPipe) -> bool:
    try:
        outcome = ask(run_dir, "vrrp.ctl", Request(do="clear-counters"))
    except NoAnswer as error:
        log.log("error", "dump.failed", f"counters are not cleared: {error}")
        return False
    return bool(outcome.get("ok"))
