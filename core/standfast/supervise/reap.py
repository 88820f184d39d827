"""Takes off what a daemon left in the kernel: exactly what was ours, whoever asks for it."""

from __future__ import annotations

from pathlib import Path

from standfast.config.model import Config, decode
from standfast.net.command import Changer
from standfast.net.encode import AddressEncoder, stand_in_for_pyroute2
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.state_file import clean, entry_of
from standfast.values import Address


def reap(run_dir: Path, config: Config) -> list[Address]:
    """Remove addresses that the state file lists, or that bear our mark and are in ``config``; set sysctls back.

    In a process of its own, in the right network namespace: afterwards only netlink messages can be had of pyroute2.
    Raises :class:`OSError`.
    """
    stand_in_for_pyroute2()
    changer = Changer()
    try:
        configured = {entry_of(address) for instance in config.instances for address in instance.vips + instance.evips}
        return clean(run_dir, changer, AddressEncoder(), configured=configured)
    finally:
        changer.close()


def reap_for_parent(run_dir: Path, config: bytes, log: LogPipe) -> int:
    """The reaper's main function: the same, told to the log."""
    try:
        gone = reap(run_dir, decode(config))
    except OSError as error:
        log.log("error", "reap.failed", f"cannot take addresses off: {error}")
        return 1
    words = ", ".join(map(str, gone))
    log.log("warning" if gone else "info", "reap.done", f"taken off: {words}" if gone else "nothing of ours was left")
    return 0
