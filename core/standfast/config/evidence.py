"""What `check_before_master` asks, once it is known which checks are made, and how long each may take to say no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import structs

from standfast.config.evidence_entries import EvidenceLine
from standfast.config.findings import Findings
from standfast.config.health_model import TrackedCheck
from standfast.config.model import Config, VrrpInstance
from standfast.config.settings import Settings
from standfast.config.tracking import EVIDENCE
from standfast.config.tree import Statement
from standfast.values import seconds

_LOOKS = 2
"""In the worst case one is under way when the question comes, and a look that began before it is no answer."""


def settle_evidence(settings: Settings, config: Config, checks: Sequence[TrackedCheck], findings: Findings) -> Config:
    """Ask nobody for a check that is not made (what is wrong with it has been said), nor expect what comes too late."""
    made = {check.name: check for check in checks}
    strict = {policy.name for policy in config.checks if policy.on_silence == "fail"}
    for at, line in _lines(settings):
        check = made.get(line.name)
        if check is not None and not line.reverse and line.name not in strict:
            _say_if_late(at, line, check, findings)
    return structs.replace(config, instances=tuple(_asking(each, made) for each in config.instances))


def _lines(settings: Settings) -> Iterator[tuple[Statement, EvidenceLine]]:
    for block in settings.blocks.get("vrrp_instance", ()):
        for value in block.all(EVIDENCE):
            yield value.statement, value.value


def _say_if_late(at: Statement, line: EvidenceLine, check: TrackedCheck, findings: Findings) -> None:
    longest = check.pace.deadline or (check.target.connect_timeout if check.target is not None else 0)
    if check.watches or _LOOKS * longest <= line.within:
        return
    message = (
        f"`{line.name}` may take {seconds(longest)} to find that nobody answers, and is waited for "
        f"{seconds(line.within)}: then it does not count, and its instance takes over"
    )
    hint = f"`connect_timeout {line.within / 2_500_000:g}` in the check, a longer `within`, or `on_silence fail`"
    findings.warning("SF4116", at, message, hint=hint)


def _asking(instance: VrrpInstance, made: Mapping[str, TrackedCheck]) -> VrrpInstance:
    left = tuple(each for each in instance.evidence if each.name in made)
    return instance if left == instance.evidence else structs.replace(instance, evidence=left)
