"""Reload by prepare and commit: nothing changes until everybody has said that it can."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from standfast.config.diff import fixed_changes, new_errors
from standfast.control.protocol import Outcome
from standfast.supervise import messages
from standfast.supervise.generation import Essentials, Generation
from standfast.supervise.keeper import Keeper
from standfast.supervise.loader import Report
from standfast.supervise.parent import Parent
from standfast.supervise.reactor import Timer
from standfast.values import SECOND

PREPARE_PATIENCE = 5 * SECOND
COMMIT_PATIENCE = 10 * SECOND

Answer: TypeAlias = Callable[[Outcome], None]
_Phase: TypeAlias = Literal["idle", "loading", "preparing", "committing"]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a reload needs of the daemon."""

    load: Callable[[Callable[[Report, int], None]], object]
    """Start the loader."""
    running: Callable[[], Report]
    """The report of the configuration that runs."""
    adopt: Callable[[Report, Generation], None]
    """It runs now."""


class Reloader:
    """At most one reload at a time; one more that arrives meanwhile is remembered once."""

    def __init__(self, parent: Parent, keeper: Keeper, hooks: Hooks) -> None:
        self.last = ""
        """How the last one went, for ``status``."""
        self._parent = parent
        self._keeper = keeper
        self._hooks = hooks
        self._phase: _Phase = "idle"
        self._answers: list[Answer] = []
        self._waiting: list[Answer] | None = None
        self._new: Generation | None = None
        self._report = Report()
        self._timer: Timer | None = None

    def request(self, answer: Answer) -> None:
        """Reload now, or (once) after the one that is under way."""
        if self._phase != "idle":
            self._waiting = [*(self._waiting or ()), answer]
            return
        self._answers = [answer]
        self._phase = "loading"
        self._parent.systemd.reloading()
        try:
            self._hooks.load(self._loaded)
        except OSError as error:
            self._refuse(f"cannot start the process that reads the configuration: {error}")

    def child_said(self, message: messages.FromChild) -> None:
        """Messages of other generations are echoes of what was given up."""
        if self._new is None or getattr(message, "generation", None) != self._new.number:
            return
        if isinstance(message, messages.Can) and self._phase == "preparing":
            self._commit()
        elif isinstance(message, messages.Cannot) and self._phase == "preparing":
            self._refuse(message.reason)
        elif isinstance(message, messages.Committed) and self._phase == "committing":
            self._finish(_changes(message.changes))

    def child_ended(self) -> None:
        """Before the commit the old configuration stays; after it the replacement has the new one already."""
        if self._phase == "preparing":
            self._refuse("the VRRP process died while it looked at the new configuration; the old one stays")
        elif self._phase == "committing":
            self._finish("reloaded, by a new VRRP process: the old one died of the change")

    def _loaded(self, report: Report, memory: int) -> None:
        generation = self._generation(report, memory)
        refusal = self._refusal(report, generation)
        self._report, self._new = report, generation
        if refusal or generation is None:
            self._refuse(refusal)
        elif not self._keeper.alive:
            self._commit()
        else:
            self._phase = "preparing"
            self._timer = self._parent.reactor.after(PREPARE_PATIENCE, self._no_answer)
            message = messages.Prepare(generation=generation.number)
            if not self._keeper.send(message, generation.descriptor):
                self._refuse("the VRRP process takes no messages; the old configuration stays")

    def _generation(self, report: Report, memory: int) -> Generation | None:
        number = self._keeper.generation.number + 1
        if not report.exit_status:
            with contextlib.suppress(msgspec.DecodeError):
                return Generation.seal(number, memory)
        os.close(memory)
        return None

    def _refusal(self, report: Report, generation: Generation | None) -> str:
        if generation is None:
            return report.problem or "what was read is no configuration"
        fresh = new_errors(self._hooks.running().errors, report.errors)
        if fresh:
            more = f" (and {len(fresh) - 1} more)" if len(fresh) > 1 else ""
            return f"{fresh[0].span}: {fresh[0].message}{more}"
        return _fixed_change(self._keeper.generation.essentials, generation.essentials)

    def _commit(self) -> None:
        assert self._new is not None  # noqa: S101 - the phases see to that
        self._cancel_timer()
        sent = self._keeper.send(messages.Commit(generation=self._new.number))
        self._keeper.committed(self._new)
        self._hooks.adopt(self._report, self._new)
        if not sent:
            self._keeper.retry_now()
            self._finish("accepted; no VRRP process was running to take it over, the next one starts with it")
            return
        self._phase = "committing"
        self._timer = self._parent.reactor.after(COMMIT_PATIENCE, self._no_confirmation)

    def _no_answer(self) -> None:
        words = f"the VRRP process did not answer within {PREPARE_PATIENCE // SECOND} s; the old configuration stays"
        self._refuse(words)

    def _no_confirmation(self) -> None:
        self._finish("accepted; the VRRP process has not confirmed it yet")

    def _refuse(self, reason: str) -> None:
        if self._phase == "preparing" and self._new is not None:
            self._keeper.send(messages.Abort(generation=self._new.number))
        if self._new is not None:
            self._new.close()
        self._parent.log.log("error", "reload.refused", f"reload refused, nothing has changed: {reason}")
        self._end(Outcome(ok=False, words=f"refused, nothing has changed: {reason}"))

    def _finish(self, words: str) -> None:
        self._parent.log.log("info", "reload.done", f"generation {self._keeper.generation.number}: {words}")
        self._end(Outcome(ok=True, words=words))

    def _end(self, outcome: Outcome) -> None:
        self._cancel_timer()
        self._phase, self._new = "idle", None
        self.last = outcome.words
        self._parent.systemd.ready(f"reload: {outcome.words}")
        answers, self._answers = self._answers, []
        for answer in answers:
            answer(outcome)
        if self._waiting is not None:
            remembered, self._waiting = self._waiting, None
            for answer in remembered:
                self.request(answer) if self._phase == "idle" else self._answers.append(answer)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _fixed_change(old: Essentials, new: Essentials) -> str:
    changed = fixed_changes(old, new)
    return f"`{changed[0]}` cannot change under a running daemon: restart" if changed else ""


def _changes(changes: tuple[str, ...]) -> str:
    return "reloaded: " + ("; ".join(changes) or "nothing has changed")
