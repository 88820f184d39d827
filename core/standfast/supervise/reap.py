"""Takes off what a daemon left in the kernel: exactly what was ours, whoever asks for it."""

from __future__ import annotations

from pathlib import Path

from standfast.config.model import Config, decode
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder, stand_in_for_pyroute2
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.state_file import clean, configured_by


def reap(run_dir: Path, config: Config) -> list[str]:
    """Remove what the state file lists, or what bears our mark and is in ``config``; set sysctls back. In words: what.

    In a process of its own, in the right network namespace: afterwards only netlink messages can be had of pyroute2.
    Raises :class:`OSError`.
    """
    stand_in_for_pyroute2()
    changer = Changer()
    try:
        return clean(run_dir, changer, AddressEncoder(), configured=configured_by(config))
    finally:
        changer.close()


def reap_for_parent(run_dir: Path, config: bytes, log: LogPipe) -> int:
    """The reaper's main function: the same, told to the log."""
    try:
        gone = reap(run_dir, decode(config))
    except OSError as error:
        log.log("error", "reap.failed", f"cannot take addresses off: {error}")
        return 1
    words = ", ".join(gone)
    log.log("warning" if gone else "info", "reap.done", f"taken off: {words}" if gone else "nothing of ours was left")
    return 0
