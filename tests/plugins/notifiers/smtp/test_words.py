"""Every mail that keepalived writes, word by word."""

from __future__ import annotations

import pytest

from standfast.api import (
    CheckChange,
    DaemonChange,
    GroupTransition,
    Notice,
    QuorumChange,
    ServerChange,
    TrackerChange,
    Transition,
)
from standfast_notifiers.smtp.words import LONGEST_BODY, LONGEST_SUBJECT, many, one

RS, VS = "[10.0.0.1]:tcp:80", "[192.0.2.10]:tcp:80"


def instance(new):
    return Transition(at=0, instance="VI_1", old="INIT", new=new, priority=100, cause="x")


def group(new):
    return GroupTransition(at=0, group="VG_1", old="INIT", new=new, cause="x")


def check(kind, up, words="", server_up=None):
    state = up if server_up is None else server_up
    line = f"RS {RS} {VS} {'UP' if state else 'DOWN'}"
    return CheckChange(
        at=0, service="w", server="s", checker=kind, number=0, up=up, server_up=state, words=words, line=line
    )


def server(up, cause, checker=""):
    line = f"RS {RS} FWM 7 {'UP' if up else 'DOWN'}"
    return ServerChange(at=0, service="w", server="s", up=up, weight=1, cause=cause, checker=checker, line=line)


def quorum(up, cause="", weight=2, hysteresis=0):
    line = f"VS {VS} {'UP' if up else 'DOWN'}"
    return QuorumChange(
        at=0, service="w", up=up, weight=weight, quorum=1, sorry=False, cause=cause, hysteresis=hysteresis, line=line
    )


def sent(event):
    words = one(Notice(sequence=1, wall=0, host="lb-a", event=event))
    return words.subject, words.body


@pytest.mark.parametrize(
    ("event", "subject", "body"),
    [
        (
            instance("MASTER"),
            "VRRP Instance VI_1 - Entering MASTER state",
            "VRRP Instance is now owning VRRP VIPs",
        ),
        (
            instance("BACKUP"),
            "VRRP Instance VI_1 - Entering BACKUP state",
            "VRRP Instance is no longer owning VRRP VIPs",
        ),
        (
            instance("FAULT"),
            "VRRP Instance VI_1 - Entering FAULT state",
            "VRRP Instance is no longer owning VRRP VIPs",
        ),
        (instance("STOP"), "VRRP Instance VI_1 - Stopping", "VRRP Instance stopping"),
        (instance("DELETED"), "VRRP Instance VI_1 - Deleted", "VRRP Deleted at reload"),
        (
            group("MASTER"),
            "VRRP Group VG_1 - Entering MASTER state",
            "All VRRP group instances are now in MASTER state",
        ),
        (group("STOP"), "VRRP Group VG_1 - Stopping", "All VRRP group instances are now stopping"),
        (check("TCP_CHECK", True), f"Realserver {RS} of virtual server {VS} - UP", "TCP CHECK succeed on service"),
        (
            check("TCP_CHECK", True, server_up=False),  # another check still fails
            f"Realserver {RS} of virtual server {VS} - DOWN",
            "TCP CHECK succeed on service",
        ),
        (server(False, "shutting down"), f"Realserver {RS} of virtual server FWM 7 - DOWN", "Shutting down"),
        (server(False, "removed by a reload"), f"Realserver {RS} of virtual server FWM 7 - DOWN", "Removing"),
        (
            server(False, "TCP_CHECK: refused", "TCP_CHECK"),
            f"Realserver {RS} of virtual server FWM 7 - DOWN",
            "TCP CHECK failed on service",
        ),
        (quorum(True, hysteresis=1), f"Virtualserver {VS} - UP", "Gained quorum 1+1=2 <= 2"),
        (quorum(False, weight=1, hysteresis=1), f"Virtualserver {VS} - DOWN", "Lost quorum 1+1=0 <= 1"),
        (quorum(False, weight=0), f"Virtualserver {VS} - DOWN", "Lost quorum 1+0=1 <= 0"),
        (
            quorum(True, "starting with quorum up: x"),
            f"Virtualserver {VS} - UP",
            "Starting with quorum up 1+0=1 <= 2",
        ),
        (
            quorum(False, "starting with quorum down: x", 0),
            f"Virtualserver {VS} - DOWN",
            "Starting with quorum down 1+0=1 <= 0",
        ),
        (quorum(False, "shutting down"), f"Virtualserver {VS} - DOWN", "Shutting down"),
        (DaemonChange(at=0, what="test", words="is it there?"), "standfast - Test", "is it there?"),
        (
            TrackerChange(at=0, kind="file", name="x", good=True, words=""),
            "standfast - vrrp.tracker",
            "vrrp.tracker",
        ),
    ],
)
def test_subject_and_body(event, subject, body):
    assert sent(event) == (f"[lb-a] {subject}", f"=> {body} <=")


@pytest.mark.parametrize(
    ("kind", "words", "up", "down"),
    [
        ("UDP_CHECK", "x", "UDP CHECK succeed on service", "UDP CHECK failed on service"),
        ("PING_CHECK", "x", "ICMP CHECK succeed on service", "ICMP CHECK failed on service"),
        ("HTTP_GET", "x", "CHECK succeed on service", "CHECK failed on service : HTTP/SSL request failed"),
        ("SSL_GET", "x", "CHECK succeed on service", "CHECK failed on service : HTTP/SSL request failed"),
        ("SMTP_CHECK", "no greeting", "CHECK succeed on service", "CHECK failed on service : no greeting"),
        ("DNS_CHECK", "x", "DNS_CHECK: succeed on service", "DNS_CHECK: failed on service"),
        ("MISC_CHECK", "exit status 1", "MISC CHECK succeeded on service", "MISC CHECK failed on service"),
        (
            "MISC_CHECK",
            "not done within 1 s, ended by force",
            "MISC CHECK succeeded on service",
            "MISC CHECK timed out on service",
        ),
        ("BFD_CHECK", "session p1 x", "BFD CHECK p1 succeeded on service", "BFD CHECK p1 failed on service"),
        ("LDAP_CHECK", "no bind", "LDAP_CHECK succeeded on service", "LDAP_CHECK failed on service : no bind"),
    ],
)
def test_bodies_of_checkers(kind, words, up, down):
    assert [sent(check(kind, good, words))[1] for good in (True, False)] == [f"=> {up} <=", f"=> {down} <="]


def test_limits():
    _, body = sent(server(False, "x" * 999))
    assert (len(body), body[:3]) == (LONGEST_BODY, "=> ")
    assert len(sent(Transition(at=0, instance="V" * 999, old="INIT", new="STOP", priority=1, cause=""))[0]) == (
        LONGEST_SUBJECT
    )


def test_a_digest():
    notices = tuple(
        Notice(sequence=n, wall=0, host="lb-a", event=instance(s)) for n, s in enumerate(("BACKUP", "MASTER"))
    )
    words = many(notices, ("10:00:00", "10:00:05"))
    assert words.subject == "[lb-a] 2 changes, the last: VRRP Instance VI_1 - Entering MASTER state"
    assert words.body.splitlines()[:2] == [
        "10:00:00  VRRP Instance VI_1 - Entering BACKUP state",
        "    => VRRP Instance is no longer owning VRRP VIPs <=",
    ]
