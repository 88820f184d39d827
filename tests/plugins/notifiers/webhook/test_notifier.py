"""A webhook whose receiver is slow, dead, refuses, answers 500, and is back."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
import trio
from msgspec import structs

from standfast.api import MILLISECOND, SECOND, Notice, PriorityChange, Secret, Transition
from standfast.health.delivery import Delivery
from standfast.health.target import Target
from standfast.testing import check_notifier
from standfast.testing.servers import page, tcp_server
from standfast_notifiers.webhook.notifier import WebhookNotifier
from standfast_notifiers.webhook.options import HttpOptions, WebhookOptions


class Receiver:
    """Reads whole requests; answers as told, then well."""

    def __init__(self) -> None:
        self.answers: list[bytes | str] = []
        self.got: list[dict] = []
        self.requests: list[tuple[str, bytes]] = []

    async def __call__(self, stream) -> None:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                piece = await stream.receive_some()
                if not piece:
                    return
                data += piece
            head, _, rest = data.partition(b"\r\n\r\n")
            length = int(
                next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1]
            )
            while len(rest) < length:
                rest += await stream.receive_some()
            body, data = rest[:length], rest[length:]
            answer = self.answers.pop(0) if self.answers else page(b"", 200)
            if answer == "hang":
                await trio.sleep_forever()
            if answer.startswith(b"HTTP/1.1 2"):
                self.requests.append((head.decode(), body))
                self.got.append(json.loads(body))
            await stream.send_all(answer)

    def states(self) -> list[str]:
        return [each["data"]["state"] for each in self.got]


def options(port: int, *, timeout: int = 60 * SECOND, **more) -> WebhookOptions:
    http = HttpOptions(timeout=timeout)
    return WebhookOptions(url=Secret(text=f"http://127.0.0.1:{port}/hook"), http=http, **more)


def state(new: str):
    return Transition(at=0, instance="VI", old="INIT", new=new, priority=100, cause="x")


def target(nursery, port: int, **more) -> Target:
    notifier = WebhookNotifier(options(port, **more))
    manner = structs.replace(notifier.manner, first_pause=20 * MILLISECOND)
    made = Target(
        "webhook", "x", b"", notifier, Delivery(manner, "lb-a", lambda: 0.0), lambda words: None, lambda: None
    )
    nursery.start_soon(made.run)
    return made


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.005)


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [page(b"oops", 500)] * 3,
        [page(b"", 503, "Retry-After: 0\r\n")],
        ["hang"],
        [b"nonsense\r\n\r\n"],
        [page(b"", 404), page(b"", 500), "hang"],
    ],
)
async def test_however_the_receiver_was_it_ends_with_the_truth_in_order(nursery, answers):
    receiver = Receiver()
    receiver.answers = list(answers)
    patience = {"timeout": SECOND} if "hang" in answers else {}
    async with tcp_server(receiver) as server:
        one = target(nursery, server.port, **patience)
        for new in ("BACKUP", "MASTER", "FAULT"):
            one.put(state(new))
        await until(lambda: one.idle)
        one.retire()
        await trio.testing.wait_all_tasks_blocked()
    assert receiver.states() == ["BACKUP", "MASTER", "FAULT"]
    numbers = [each["sequence"] for each in receiver.got]
    assert numbers == sorted(set(numbers))


async def test_a_receiver_that_was_dead(nursery):
    spare = trio.socket.socket()
    await spare.bind(("127.0.0.1", 0))
    port = spare.getsockname()[1]
    one = target(nursery, port)
    one.put(state("BACKUP"))
    await until(lambda: one.delivery.failures >= 2)
    one.put(state("MASTER"))
    spare.close()
    receiver = Receiver()
    async with tcp_server(receiver, port=port):
        await until(lambda: one.idle)
        one.retire()
        await trio.testing.wait_all_tasks_blocked()
    assert receiver.states()[-1] == "MASTER"
    assert one.delivery.wants_replay


async def test_what_is_refused_for_good_does_not_hold_up_the_next(nursery):
    receiver = Receiver()
    receiver.answers = [page(b"bad schema", 422)]
    async with tcp_server(receiver) as server:
        one = target(nursery, server.port)
        one.put(state("BACKUP"))
        one.put(state("MASTER"))
        await until(lambda: one.idle)
        one.retire()
        await trio.testing.wait_all_tasks_blocked()
    assert receiver.states() == ["MASTER"]
    assert receiver.got[0]["data"]["dropped"] == 1


async def test_a_signature_that_the_receiver_can_check():
    receiver = Receiver()
    async with tcp_server(receiver) as server:
        notifier = WebhookNotifier(options(server.port, hmac=Secret(text="hunter2")))
        await notifier.deliver([Notice(sequence=1, wall=0, host="h", event=state("MASTER"))])
        await notifier.close()
    ((head, body),) = receiver.requests
    expected = hmac.new(b"hunter2", body, hashlib.sha256).hexdigest()
    assert f"X-Standfast-Signature-256: sha256={expected}" in head
    assert "Content-Type: application/cloudevents+json" in head


async def test_it_keeps_the_contract():
    async with tcp_server(Receiver()) as server:
        await check_notifier(lambda: WebhookNotifier(options(server.port)))


def test_what_it_wants_and_how_it_is_treated():
    notifier = WebhookNotifier(options(1, template="alertmanager"))
    assert notifier.wants(state("MASTER"))
    assert not notifier.wants(PriorityChange(at=0, instance="VI", old=1, new=2, state="BACKUP", cause=""))
    assert notifier.manner.refresh == 60 * SECOND


def test_secrets_that_are_not_there_are_said():
    with pytest.raises(ValueError, match="cannot read /none"):
        WebhookNotifier(WebhookOptions(url=Secret(file="/none")))
