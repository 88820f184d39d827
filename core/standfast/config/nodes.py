"""What must agree and what must differ between the machines of a virtual router.

Pure: loaded configurations in, diagnostics out, each with the place on this machine and on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import standfast.config.codes_nodes  # noqa: F401 - declares its codes
from standfast.config.codes import CODES
from standfast.config.diagnostics import Diagnostic, Frame, Severity, Span
from standfast.config.matching import Group, Member, Node, groups
from standfast.config.model import VrrpInstance
from standfast.config.tree import Statement
from standfast.values import seconds


def compare(nodes: Sequence[Node]) -> list[Diagnostic]:
    """Everything that does not fit together."""
    found: list[Diagnostic] = []
    for node in nodes:
        if node.loaded.config is None:
            stop = node.loaded.stops[0]
            message = f"{node.name}: nothing starts with this file, so it is not compared: {stop.message}"
            found.append(Diagnostic("error", "SF5516", stop.span, message, stop.hint, stop.source_line, stop.via))
    able = [node for node in nodes if node.loaded.config is not None]
    routers = groups(able)
    for group in routers:
        found += _alone(group, able)
        for check in CHECKS:
            for number, member in enumerate(group):
                for other in group[:number]:
                    found += check(other, member)
        found += _foreign_peers(group, able)
    found += _sync_groups(routers)
    return found


Check = Callable[[Member, Member], Iterator[Diagnostic]]


def _finding(
    code: str, at: Statement, message: str, hint: str = "", *, other: tuple[str, Statement] | None = None,
    severity: Severity | None = None,
) -> Diagnostic:  # fmt: skip
    via = at.via
    if other is not None:
        name, statement = other
        shown = " ".join(word.text for word in statement.words[:3])
        via = (Frame(f"on {name} `{shown}`", statement.keyword.span), *via)
    span: Span = at.keyword.span
    return Diagnostic(severity or CODES[code].severity, code, span, message, hint, at.source_line, via)


@dataclass(frozen=True, slots=True)
class _Agree:
    """Both must say the same."""

    code: str
    settings: tuple[str, ...]
    """Where to point at."""
    value: Callable[[VrrpInstance], Any]
    why: str
    shown: Callable[[Any], str] = str
    severity: Callable[[VrrpInstance], Severity | None] = lambda _: None

    def __call__(self, one: Member, two: Member) -> Iterator[Diagnostic]:
        first, second = self.value(one.instance), self.value(two.instance)
        if first == second:
            return
        here, there = f"{self.shown(second)} on {two.node.name}", f"{self.shown(first)} on {one.node.name}"
        message = f"{two.instance.name}: `{self.settings[0]}` is {here} and {there}: {self.why}"
        place = (one.node.name, one.at(*self.settings))
        yield _finding(self.code, two.at(*self.settings), message, other=place, severity=self.severity(two.instance))


def _authentication(instance: VrrpInstance) -> tuple[str, bytes] | None:
    return (instance.auth.kind, instance.auth.password) if instance.auth is not None else None


def _only_version_2(instance: VrrpInstance) -> Severity | None:
    return "warning" if instance.version == 3 else None


def _addresses(one: Member, two: Member) -> Iterator[Diagnostic]:
    first = [vip.address for vip in one.instance.vips]
    second = [vip.address for vip in two.instance.vips]
    place = (one.node.name, one.at("virtual_ipaddress"))
    if first == second:
        return
    if sorted(first) == sorted(second):
        message = (
            f"{two.instance.name}: the addresses stand in another order on {two.node.name} than on {one.node.name}"
        )
        yield _finding("SF5504", two.at("virtual_ipaddress"), message, other=place)
        return
    for here, there, missing in ((one, two, set(first) - set(second)), (two, one, set(second) - set(first))):
        if missing:
            names = ", ".join(map(str, sorted(missing)))
            message = f"{two.instance.name}: only {here.node.name} has {names}, {there.node.name} does not"
            yield _finding("SF5503", there.at("virtual_ipaddress"), message, "write the same list on both",
                           other=(here.node.name, here.at("virtual_ipaddress")))  # fmt: skip


def _destination(one: Member, two: Member) -> Iterator[Diagnostic]:
    first, second = _way(one.instance), _way(two.instance)
    if first != second:
        message = (
            f"{two.instance.name}: {two.node.name} sends to {second}, {one.node.name} to {first}: they do not hear "
            "each other, and both become MASTER"
        )
        settings = ("unicast_peer", "mcast_dst_ip", "unicast_src_ip")
        yield _finding("SF5507", two.at(*settings), message, other=(one.node.name, one.at(*settings)))


def _way(instance: VrrpInstance) -> str:
    return "unicast peers" if instance.unicast else f"the group {instance.group}"


def _peers(one: Member, two: Member) -> Iterator[Diagnostic]:
    if not (one.instance.unicast and two.instance.unicast):
        return
    for here, there in ((one, two), (two, one)):
        source = there.instance.source
        if source is not None and source not in {peer.address for peer in here.instance.unicast_peers}:
            message = (
                f"{here.instance.name}: {here.node.name} does not list {source}, from which {there.node.name} sends"
            )
            place = (there.node.name, there.at("unicast_src_ip"))
            yield _finding("SF5508", here.at("unicast_peer"), message, f"add `{source}` to `unicast_peer`", other=place)


def _sources(one: Member, two: Member) -> Iterator[Diagnostic]:
    source = two.instance.source
    if source is not None and source == one.instance.source:
        settings = ("unicast_src_ip", "mcast_src_ip")
        message = f"{two.instance.name}: {one.node.name} and {two.node.name} both send from {source}"
        yield _finding("SF5513", two.at(*settings), message, other=(one.node.name, one.at(*settings)))


def _priorities(one: Member, two: Member) -> Iterator[Diagnostic]:
    priority = two.instance.priority
    if priority != one.instance.priority:
        return
    place = (one.node.name, one.at("priority", "state"))
    if priority == 255:
        message = (
            f"{two.instance.name}: {one.node.name} and {two.node.name} both own the addresses: neither ever yields"
        )
        yield _finding("SF5509", two.at("priority", "state"), message, "write 255 on one machine only", other=place,
                       severity="error")  # fmt: skip
        return
    message = f"{two.instance.name}: {one.node.name} and {two.node.name} both have priority {priority}"
    yield _finding("SF5509", two.at("priority", "state"), message, "give each machine its own", other=place)


def _preemption(one: Member, two: Member) -> Iterator[Diagnostic]:
    for here, there in ((one, two), (two, one)):
        group = there.node.group_of(there.instance)
        trackers = (*there.instance.trackers, *(group.trackers if group else ()))
        lowering = next((tracker for tracker in trackers if tracker.weight), None)
        if here.instance.preempt or lowering is None or here.instance.priority > there.instance.priority:
            continue
        message = (
            f"{here.instance.name}: {here.node.name} has `nopreempt`, so it does not take over when `{lowering.name}` "
            f"lowers the priority of {there.node.name}"
        )
        yield _finding(
            "SF5510", here.at("nopreempt"), message, other=(there.node.name, there.at(f"track_{lowering.kind}"))
        )


CHECKS: tuple[Check, ...] = (
    _Agree("SF5501", ("virtual_router_id",), lambda i: i.vrid, "both become MASTER"),
    _Agree("SF5502", ("version",), lambda i: i.version, "each drops the other's adverts, and both become MASTER"),
    _addresses,
    _Agree("SF5505", ("advert_int",), lambda i: i.advert_interval, "version 2 drops adverts of another interval; "
           "version 3 learns the master's", seconds, _only_version_2),
    _Agree("SF5506", ("authentication",), _authentication, "each drops the other's adverts, and both become MASTER",
           lambda auth: "another one" if auth else "none"),
    _destination,
    _peers,
    _sources,
    _priorities,
    _preemption,
    _Agree("SF5515", ("down_timer_adverts",), lambda i: i.down_timer_adverts, "one waits longer than the other"),
)  # fmt: skip
"""What is asked of every two machines of a virtual router."""


# More than two at a time


def _alone(group: Group, nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    missing = [node.name for node in nodes if all(member.node is not node for member in group)]
    if len(nodes) > 1 and missing:
        member = group[0]
        what = f"virtual router {member.instance.vrid} on {member.instance.interface or member.instance.source}"
        message = f"{member.instance.name}: {', '.join(missing)} has no {what}"
        if len(group) == 1:
            message += ": nobody takes over its addresses"
        yield _finding("SF5512", member.at("virtual_router_id"), message)


def _foreign_peers(group: Group, nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    sources = {member.instance.source for member in group}
    if None in sources or len(group) < len(nodes):
        return
    for member in group:
        for peer in member.instance.unicast_peers:
            if peer.address not in sources:
                message = f"{member.instance.name}: peer {peer.address} is none of the machines given"
                yield _finding("SF5514", member.at("unicast_peer"), message)


def _sync_groups(routers: Sequence[Group]) -> Iterator[Diagnostic]:
    """Two virtual routers that move together on one machine must do so on every machine that has both."""
    for number, group in enumerate(routers):
        for later in routers[number + 1 :]:
            pairs = [(a, b) for a in group for b in later if a.node is b.node]
            joined = [pair for pair in pairs if _together(*pair)]
            apart = [pair for pair in pairs if not _together(*pair)]
            for here, there in apart if joined else ():
                one = joined[0][0]
                name = one.node.group_of(one.instance)
                message = (
                    f"{here.instance.name} and {there.instance.name} are in one sync group on {one.node.name}"
                    f"{f' ({name.name})' if name else ''}, but not on {here.node.name}"
                )
                yield _finding("SF5511", here.at(), message, other=(one.node.name, one.at()))


def _together(one: Member, two: Member) -> bool:
    group = one.node.group_of(one.instance)
    return group is not None and two.instance.name in group.members
