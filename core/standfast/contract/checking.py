"""Checkers: they say what they saw, core decides what follows from it (retries, rise and fall, weights, quorum).

A checker is a class with a declaration.  Core makes one object for each distinct probe (same class, options and target)
and calls :meth:`Checker.check` whenever one is due; it never runs twice at once.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

import msgspec

from standfast.config.lvs_model import Target
from standfast.config.record import Record
from standfast.config.script_model import ScriptCall

if TYPE_CHECKING:
    import ssl  # heavy, and nothing that only reads configurations needs it

CONTRACT = 1
"""Version of the contract between core and plugins; a class that was made for another one is not taken."""

Verdict: TypeAlias = Literal["good", "bad", "none"]
"""``none``: the check could not be made, or is not over yet; it counts neither way."""


class Code(enum.StrEnum):
    """What was seen, in one vocabulary for all checkers: metrics and notifiers group by it."""

    OK = "ok"
    REFUSED = "refused"
    """The connection was refused, or the port answered that it is closed."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    """The other side ended the connection before the answer was whole."""
    TLS = "tls"
    """No handshake, or a certificate that is not acceptable."""
    PROTOCOL = "protocol"
    """An answer that is none in this protocol."""
    STATUS = "status"
    """An answer that says no (HTTP status, SMTP reply, DNS rcode)."""
    CONTENT = "content"
    """The answer is well-formed, but not what is expected."""
    NAME = "name"
    """A name that is not resolved."""
    EXIT = "exit"
    """A program ended with a status that means no."""
    VALUE = "value"
    """A number (in a file, of a session) means no."""
    OVERRUN = "overrun"
    """Longer than the overall deadline."""
    UNABLE = "unable"
    """The check could not be made here: no socket, no such interface. Always with verdict ``none``."""
    CRASHED = "crashed"
    """The checker itself raised, or returned nonsense."""


class CheckResult(Record, frozen=True):
    """One answer. ``good(...)``, ``bad(...)`` and ``unable(...)`` make them."""

    verdict: Verdict
    code: Code
    words: str = ""
    """For people: ``status 503 for /health``, ``connection refused``."""
    duration: int = 0
    """Microseconds; 0: core fills in how long :meth:`Checker.check` took."""
    weight: int | None = None
    """The server's weight from now on (``misc_dynamic``); None: as it is."""
    weight_change: int | None = None
    """Added to the configured weight from now on (``FILE_CHECK``); 0: the configured one again. None: as it is."""
    again_after: int | None = None
    """Microseconds until the next call, instead of what the pace says; for checks of several steps."""
    details: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    """What else is worth showing: ``{"status": 200, "certificate_days": 12}``."""


def good(words: str = "", **more: Any) -> CheckResult:
    """It is well."""
    return CheckResult(verdict="good", code=Code.OK, words=words, **more)


def bad(code: Code, words: str, **more: Any) -> CheckResult:
    """It is not, and this is what was seen."""
    return CheckResult(verdict="bad", code=code, words=words, **more)


def unable(words: str) -> CheckResult:
    """Nothing can be said: the check could not be made. Tried again, counted as nothing."""
    return CheckResult(verdict="none", code=Code.UNABLE, words=words)


class CheckError(Exception):
    """Ends a check from wherever it is noticed: :attr:`result` is the check's result, no fault of the checker."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(result.words)
        self.result = result


class ScriptEnd(Record, frozen=True):
    """How a program ended."""

    status: int | None
    """Exit status; None if a signal ended it, or it could not be started."""
    signal: int | None = None
    timed_out: bool = False
    problem: str = ""
    """Why it could not be started."""


class Surroundings(Protocol):
    """What core lends to a checker."""

    async def run_script(self, call: ScriptCall, limit: int) -> ScriptEnd:
        """Run a program as its user, without a fork of this process.

        After ``limit`` (microseconds) its whole process group is ended: SIGTERM, and SIGKILL 2 s later.
        """

    def tls_context(self, key: tuple[object, ...], make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        """One context for each distinct setting, shared by all checkers (each costs up to 0.8 MB)."""

    def watch_value(self, kind: Literal["file", "bfd"], name: str, report: Callable[[int | None], None]) -> object:
        """Be told a value now and at every change, until the returned object is garbage.

        Of a tracked file its number, of a BFD session 1 (up) or 0 (down); None: not known.
        """

    def say(self, level: Literal["debug", "info", "warning", "error"], words: str) -> None:
        """A log line of this checker."""


O = TypeVar("O", bound=Record | None)  # noqa: E741 - the options


class Checker(ABC, Generic[O]):
    """A kind of checker. The class has the declaration, each object is one probe."""

    contract: ClassVar[int]
    """The version of this contract that the class was written for: state it as a number."""
    declaration: ClassVar[Any]
    """A :class:`standfast.api.CheckerType`: the block and its keyword, options, defaults."""
    longest: int | None = None
    """Microseconds that one check may take, where the checker has a time-out of its own. What takes much longer is
    given up; None: ten times `delay_loop`, and at least a minute."""

    def __init__(self, options: O, target: Target | None, surroundings: Surroundings) -> None:
        self.options = options
        self.target = target
        self.surroundings = surroundings

    @abstractmethod
    async def check(self) -> CheckResult:
        """Look once. May raise what it likes; core makes a result of it and names the checker. May be cancelled."""


class WatchingChecker(Checker[O]):
    """A checker without a timer: it hears of changes instead of asking."""

    @abstractmethod
    async def watch(self, report: Callable[[CheckResult], None]) -> None:
        """Report what is seen now and every change, until cancelled."""
