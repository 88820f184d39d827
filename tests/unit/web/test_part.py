from __future__ import annotations

import os
import socket
from contextlib import closing

import httpx
import pytest
import trio

from standfast.config.health_model import HealthConfig, Listener, TokenSource, Web
from standfast.events import Transition
from standfast.health.feed import Numbered
from standfast.health.hub import Hub
from standfast.values import Address
from standfast.web.part import CLIENTS, Http

# An address of this process's own: a port that was free a moment ago is not taken by another worker.
HERE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
ALL = frozenset(("metrics", "status"))


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind((HERE, 0))
        return probe.getsockname()[1]


def config(*ports, path=""):
    places = [Listener(serves=ALL, address=Address.parse(HERE), port=port) for port in ports]
    if path:
        places.append(Listener(serves=ALL, path=path))
    return HealthConfig(web=Web(listeners=tuple(places)))


@pytest.fixture
async def part(surroundings, camera, nursery):
    async def make(config):
        made = Http(Hub(surroundings.setup, config), take=camera)
        nursery.start_soon(made.run)
        await trio.testing.wait_all_tasks_blocked()
        return made

    return make


async def get(port, path="/livez"):
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://{HERE}:{port}{path}", timeout=60)


async def reload(part, config):
    reason = await part.prepare(config)
    assert reason == ""
    part.hub.run_by(config, 2, {})
    words = await part.commit(config)
    await trio.testing.wait_all_tasks_blocked()
    return words


async def test_it_answers(part, tmp_path):
    port = free_port()
    made = await part(config(port, path=str(tmp_path / "h")))
    assert (await get(port)).text == "alive\n"
    assert (await get(port, "/readyz")).status_code == 200
    assert (await get(port, "/metrics")).text.count("standfast_up 1.0") == 1
    transport = httpx.AsyncHTTPTransport(uds=str(tmp_path / "h"))
    async with httpx.AsyncClient(transport=transport, timeout=60) as client:
        assert (await client.get("http://any/livez")).status_code == 200
    assert made.describe()["answered"] == 4
    assert made.describe()["listening"] == [f"{HERE}:{port}", f"unix:{tmp_path / 'h'}"]


async def test_a_reload_keeps_what_stays_and_closes_what_goes(part):
    one, two = free_port(), free_port()
    made = await part(config(one))
    async with httpx.AsyncClient(timeout=60) as client:
        assert (await client.get(f"http://{HERE}:{one}/livez")).status_code == 200
        assert await reload(made, config(one, two)) == (f"HTTP is answered at {HERE}:{two} now",)
        assert (await client.get(f"http://{HERE}:{one}/livez")).status_code == 200
    assert await reload(made, config(two)) == ()
    assert (await get(two)).status_code == 200
    with pytest.raises(httpx.ConnectError):
        await get(one)


async def test_a_place_that_is_taken_refuses_the_reload(part):
    with closing(socket.create_server((HERE, 0))) as other:
        port = other.getsockname()[1]
        made = await part(config())
        assert "in use" in await made.prepare(config(port))
        free = free_port()
        assert "in use" in await made.prepare(config(free, port))
    assert await reload(made, config(port)) == (f"HTTP is answered at {HERE}:{port} now",)


async def test_a_token_that_could_not_be_read_is_shown(part):
    listeners = config(free_port()).web.listeners
    made = await part(HealthConfig(web=Web(listeners=listeners, token=TokenSource(problem="/x cannot be read"))))
    assert made.describe()["problem"] == "/x cannot be read"


async def test_a_place_that_is_taken_at_the_start_is_tried_again(part, autojump_clock):
    with closing(socket.create_server((HERE, 0))) as other:
        port = other.getsockname()[1]
        made = await part(config(port))
        assert made.describe()["failing"] == {f"{HERE}:{port}": "Address already in use"}
    await trio.sleep(6)
    assert made.describe()["failing"] == {}
    assert made.describe()["listening"] == [f"{HERE}:{port}"]


async def test_idle_clients_keep_nobody_out(part):
    port = free_port()
    made = await part(config(port))
    idle = [await trio.open_tcp_stream(HERE, port) for _ in range(CLIENTS + 5)]
    assert (await get(port)).status_code == 200
    assert made.describe()["clients"] <= CLIENTS
    for stream in idle:
        await stream.aclose()


async def test_events_are_remembered_for_the_page(part):
    made = await part(config())
    made.hub.hear(Numbered(1, Transition(at=1, instance="V", old="BACKUP", new="MASTER", priority=1, cause="why")))
    assert made._newsroom.happenings.newest(1)[0]["who"] == "V"


async def test_after_the_end_nobody_is_answered(part, tmp_path):
    port = free_port()
    made = await part(config(port, path=str(tmp_path / "h")))
    await made.stop(leave=False)
    assert not (tmp_path / "h").exists()
    with pytest.raises(httpx.ConnectError):
        await get(port)


async def test_without_listeners_it_says_nothing(part):
    assert (await part(HealthConfig())).describe() is None
