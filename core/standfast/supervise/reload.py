"""Reload by prepare and commit: nothing changes until everybody has said that it can."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import msgspec

from standfast.control.protocol import Outcome
from standfast.supervise import messages
from standfast.supervise.family import Family
from standfast.supervise.generation import Essentials, Generation
from standfast.supervise.keeper import Keeper
from standfast.supervise.loader import Documents, Report
from standfast.supervise.parent import Parent
from standfast.supervise.pipes import Pipes
from standfast.supervise.reactor import Timer
from standfast.supervise.roles import HEALTH, SPAWNER, Role
from standfast.values import SECOND

PREPARE_PATIENCE = 5 * SECOND
COMMIT_PATIENCE = 10 * SECOND

HEALTH_PATIENCE = 5 * SECOND
SPAWNER_PATIENCE = 60 * SECOND
"""For a process that is not needed any more: scripts that are under way may end."""

Answer: TypeAlias = Callable[[Outcome], None]
_Phase: TypeAlias = Literal["idle", "loading", "preparing", "committing", "following"]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a reload needs of the daemon."""

    load: Callable[[Callable[[Report, Documents], None]], object]
    """Start the loader."""
    running: Callable[[], Report]
    """The report of the configuration that runs."""
    adopt: Callable[[Report, Generation], None]
    """It runs now."""


