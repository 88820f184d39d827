"""What happens here is heard there: mail as keepalived writes it, and a webhook, from a real daemon's transitions."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from harness.config import VIP, global_defs, instance
from harness.mailbox import mailbox, shown
from harness.network import Net, eventually
from harness.pairings import ours_alone

from standfast.lab.lab import Host


def listening(host: Host) -> socket.socket:
    """A socket that listens inside the host's namespace, on a port that the kernel chooses."""
    with host.namespace.entered():
        return socket.create_server((host.address, 0))


@contextmanager
def receiver(host: Host) -> Iterator[tuple[int, list[dict]]]:
    """A server that takes CloudEvents."""
    events: list[dict] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    sock = listening(host)
    server = HTTPServer(sock.getsockname(), Takes, bind_and_activate=False)
    server.socket.close()
    server.socket = sock
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield sock.getsockname()[1], events
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def expected(subject: str, body: str) -> list[str]:
    return [
        "Date: ",
        "From: lb@example.com",
        f"Subject: [lb-a] VRRP Instance VI_1 - {subject}",
        "X-Mailer: Keepalived",
        "To: ops@example.com",
        "",
        f"=> {body} <=",
    ]


NOT = "VRRP Instance is no longer owning VRRP VIPs"
NOW = "VRRP Instance is now owning VRRP VIPs"


def mail_settings(host: Host, port: int) -> str:
    return global_defs(
        "router_id lb-a",
        f"smtp_server {host.address} {port}",
        "notification_email_from lb@example.com",
        "notification_email {\n    ops@example.com\n}",
    )


def test_s75_every_transition_is_mailed_in_these_words(solo: Net):
    with mailbox(solo.a.namespace, solo.a.address) as (port, mails):
        daemon = solo.start(solo.a, mail_settings(solo.a, port) + instance("smtp_alert", priority=100))
        assert solo.a.wait_address(VIP), solo.logs()
        wanted = [expected("Entering BACKUP state", NOT), expected("Entering MASTER state", NOW)]
        # keepalived may send two mails at once; which arrives first is chance
        eventually(lambda: sorted(map(shown, mails)) == sorted(wanted), 30, lambda: f"{mails}\n{solo.logs()}")
        daemon.stop()
        if not solo.is_keepalived(solo.a):  # keepalived ends before its last mail is sent
            wanted.append(expected("Stopping", "VRRP Instance stopping"))
            eventually(lambda: list(map(shown, mails)) == wanted, 30, lambda: f"{mails}\n{solo.logs()}")


@ours_alone
def test_a_webhook_hears_from_start_to_stop_in_order(solo: Net):
    with receiver(solo.a) as (port, events):
        hook = f"webhook ops {{\n    url http://{solo.a.address}:{port}/events\n}}\n"
        daemon = solo.start(solo.a, hook + global_defs("router_id lb-a") + instance())
        assert solo.a.wait_address(VIP), solo.logs()

        def states() -> list[str]:
            return [event["data"]["state"] for event in events]

        eventually(lambda: states()[-1:] == ["MASTER"], 30, lambda: f"{events}\n{solo.logs()}")
        daemon.stop()
        eventually(lambda: "STOP" in states(), 30, lambda: f"{events}\n{solo.logs()}")
    assert states()[0] == "started"
    order = [state for state in states() if state in ("BACKUP", "MASTER", "STOP")]
    assert order == ["BACKUP", "MASTER", "STOP"]
    numbers = [event["sequence"] for event in events]
    assert numbers == sorted(set(numbers))
    assert {event["source"] for event in events} == {"/standfast/lb-a"}
