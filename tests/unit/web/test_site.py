from __future__ import annotations

import json
from contextlib import aclosing

import pytest

from standfast.config.health_model import Listener, TokenSource
from standfast.events import Remark
from standfast.values import Address
from standfast.web.exchange import Request
from standfast.web.newsroom import Newsroom
from standfast.web.site import WATCHERS, Site

LOOPBACK = Address.parse("127.0.0.1")
ALL = Listener(address=LOOPBACK, port=80, serves=frozenset(("metrics", "status")))
METRICS = Listener(address=LOOPBACK, port=81, serves=frozenset(("metrics",)))


@pytest.fixture
def site(camera, tmp_path):
    return Site(Newsroom(tmp_path, camera))


def ask(site, path, listener=ALL, method="GET", **headers):
    return site.answer(listener, Request(method, path, {"host": "127.0.0.1"} | headers))


async def test_metrics_in_both_forms(site):
    plain = await ask(site, "/metrics", METRICS)
    assert (plain.status, plain.kind.split(";")[0]) == (200, "text/plain")
    assert b"standfast_up 1.0\n" in plain.body
    other = await ask(site, "/metrics", accept="application/openmetrics-text")
    assert other.kind.startswith("application/openmetrics-text")


async def test_a_listener_for_metrics_gives_nothing_else(site):
    for path in ("/", "/status", "/readyz", "/livez", "/events", "/nothing"):
        assert (await ask(site, path, METRICS)).status == 404


async def test_alive_and_ready(site, camera):
    assert (await ask(site, "/livez")).body == b"alive\n"
    assert (await ask(site, "/readyz")).status == 200
    camera.problems = ("VI_1: MASTER, but gone",)
    site._newsroom._issue = None
    answer = await ask(site, "/readyz")
    assert (answer.status, answer.body) == (503, b"not ready\nVI_1: MASTER, but gone\n")


async def test_status_is_the_document_of_the_command(site, camera):
    answer = await ask(site, "/status")
    assert answer.kind == "application/json"
    assert json.loads(answer.body) == camera.document | {"problems": []}


async def test_the_page(site):
    answer = await ask(site, "/")
    assert answer.body.startswith(b"<!doctype html>")
    assert dict(answer.headers)["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_read_only(site, method):
    import trio

    async def main():
        assert (await ask(site, "/status", method=method)).status == 405

    trio.run(main)


async def test_without_the_token_only_one_word(site, camera):
    site.token = TokenSource(file="/t", value="open-sesame-open")
    camera.problems = ("secret",)
    assert (await ask(site, "/status")).status == 401
    assert (await ask(site, "/nothing")).status == 401
    answer = await ask(site, "/readyz")
    assert (answer.status, answer.body) == (503, b"not ready\n")
    assert (await ask(site, "/readyz", authorization="Bearer open-sesame-open")).body == b"not ready\nsecret\n"
    assert (await ask(site, "/readyz", METRICS)).status == 401


async def test_pictures_follow_one_another(site, camera, autojump_clock):
    answer = await ask(site, "/events")
    assert answer.kind.startswith("text/event-stream")
    async with aclosing(answer.stream()) as pieces:
        assert await anext(pieces) == b"retry: 2000\n\n"
        first = await anext(pieces)
        assert first.startswith(b"event: picture\ndata: {")
        assert first.endswith(b"}\n\n")
        site._newsroom.happenings.note(Remark(at=1, level="info", event="x", words="news"))
        site._newsroom.stir()
        assert b'"news"' in await anext(pieces)
    assert site._watchers == 0


async def test_only_so_many_watch(site, autojump_clock):
    answers = [(await ask(site, "/events")).stream() for _ in range(WATCHERS)]
    for pieces in answers:
        await anext(pieces)
    assert (await ask(site, "/events")).status == 503
    for pieces in answers:
        await pieces.aclose()
    assert (await ask(site, "/events")).status == 200
