"""Pictures of the daemon for everybody who asks over HTTP: however many ask, the daemon is asked twice a second.

The questions go over the status sockets, from a thread of this process: the VRRP process answers in slices and waits
for nobody, so no number of clients can be felt there. Nobody asking means nothing asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import trio

from standfast.config.health_model import Compat
from standfast.control.picture import Document, Picture
from standfast.metrics.exposition import rendered, sheet_of
from standfast.transfer import sendable
from standfast.web.happenings import Happenings
from standfast.web.ready import lacking
from standfast.web.view import EVENTS, view

MAX_AGE_S: Final = 0.5
"""What is answered was asked at most so long ago."""

Take = Callable[[Path], Picture]


@dataclass(slots=True)
class Issue:
    """One picture, and what has been made of it."""

    picture: Picture
    lacking: list[str]
    """What is in the way of being ready."""
    view: bytes
    asked_at: float
    """On trio's clock."""
    compat: Sequence[Compat]
    _metrics: dict[bool, bytes] = field(default_factory=dict)
    _status: bytes = b""

    def metrics(self, *, as_openmetrics: bool) -> bytes:
        """For Prometheus; made once. Takes milliseconds: call it in a thread."""
        made = self._metrics.get(as_openmetrics)
        if made is None:
            sheet = sheet_of(self.picture.document, self.picture.problems, ready=not self.lacking, compat=self.compat)
            made = self._metrics[as_openmetrics] = rendered(sheet, as_openmetrics=as_openmetrics)
        return made

    def status(self) -> bytes:
        """As ``standfast status --json`` prints it; made once."""
        if not self._status:
            document = self.picture.document | {"problems": self.picture.problems}
            self._status = sendable(msgspec.json.encode, document) + b"\n"
        return self._status


class Newsroom:
    """One for the process."""

    def __init__(self, run_dir: Path, take: Take) -> None:
        self.compat: Sequence[Compat] = ()
        self.happenings = Happenings()
        self._run_dir = run_dir
        self._take = take
        self._lock = trio.Lock()
        self._rendering = trio.Lock()
        self._issue: Issue | None = None
        self._news = trio.Event()

    async def latest(self, max_age_s: float = MAX_AGE_S) -> Issue:
        """A picture that was asked for at most so long ago; everybody who comes meanwhile shares it."""
        since = trio.current_time() - max_age_s
        async with self._lock:
            issue = self._issue
            if issue is None or issue.asked_at < since or issue.compat is not self.compat:
                events = self.happenings.newest(EVENTS)
                issue = self._issue = await trio.to_thread.run_sync(
                    self._ask, trio.current_time(), self.compat, events, abandon_on_cancel=True
                )
            return issue

    async def metrics(self, *, as_openmetrics: bool) -> bytes:
        """The latest as metrics."""
        issue = await self.latest()
        async with self._rendering:  # else a hundred who come together would each do the same work
            return await trio.to_thread.run_sync(lambda: issue.metrics(as_openmetrics=as_openmetrics))

    def stir(self) -> None:
        """Something happened: who waits for news gets it at once."""
        self._news.set()
        self._news = trio.Event()

    async def news(self) -> None:
        """Until something happens."""
        await self._news.wait()

    def _ask(self, asked_at: float, compat: Sequence[Compat], events: Sequence[Document]) -> Issue:
        picture = self._take(self._run_dir)
        missing = lacking(picture.document, picture.problems)
        shown = view(picture.document, picture.problems, missing, events)
        return Issue(picture, missing, sendable(msgspec.json.encode, shown), asked_at, compat)
