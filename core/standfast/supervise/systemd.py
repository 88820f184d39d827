"""sd_notify(3) and the watchdog, without libsystemd: one datagram for each thing to say."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import MutableMapping


class Systemd:
    """Tells the service manager only what the children have proved. Without one, everything here does nothing."""

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        """Takes its variables out of ``environ``: nothing that we start may speak in our name."""
        self._address = environ.pop("NOTIFY_SOCKET", "")
        period = environ.pop("WATCHDOG_USEC", "")
        for_us = environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_period = int(period) // 3 if for_us and period.isdigit() else 0
        """Microseconds between two WATCHDOG=1 (a third of what systemd allows); 0 = it does not watch."""
        self._last_proof = 0

    def ready(self, words: str) -> None:
        """Started (or reloaded): addresses are spoken for."""
        self._say("READY=1", f"STATUS={words}")

    def reloading(self) -> None:
        """Type=notify-reload wants to know when, on CLOCK_MONOTONIC."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self, at_most: int) -> None:
        """Leaving; give us ``at_most`` microseconds."""
        self._say("STOPPING=1", f"EXTEND_TIMEOUT_USEC={at_most}", "STATUS=leaving")

    def status(self, words: str) -> None:
        """One line for ``systemctl status``."""
        self._say(f"STATUS={words}")

    def proved(self, now: int) -> None:
        """A child's heart has just been heard; ``now`` in microseconds on CLOCK_BOOTTIME."""
        if self.watchdog_period and now - self._last_proof >= self.watchdog_period:
            self._last_proof = now
            self._say("WATCHDOG=1")

    def _say(self, *lines: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            # A service manager that does not listen is no reason to stop speaking VRRP.
            with contextlib.suppress(OSError):
                out.sendto("\n".join(lines).encode(), address)
