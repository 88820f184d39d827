"""From the blocks that define trackable things to records; one without its essential part is removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from standfast.config.findings import Findings
from standfast.config.script_model import Identity, ScriptCall
from standfast.config.settings import Settings
from standfast.config.track_entries import Weight
from standfast.config.tracking_model import CheckPolicy, TrackedFile, TrackedKind, TrackedProcess, TrackedScript
from standfast.config.tree import Statement
from standfast.values import SECOND


def opening(block: Settings) -> Statement:
    """The line with which a block begins."""
    if block.statement is None:
        raise ValueError("a block has an opening statement")
    return block.statement


def incomplete(block: Settings, keyword: str, what: str, findings: Findings) -> None:
    """Report a block without the keyword that it is about. One that is there but wrong was reported there."""
    if keyword in block.seen:
        return
    at = opening(block)
    message = f"`{at.keyword.text} {block.name}` has no `{keyword}`; it is removed"
    findings.error("SF4101", at, message, hint=f"add a line with `{keyword}` that says {what}")


def identity(own: Identity | None, defaults: Settings) -> Identity:
    """Who runs a program: who is named there, else ``script_user``."""
    chosen: Identity = own if own is not None and own.user else defaults.get("script_user", Identity())
    if defaults.get("set_supplementary_groups", False) and not chosen.supplementary:
        return Identity(user=chosen.user, group=chosen.group, supplementary=True)
    return chosen


def with_user(call: ScriptCall | None, defaults: Settings) -> ScriptCall | None:
    """The program with who runs it filled in."""
    return None if call is None else ScriptCall(argv=call.argv, identity=identity(call.identity, defaults))


def script(block: Settings, defaults: Settings, findings: Findings) -> TrackedScript | None:
    """A ``vrrp_script``."""
    command: ScriptCall | None = block.get("script")
    if command is None:
        incomplete(block, "script", "what to run", findings)
        return None
    interval: int = block.get("interval", SECOND)
    weight: Weight = block.get("weight", Weight(0, False))
    user = identity(block.get("user"), defaults)
    return TrackedScript(
        name=block.name,
        command=ScriptCall(argv=command.argv, identity=user),
        interval=interval,
        timeout=block.get("timeout", interval),
        weight=weight.weight,
        reverse=weight.reverse,
        rise=block.get("rise", 1),
        fall=block.get("fall", 1),
        init_fail=block.get("init_fail", False),
        on_timeout=block.get("on_timeout", "fail"),
    )


def file(block: Settings, _defaults: Settings, findings: Findings) -> TrackedFile | None:
    """A ``track_file``."""
    path = block.get("file")
    if path is None:
        incomplete(block, "file", "which file", findings)
        return None
    weight: Weight = block.get("weight", Weight(1, False))
    start = block.get("init_file")
    return TrackedFile(
        name=block.name,
        path=path,
        weight=weight.weight,
        reverse=weight.reverse,
        initial=None if start is None else start.value,
        overwrite=start is not None and start.overwrite,
    )


def process(block: Settings, _defaults: Settings, findings: Findings) -> TrackedProcess | None:
    """A ``vrrp_track_process``."""
    words: tuple[str, ...] | None = block.get("process")
    if words is None:
        incomplete(block, "process", "which process", findings)
        return None
    weight: Weight = block.get("weight", Weight(0, False))
    delay = block.get("delay", 0)
    least, most = _quorum(block, findings)
    return TrackedProcess(
        name=block.name,
        command=words[0],
        parameters=words[1:],
        match=block.get("param_match", "exact" if len(words) > 1 else "none"),
        full_command=block.get("full_command", False) or len(words) > 1 or "param_match" in block.scalars,
        weight=weight.weight,
        reverse=weight.reverse,
        quorum=least,
        quorum_max=most,
        fork_delay=block.get("fork_delay", delay),
        terminate_delay=block.get("terminate_delay", delay),
    )


def check(block: Settings, _defaults: Settings, findings: Findings) -> CheckPolicy | None:
    """What VRRP knows of a ``vrrp_check``. Every block that stands in one is a checker."""
    if not any(block.blocks.values()):
        at = opening(block)
        message = f"`vrrp_check {block.name}` has no check in it; it is removed"
        findings.error("SF4101", at, message, hint="add a block, such as `TCP_CHECK {` with `connect_port`")
        return None
    weight: Weight = block.get("weight", Weight(0, False))
    return CheckPolicy(
        name=block.name, weight=weight.weight, reverse=weight.reverse, on_silence=block.get("on_silence", "keep")
    )


def _quorum(block: Settings, findings: Findings) -> tuple[int, int | None]:
    """``quorum_max 0`` asks for none at all; otherwise the least number must not be above the largest."""
    least, most = block.get("quorum", 1), block.get("quorum_max")
    if most == 0:
        return 0, 0
    if most is not None and least > most:
        at = block.scalars["quorum_max"].statement
        message = f"`quorum` ({least}) is above `quorum_max` ({most}): no number of processes is right; used: {least}"
        findings.error("SF4110", at, message, hint=f"write `quorum_max {least}` or more")
        return least, least
    return least, most


Define = Callable[[Settings, Settings, Findings], Any]
DEFINES: Mapping[str, tuple[TrackedKind, Define]] = {
    "vrrp_script": ("script", script),
    "track_file": ("file", file),
    "vrrp_track_file": ("file", file),
    "vrrp_track_process": ("process", process),
    "vrrp_check": ("check", check),
}
"""Block -> what it defines, and how it is read."""
