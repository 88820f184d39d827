"""The notifier: which changes are mailed, and the way of a mail to the relay."""

from __future__ import annotations

import datetime
import os
import pwd
import ssl
from collections.abc import Sequence

import trio

from standfast.api import (
    CheckChange,
    CheckError,
    Event,
    GroupTransition,
    Manner,
    Notice,
    Notifier,
    NotifierType,
    QuorumChange,
    ServerChange,
    Transition,
)
from standfast.net.tls import TlsSetting
from standfast_notifiers.smtp.dialogue import Dialogue, connected, secured
from standfast_notifiers.smtp.letter import letter
from standfast_notifiers.smtp.options import SmtpOptions, options_of
from standfast_notifiers.smtp.words import Words, many, one

MOST_IN_DIGEST = 100
_STATES = frozenset(("MASTER", "BACKUP", "FAULT", "STOP", "DELETED"))
_SILENT = frozenset(("FILE_CHECK",))
"""Checkers that keepalived sends no mail of."""


class SmtpNotifier(Notifier[SmtpOptions]):
    """`smtp_server` and its kin in ``global_defs``."""

    contract = 1
    declaration = NotifierType(None, options_of, SmtpOptions, name="smtp")
    batches = True

    def __init__(self, options: SmtpOptions) -> None:
        super().__init__(options)
        node = os.uname().nodename
        self._helo = options.helo_name or node or "localhost"
        self._sender = options.sender or f"{_user()}@{node}"
        self._context = _context(options) if options.tls != "off" else None
        self._password = options.password.read() if options.user and options.password else ""

    @property
    def manner(self) -> Manner:
        """People are told changes: nothing twice, and no repetition of how all stands."""
        options = self.options
        return Manner(
            timeout=4 * options.timeout,
            batch=MOST_IN_DIGEST if options.digest else 1,
            collect=options.digest,
            only_changes=True,
            replays=False,
        )

    def wants(self, event: Event) -> bool:
        """As `smtp_alert` says at its place."""
        options = self.options
        if isinstance(event, Transition | GroupTransition):
            if event.new not in _STATES or (event.new == "FAULT" and options.no_faults):
                return False
            return (
                event.group in options.groups
                if isinstance(event, GroupTransition)
                else (event.instance in options.instances)
            )
        if isinstance(event, CheckChange):
            return event.mail and not options.no_checkers and event.checker not in _SILENT
        if isinstance(event, ServerChange):  # the checker that saw it is mailed, if checkers are
            told = not event.checker or options.no_checkers
            return event.mail and told and event.checker not in _SILENT
        return isinstance(event, QuorumChange) and event.mail

    async def deliver(self, notices: Sequence[Notice]) -> str | None:
        """One connection, one mail; who does not get it while others do."""
        words, moment = self._words(tuple(notices)), notices[-1].wall
        stream = await connected(self.options.host, self.options.port, self.options.timeout)
        try:
            if self.options.tls == "smtps" and self._context is not None:
                stream = await secured(stream, self._context, self.options.host, self.options.timeout)
            dialogue = Dialogue(stream, self.options.timeout)
            await self._introduce(dialogue)
            stream = dialogue.stream
            message = letter(words, self._sender, self.options.recipients, moment)
            refused = await dialogue.send(self._sender, self.options.recipients, message)
            await dialogue.quit()
        finally:
            await trio.aclose_forcefully(stream)
        return f"the relay takes no mail for {'; '.join(refused)}" if refused else None

    async def _introduce(self, dialogue: Dialogue) -> None:
        await dialogue.greeting()
        await dialogue.hello(self._helo, extended=self._context is not None)
        if self.options.tls == "starttls" and self._context is not None:
            await dialogue.start_tls(self._context, self.options.host)
            await dialogue.hello(self._helo, extended=True)
        if self._password:
            await dialogue.log_in(self.options.user, self._password)

    @staticmethod
    def _words(notices: tuple[Notice, ...]) -> Words:
        if len(notices) == 1:
            return one(notices[0])
        return many(notices, tuple(map(_clock, notices)))


def _clock(notice: Notice) -> str:
    return datetime.datetime.fromtimestamp(notice.wall, datetime.UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _context(options: SmtpOptions) -> ssl.SSLContext:
    setting = TlsSetting(verify=options.verify, ca=options.ca, certificate=options.certificate, key=options.key)
    try:
        return setting.context()
    except CheckError as error:
        raise ValueError(error.result.words) from error