class Reloader:
    """At most one reload at a time; one more that arrives meanwhile is remembered once."""

    def __init__(self, parent: Parent, family: Family, pipes: Pipes, hooks: Hooks) -> None:
        self.last = ""
        """How the last one went, for ``status``."""
        self._parent = parent
        self._family = family
        self._pipes = pipes
        self._hooks = hooks
        self._phase: _Phase = "idle"
        self._answers: list[Answer] = []
        self._waiting: list[Answer] | None = None
        self._new: Generation | None = None
        self._report = Report()
        self._asked: dict[str, Keeper] = {}
        """Who has been shown the new generation, and lives."""
        self._silent: set[str] = set()
        """Of those who has not answered yet."""
        self._changes: list[str] = []
        self._remarks: list[str] = []
        self._plugins_before: tuple[str, ...] = ()
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

    def child_said(self, role: Role, message: messages.FromChild) -> None:
        """Messages of other generations are echoes of what was given up."""
        if self._new is None or getattr(message, "generation", None) != self._new.number:
            return
        if isinstance(message, messages.Can) and self._phase == "preparing":
            self._silent.discard(role.name)
            if not self._silent:
                self._commit()
        elif isinstance(message, messages.Cannot) and self._phase == "preparing":
            self._refuse(message.reason)
        elif isinstance(message, messages.Committed):
            self._committed(role, message)

    def child_ended(self, role: Role) -> None:
        """Before the commit the old configuration stays; after it the replacement has the new one already."""
        if self._asked.pop(role.name, None) is None:
            return
        if self._phase == "preparing":
            self._refuse(f"{role.words} died while it looked at the new configuration; the old one stays")
        elif self._phase in ("committing", "following"):
            self._remarks.append(f"by a new {role.words.removeprefix('the ')}: the old one died of the change")
            if role.speaks and self._phase == "committing":
                self._follow()
            elif self._phase == "following":
                self._finish()

    def _loaded(self, report: Report, documents: Documents) -> None:
        generation = self._generation(report, documents)
        refusal = self._refusal(report, generation)
        self._report, self._new = report, generation
        self._changes, self._remarks = [], []
        if refusal or generation is None:
            self._refuse(refusal)
            return
        programs = generation.essentials.global_defs.programs
        complaints = self._pipes.prepare(programs.fifos, generation.essentials.global_defs.umask)
        self._new = generation = replace(generation, pipes=self._pipes.descriptors)
        if complaints:
            self._refuse("; ".join(complaints))
            return
        self._asked = {k.role.name: k for k in self._family if self._is_asked(k, generation)}
        self._silent = set(self._asked)
        if not self._asked:
            self._commit()
            return
        self._phase = "preparing"
        self._timer = self._parent.reactor.after(PREPARE_PATIENCE, self._no_answer)
        for keeper in list(self._asked.values()):
            if not keeper.prepare(generation):
                self._refuse(f"{keeper.role.words} takes no messages; the old configuration stays")
                return

    def _is_asked(self, keeper: Keeper, new: Generation) -> bool:
        """Who stays and has a part of the configuration; changed plugins take a fresh health process anyway."""
        if not keeper.role.heeds or not keeper.alive or keeper.stopping or not keeper.role.needed(new):
            return False
        return keeper.role.speaks or new.needs.plugins == self._family.generation.needs.plugins

    def _generation(self, report: Report, documents: Documents) -> Generation | None:
        number = self._family.generation.number + 1
        if not report.exit_status:
            with contextlib.suppress(msgspec.DecodeError):
                return Generation.seal(number, documents.vrrp, documents.health, report.needs)
        documents.close()
        return None

    def _refusal(self, report: Report, generation: Generation | None) -> str:
        if generation is None:
            return report.problem or "what was read is no configuration"
        from standfast.config.diff import new_errors

        fresh = new_errors(self._hooks.running().errors, report.errors)
        if fresh:
            more = f" (and {len(fresh) - 1} more)" if len(fresh) > 1 else ""
            return f"{fresh[0].span}: {fresh[0].message}{more}"
        return _fixed_change(self._family.generation.essentials, generation.essentials)

    def _commit(self) -> None:
        """VRRP first: whatever comes of the others, the election is right."""
        assert self._new is not None  # noqa: S101 - the phases see to that
        self._cancel_timer()
        speaker = self._family.vrrp
        sent = speaker.send(messages.Commit(generation=self._new.number))
        before = self._family.generation
        self._plugins_before = before.needs.plugins
        if "health" in self._asked and _rescheduled(before.essentials, self._new.essentials):
            words = "`checker_priority` and its kin take effect when the health process starts anew"
            self._remarks.append(words)
        self._family.adopt(self._new)
        self._pipes.commit()
        self._hooks.adopt(self._report, self._new)
        if not sent:
            speaker.retry_now()
            self._remarks.append("no VRRP process was running to take it over, the next one starts with it")
            self._follow()
            return
        self._phase = "committing"
        self._timer = self._parent.reactor.after(COMMIT_PATIENCE, self._no_confirmation)

    def _committed(self, role: Role, message: messages.Committed) -> None:
        self._changes += message.changes
        if role.speaks and self._phase == "committing":
            self._follow()
        elif not role.speaks and self._phase == "following":
            self._finish()

    def _follow(self) -> None:
        """The others: told, started or let go, as the new configuration needs them."""
        assert self._new is not None  # noqa: S101 - the phases see to that
        self._cancel_timer()
        health = self._family.health
        if SPAWNER.needed(self._new):
            self._family.spawner.want()
        else:
            self._family.spawner.retire(SPAWNER_PATIENCE)
        if not HEALTH.needed(self._new):
            if health.alive and not health.stopping:
                self._remarks.append("no health process is needed any more")
            health.retire(HEALTH_PATIENCE)
        elif "health" in self._asked and health.send(messages.Commit(generation=self._new.number)):
            self._phase = "following"
            self._timer = self._parent.reactor.after(COMMIT_PATIENCE, self._no_confirmation)
            return
        elif health.alive and not health.stopping and self._new.needs.plugins != self._plugins_before:
            self._remarks.append(
                "other plugins, or other versions of them, are needed: a new health process is started"
            )
            health.replace()
        else:
            if not health.alive:
                self._remarks.append("a health process is started")
            health.want()
        self._finish()

    def _no_answer(self) -> None:
        who = " and ".join(self._asked[name].role.words for name in sorted(self._silent))
        words = f"{who} did not answer within {PREPARE_PATIENCE // SECOND} s; the old configuration stays"
        self._refuse(words)

    def _no_confirmation(self) -> None:
        if self._phase == "committing":
            self._remarks.append("the VRRP process has not confirmed it yet")
            self._follow()
        else:
            self._remarks.append("the health process has not confirmed it yet")
            self._finish()

    def _refuse(self, reason: str) -> None:
        if self._phase == "preparing" and self._new is not None:
            for keeper in self._asked.values():
                keeper.send(messages.Abort(generation=self._new.number))
        if self._new is not None:
            self._new.close()
        self._pipes.abort()
        self._parent.log.log("error", "reload.refused", f"reload refused, nothing has changed: {reason}")
        self._end(Outcome(ok=False, words=f"refused, nothing has changed: {reason}"))

    def _finish(self) -> None:
        words = _outcome(self._changes, self._remarks)
        self._parent.log.log("info", "reload.done", f"generation {self._family.generation.number}: {words}")
        self._end(Outcome(ok=True, words=words))

    def _end(self, outcome: Outcome) -> None:
        self._cancel_timer()
        self._phase, self._new, self._asked = "idle", None, {}
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
    from standfast.config.diff import fixed_changes  # not before something is compared

    changed = fixed_changes(old, new)
    return f"`{changed[0]}` cannot change under a running daemon: restart" if changed else ""


def _rescheduled(old: Essentials, new: Essentials) -> bool:
    """That process has given up the rights to change it; the VRRP process keeps them, and does it at once."""
    return old.global_defs.checker_scheduling != new.global_defs.checker_scheduling


def _outcome(changes: list[str], remarks: list[str]) -> str:
    if not changes and remarks:
        return "reloaded; " + "; ".join(remarks)
    return "reloaded: " + "; ".join([*(changes or ["nothing has changed"]), *remarks])
