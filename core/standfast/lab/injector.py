"""Send crafted packets from a host, one or many thousand a second."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

from standfast.lab.craft import Packet, frame
from standfast.lab.lab import INTERFACE, Host

_SLICE_S = 0.005


class Injector:
    """A raw link-layer socket on a host; it sends as ``source_mac`` of the packet says."""

    def __init__(self, host: Host, interface: str = INTERFACE) -> None:
        with host.namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
        self._socket.bind((interface, 0))
        host.lab.closing.callback(self.close)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def send(self, packet: Packet) -> float:
        """Send one packet now; the time of sending (seconds since the epoch)."""
        raw = frame(packet)
        sent = time.time()
        self._socket.send(raw)
        return sent

    def flood(self, packets: Sequence[Packet], *, per_second: int, seconds: float) -> int:
        """Send the packets in turn at a steady rate; how many were sent."""
        frames = [frame(packet) for packet in packets]
        start = time.monotonic()
        sent = 0
        while (passed := time.monotonic() - start) < seconds:
            due = int(passed * per_second)
            while sent < due:
                self._socket.send(frames[sent % len(frames)])
                sent += 1
            time.sleep(_SLICE_S)
        return sent
