"""The whole daemon claims addresses of a cloud: as long as it is MASTER, whatever the cloud says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.config import VIP, global_defs, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone

from standfast.lab.lab import Host


class Cloud:
    """Who has the address, what it was asked, and whether it is well."""

    def __init__(self) -> None:
        self.owner = "nobody"
        self.claims: list[dict] = []
        self.looks = 0
        self.ill = False
        self.url = ""

    def block(self, interval: int) -> str:
        lines = ["instance VI_1", f"claim_url {self.url}/assign", f"verify_url {self.url}/ip", "verify_json owner lb-a"]
        return "address_webhook floating {\n" + "\n".join([*lines, f"interval {interval}", "timeout 2"]) + "\n}\n"


@contextmanager
def cloud(host: Host) -> Iterator[Cloud]:
    """On a host's own address, on a port that the kernel chooses."""
    made = Cloud()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            claim = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not made.ill:
                made.owner = claim["host"]
            made.claims.append(claim)
            self.answer()

        def do_GET(self) -> None:
            made.looks += 1
            self.answer()

        def answer(self) -> None:
            body = json.dumps({"owner": made.owner}).encode()
            self.send_response(500 if made.ill else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with host.namespace.entered():
        server = ThreadingHTTPServer((host.address, 0), Answers)
    made.url = f"http://{host.address}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def state(daemon) -> str:
    (provider,) = daemon.status()["providers"]
    return str(provider["state"])


def until(daemon, condition, what: str) -> None:
    eventually(condition, 30, lambda: f"not so: {what}\n{daemon.status()['providers']}\n{daemon.log}")


@ours_alone
def test_claimed_looked_after_and_claimed_again_and_no_error_is_a_fail_over(solo: Net):
    with cloud(solo.c) as there:
        config = global_defs("router_id lb-a") + there.block(interval=1) + instance(priority=150)
        daemon = solo.start_master(solo.a, config)
        until(daemon, lambda: state(daemon) == "held", "held")
        assert there.claims == [{"instance": "VI_1", "host": "lb-a", "addresses": [f"{VIP}/24"]}]
        assert there.looks >= 1
        # Somebody else has it: seen at the next look, and claimed again.
        there.owner = "lb-b"
        until(daemon, lambda: there.owner == "lb-a", "claimed again")
        # The cloud is ill: nothing of that reaches VRRP.
        there.ill, there.owner = True, "lb-b"
        until(daemon, lambda: state(daemon) == "failing", "failing")
        solo.steady(solo.adverts_during(solo.a, 2), 0.1)
        assert daemon.instance()["state"] == "MASTER"
        assert "address_webhook floating" in daemon.tell("status")
        assert "answered 500" in daemon.tell("status")
        there.ill = False
        until(daemon, lambda: state(daemon) == "held" and there.owner == "lb-a", "held again")
        # MASTER no longer: nothing is claimed any more, whoever has it.
        with solo.speaking(0.05, priority=200):
            until(daemon, lambda: state(daemon) == "idle", "idle")
            there.owner, before = "lb-c", len(there.claims)
            solo.adverts_during(solo.a, 2)
            assert (there.owner, len(there.claims)) == ("lb-c", before)


@ours_alone
def test_a_master_of_lower_priority_has_it_claimed_at_once(solo: Net):
    with cloud(solo.c) as there:
        config = global_defs("router_id lb-a") + there.block(interval=3600) + instance(priority=150)
        daemon = solo.start_master(solo.a, config)
        until(daemon, lambda: state(daemon) == "held", "held")
        solo.inject(priority=100)
        until(daemon, lambda: len(there.claims) == 2, "claimed again, an hour before its time")


@ours_alone
def test_an_instance_without_addresses_has_one_claimed_all_the_same(solo: Net):
    with cloud(solo.c) as there:
        bare = instance("no_virtual_ipaddress", priority=150, vips=())
        daemon = solo.start(solo.a, global_defs("router_id lb-a") + there.block(interval=1) + bare)
        until(daemon, lambda: state(daemon) == "held", "held")
        assert there.claims[0] == {"instance": "VI_1", "host": "lb-a", "addresses": []}
        daemon.stop()
