"""Capture what passes an interface, with the kernel's timestamps: a busy test machine does not blur them."""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from standfast.lab.frames import Advert, Arp, Frame, NeighborAdvert, decode
from standfast.lab.namespace import Namespace

_ALL = 0x0003
_SO_TIMESTAMPNS = 35
_SOL_PACKET, _ADD_MEMBERSHIP, _PROMISC = 263, 1, 1
_SO_RCVBUFFORCE = 33
_SIOCGIFINDEX = 0x8933
_BUFFER = 16 << 20
_LONGEST = 2048
_END, _CATCH_UP = b".", b"?"
_LAG_S = 10

Record = TypeVar("Record", bound=Frame)


class Capture:
    """A thread that reads one interface until closed. Times are seconds since the epoch, as ``time.time()``."""

    def __init__(self, namespace: Namespace, interface: str, only: Callable[[bytes], bool] | None = None) -> None:
        """``only`` looks at a raw frame and says whether to keep it (for floods)."""
        self._socket = _open(namespace, interface)
        self._only = only
        self._raw: list[tuple[float, bytes]] = []
        self._frames: list[Frame] = []
        self._decoded = 0
        self._asked = self._caught_up = 0
        self._news = threading.Condition()
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._read, name=f"capture {namespace.name}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop; what was captured can still be read."""
        if self._thread.is_alive():
            os.write(self._waker, _END)
            self._thread.join()
            self._socket.close()
            os.close(self._wake)
            os.close(self._waker)

    @property
    def frames(self) -> Sequence[Frame]:
        """Everything that has passed by now and that we can read, in order."""
        self._catch_up()
        while self._decoded < len(self._raw):
            stamp, raw = self._raw[self._decoded]
            self._decoded += 1
            record = decode(raw, stamp)
            if record is not None:
                self._frames.append(record)
        return self._frames

    def adverts(self, source: str | None = None, *, since: float = 0, vrid: int | None = None) -> list[Advert]:
        """Adverts, from one source address and of one virtual router if given."""
        found = (f for f in self.frames if isinstance(f, Advert) and f.time >= since)
        return [f for f in found if source in (None, f.source) and vrid in (None, f.vrid)]

    def garps(self, address: str, *, since: float = 0) -> list[Arp]:
        """Gratuitous ARP packets for an address."""
        found = (f for f in self.frames if isinstance(f, Arp) and f.time >= since)
        return [f for f in found if f.gratuitous and f.sender == address]

    def neighbor_adverts(self, target: str, *, since: float = 0) -> list[NeighborAdvert]:
        """Neighbour advertisements for an address."""
        found = (f for f in self.frames if isinstance(f, NeighborAdvert) and f.time >= since)
        return [f for f in found if f.target == target]

    def wait(self, wanted: Callable[[], Record | None], timeout_s: float) -> Record | None:
        """Ask ``wanted`` again at every new frame until it finds something; None when the time is over."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while (found := wanted()) is None:
                if not self._news.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    return wanted()
        return found

    def wait_advert(
        self, source: str, *, since: float = 0, priority: int | None = None, timeout_s: float = 20
    ) -> Advert | None:
        """The first advert from an address after ``since`` (of this priority), or None when the time is over."""
        return self.wait(
            lambda: next((f for f in self.adverts(source, since=since) if priority in (None, f.priority)), None),
            timeout_s,
        )

    def write_pcap(self, path: Path) -> None:
        """All raw frames as a pcap file (nanosecond format), for tshark."""
        self._catch_up()
        with path.open("wb") as file:
            file.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, _LONGEST, 1))
            for stamp, raw in self._raw:
                seconds = int(stamp)
                file.write(struct.pack("=IIII", seconds, int((stamp - seconds) * 1e9), len(raw), len(raw)) + raw)

    def _catch_up(self) -> None:
        """Wait until the thread has read what the kernel has by now: on a busy machine it lags behind."""
        with self._news:
            self._asked += 1
            mine = self._asked
            if self._thread.is_alive():
                os.write(self._waker, _CATCH_UP)
                self._news.wait_for(lambda: self._caught_up >= mine or not self._thread.is_alive(), _LAG_S)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._socket.fileno(), self._wake], [], [])
            words = os.read(self._wake, 64) if self._wake in ready else b""
            fresh = self._drain()
            with self._news:
                self._raw += fresh
                self._caught_up += words.count(_CATCH_UP)
                if fresh or words:
                    self._news.notify_all()
            if _END in words:
                return

    def _drain(self) -> list[tuple[float, bytes]]:
        fresh: list[tuple[float, bytes]] = []
        while True:
            try:
                raw, ancillary, _, _ = self._socket.recvmsg(_LONGEST, 64)
            except BlockingIOError:
                return fresh
            if self._only is None or self._only(raw):
                seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2])
                fresh.append((seconds + nanoseconds / 1e9, raw))


def _open(namespace: Namespace, interface: str) -> socket.socket:
    with namespace.entered():
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, 0)
    opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    opened.bind((interface, _ALL))
    # A bridge hands up what passes between its ports only when promiscuous.
    opened.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("=iHH8x", _index(opened, interface), _PROMISC, 0))
    return opened


def _index(opened: socket.socket, interface: str) -> int:
    answer = fcntl.ioctl(opened, _SIOCGIFINDEX, struct.pack("16s16x", interface.encode()))
    return int(struct.unpack_from("=i", answer, 16)[0])
