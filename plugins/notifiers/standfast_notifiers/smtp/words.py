"""Subjects and bodies, in keepalived's words: people have filters for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from standfast.api import (
    CheckChange,
    DaemonChange,
    Event,
    GroupTransition,
    Notice,
    QuorumChange,
    ServerChange,
    Transition,
)

LONGEST_SUBJECT = 255
LONGEST_BODY = 511
"""Characters, of a mail about one change."""


@dataclass(frozen=True, slots=True)
class Words:
    """Of one change."""

    subject: str
    """Without the host in brackets."""
    body: str


def words_of(event: Event) -> Words:
    """What a mail about this says."""
    if isinstance(event, Transition):
        return _instance(event)
    if isinstance(event, GroupTransition):
        return _group(event)
    if isinstance(event, ServerChange | CheckChange):
        return _server(event)
    if isinstance(event, QuorumChange):
        return _quorum(event)
    if isinstance(event, DaemonChange):
        return Words(f"standfast - {event.what.capitalize()}", f"=> {event.words or event.what} <=")
    kind = type(event).__struct_config__.tag
    return Words(f"standfast - {kind}", f"=> {kind} <=")


def _instance(event: Transition) -> Words:
    name = f"VRRP Instance {event.instance}"
    if event.new == "STOP":
        return Words(f"{name} - Stopping", "=> VRRP Instance stopping <=")
    if event.new == "DELETED":
        return Words(f"{name} - Deleted", "=> VRRP Deleted at reload <=")
    owning = "now" if event.new == "MASTER" else "no longer"
    return Words(f"{name} - Entering {event.new} state", f"=> VRRP Instance is {owning} owning VRRP VIPs <=")


def _group(event: GroupTransition) -> Words:
    name = f"VRRP Group {event.group}"
    if event.new == "STOP":
        return Words(f"{name} - Stopping", "=> All VRRP group instances are now stopping <=")
    body = f"=> All VRRP group instances are now in {event.new} state <="
    return Words(f"{name} - Entering {event.new} state", body)


def _server(event: ServerChange | CheckChange) -> Words:
    server_up = event.server_up if isinstance(event, CheckChange) else event.up
    server, service = _labels(event)
    state = "UP" if server_up else "DOWN"
    return Words(f"Realserver {server} of virtual server {service} - {state}", f"=> {_reason(event)} <=")


def _labels(event: ServerChange | CheckChange) -> tuple[str, str]:
    """As in lines for pipes: ``RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 UP``."""
    parts = event.line.split(" ")
    return (parts[1], " ".join(parts[2:-1])) if len(parts) > 3 else (event.server, event.service)


_ENDS = {"shutting down": "Shutting down", "removed by a reload": "Removing"}

_PLAIN = {
    "TCP_CHECK": ("TCP CHECK succeed on service", "TCP CHECK failed on service"),
    "UDP_CHECK": ("UDP CHECK succeed on service", "UDP CHECK failed on service"),
    "PING_CHECK": ("ICMP CHECK succeed on service", "ICMP CHECK failed on service"),
    "HTTP_GET": ("CHECK succeed on service", "CHECK failed on service : HTTP/SSL request failed"),
    "SSL_GET": ("CHECK succeed on service", "CHECK failed on service : HTTP/SSL request failed"),
    "SMTP_CHECK": ("CHECK succeed on service", "CHECK failed on service : {words}"),
    "DNS_CHECK": ("DNS_CHECK: succeed on service", "DNS_CHECK: failed on service"),
    "MISC_CHECK": ("MISC CHECK succeeded on service", "MISC CHECK failed on service"),
    "BFD_CHECK": ("BFD CHECK {words} succeeded on service", "BFD CHECK {words} failed on service"),
}


def _reason(event: ServerChange | CheckChange) -> str:
    if isinstance(event, ServerChange):
        kind, _, seen = event.cause.partition(": ")
        if not event.checker:
            return _ENDS.get(event.cause, event.cause)
        return _of_checker(event.checker, event.up, seen if kind == event.checker else event.cause)
    return _of_checker(event.checker, event.up, event.words)


def _of_checker(kind: str, up: bool, seen: str) -> str:
    if kind == "MISC_CHECK" and not up and seen.startswith("not done within"):
        return "MISC CHECK timed out on service"
    if kind == "BFD_CHECK":  # ``session NAME up``
        seen = seen.split(" ")[1] if seen.count(" ") > 1 else seen
    good, bad = _PLAIN.get(kind, (f"{kind} succeeded on service", f"{kind} failed on service : {{words}}"))
    return (good if up else bad).replace("{words}", seen)


def _quorum(event: QuorumChange) -> Words:
    """Signs and sums as keepalived has them: `Lost quorum 3+1=2 <= 1`, which its log has as `3-1=2 > 1`."""
    subject = f"Virtualserver {_service(event)} - {'UP' if event.up else 'DOWN'}"
    if event.cause in _ENDS:
        return Words(subject, f"=> {_ENDS[event.cause]} <=")
    text = "Gained quorum" if event.up else "Lost quorum"
    if event.cause.startswith("starting with quorum"):
        text = f"Starting with quorum {'up' if event.up else 'down'}"
    total = event.quorum - event.hysteresis if text == "Lost quorum" else event.quorum + event.hysteresis
    return Words(subject, f"=> {text} {event.quorum}+{event.hysteresis}={total} <= {event.weight} <=")


def _service(event: QuorumChange) -> str:
    parts = event.line.split(" ")
    return " ".join(parts[1:-1]) if len(parts) > 2 else event.service


def one(notice: Notice) -> Words:
    """A mail about one change."""
    words = words_of(notice.event)
    body = words.body[:LONGEST_BODY]
    return Words(f"[{notice.host}] {words.subject}"[:LONGEST_SUBJECT], body)


def many(notices: tuple[Notice, ...], times: tuple[str, ...]) -> Words:
    """A mail about several: ``times`` says when each was, for people."""
    last = notices[-1]
    subject = f"[{last.host}] {len(notices)} changes, the last: {words_of(last.event).subject}"
    parts = []
    for notice, time in zip(notices, times, strict=True):
        words = words_of(notice.event)
        parts.append(f"{time}  {words.subject}\n    {words.body}")
    return Words(subject[:LONGEST_SUBJECT], "\n".join(parts))
