"""From whatever a checker does to a result: what it returns, what it raises, and how long it takes."""

from __future__ import annotations

import errno
import socket
from typing import Any, Final

import trio
from msgspec import structs

from standfast.contract.checking import CheckResult, Code, bad, unable

_BY_ERRNO: Final = {
    errno.ECONNREFUSED: Code.REFUSED,
    errno.EHOSTUNREACH: Code.UNREACHABLE,
    errno.ENETUNREACH: Code.UNREACHABLE,
    errno.EHOSTDOWN: Code.UNREACHABLE,
    errno.ETIMEDOUT: Code.TIMEOUT,
    errno.ECONNRESET: Code.RESET,
    errno.EPIPE: Code.RESET,
    errno.ECONNABORTED: Code.RESET,
}

_OURS: Final = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.ENODEV,
     errno.EACCES, errno.EPERM, errno.EAGAIN, errno.EINVAL}
)  # fmt: skip
"""Errors on this side: nothing was learned about the other one."""


def from_error(error: BaseException) -> tuple[CheckResult, str]:
    """The result that an exception stands for, and in words what is wrong with the checker (empty: nothing)."""
    said = getattr(error, "result", None)
    if isinstance(said, CheckResult):  # CheckError: the checker's own way to end early
        return said, ""
    if isinstance(error, trio.TooSlowError | TimeoutError):
        return bad(Code.TIMEOUT, "no answer in time"), ""
    if isinstance(error, socket.gaierror):
        return bad(Code.NAME, f"name not resolved: {error.strerror}"), ""
    if isinstance(error, OSError):
        return _of_system(error), ""
    if isinstance(error, trio.BrokenResourceError):
        return bad(Code.RESET, "the connection broke"), ""
    words = f"{type(error).__name__}: {error}"
    return CheckResult(verdict="none", code=Code.CRASHED, words=f"the checker raised {words}"), f"raised {words}"


def _of_system(error: OSError) -> CheckResult:
    import ssl

    words = error.strerror or str(error)
    if isinstance(error, ssl.SSLError):
        return bad(Code.TLS, words)
    if error.errno in _OURS:
        return unable(words)
    return bad(_BY_ERRNO.get(error.errno or 0, Code.UNREACHABLE), words)


def from_return(returned: object) -> tuple[CheckResult, str]:
    """The same for what a checker returned."""
    if isinstance(returned, CheckResult):
        problem = _nonsense(returned)
        if not problem:
            return returned, ""
    else:
        problem = f"returned {returned!r:.80}, which is no CheckResult"
    return CheckResult(verdict="none", code=Code.CRASHED, words=f"the checker {problem}"), problem


def _nonsense(result: Any) -> str:
    """Why this cannot be; the fields of a record are not checked when it is made."""
    if result.verdict not in ("good", "bad", "none"):
        return f"returned the verdict {result.verdict!r:.40}"
    if not isinstance(result.code, Code):
        return f"returned the code {result.code!r:.40}"
    for name in ("weight", "weight_change", "again_after"):
        value = getattr(result, name)
        if value is not None and not (isinstance(value, int) and abs(value) < 2**63):
            return f"returned {value!r:.40} as {name}"
    if result.again_after is not None and result.again_after < 0:
        return "wants to look again in the past"
    return ""


def timed(result: CheckResult, duration: int) -> CheckResult:
    """With how long it took, if the checker did not say."""
    return result if result.duration else structs.replace(result, duration=max(duration, 1))
