"""The skeleton with parts that write down what happens to them. (With a real parent: supervise/test_family.py.)"""

from __future__ import annotations

import os
import socket

import msgspec
import pytest
import trio

from standfast.config.health_model import HealthConfig, encode
from standfast.control.protocol import Outcome, Request
from standfast.health.part import Part
from standfast.health.process import HealthProcess
from standfast.supervise import messages
from standfast.supervise.generation import memory_file


class Diary(Part):
    def __init__(self, hub, name, lines):
        super().__init__(hub)
        self.name = name
        self.lines = lines

    async def run(self):
        self.lines.append(f"{self.name} runs")
        await trio.sleep_forever()

    async def prepare(self, config):
        self.lines.append(f"{self.name} looks at {config.router_id}")
        return "no" if config.router_id == "bad" else ""

    async def commit(self, config):
        self.lines.append(f"{self.name} is {config.router_id}")
        return (f"{self.name} changed",)

    def describe(self):
        return {"lines": len(self.lines)}

    async def order(self, request):
        return Outcome(ok=True, words=self.name) if request.do == "stop" and self.name == "b" else None

    async def stop(self, *, leave):
        self.lines.append(f"{self.name} stops")


@pytest.fixture
async def process(surroundings, nursery):
    lines = []
    makers = [lambda hub, name=name: Diary(hub, name, lines) for name in ("a", "b")]
    made = HealthProcess(surroundings.setup, HealthConfig(), makers)
    made.lines = lines
    made.ended = trio.Event()

    async def run():
        await made.run()
        made.ended.set()

    nursery.start_soon(run)
    assert await said(surroundings) == messages.Ready(generation=1)
    return made


async def said(surroundings):
    with trio.fail_after(60):
        await trio.lowlevel.wait_readable(surroundings.parent.fileno())
    return messages.decode_from_child(surroundings.parent.recv(65_536))


def prepare(surroundings, config, generation=2):
    memory = memory_file()
    os.write(memory, encode(config))
    order = messages.encode(messages.Prepare(generation=generation))
    socket.send_fds(surroundings.parent, [order], [memory])
    os.close(memory)


async def ask(surroundings, name, request):
    with trio.fail_after(60):
        async with await trio.open_unix_socket(str(surroundings.run_dir / name)) as stream:
            await stream.send_all(msgspec.json.encode(request) + b"\n")
            heard = b""
            while piece := await stream.receive_some():
                heard += piece
    return msgspec.json.decode(heard)


async def test_status_has_every_part(process, surroundings):
    document = await ask(surroundings, "health.status", Request(do="status"))
    assert [*document].index("turned_at") > [*document].index("b"), "of when the last thing was said, not the first"
    assert (document["process"], document["generation"], document["a"]["lines"]) == ("health", 1, 2)
    assert document["hears_vrrp"] is False
    assert surroundings.setup.page.heartbeat


async def test_orders_go_to_the_part_that_knows_them(process, surroundings):
    assert await ask(surroundings, "health.ctl", Request(do="stop")) == {"ok": True, "words": "b"}
    assert (await ask(surroundings, "health.status", Request(do="stop")))["ok"] is False


async def test_a_reload_is_prepared_by_all_and_then_committed(process, surroundings):
    prepare(surroundings, HealthConfig(router_id="new"))
    assert await said(surroundings) == messages.Can(generation=2)
    surroundings.parent.send(messages.encode(messages.Commit(generation=2)))
    assert await said(surroundings) == messages.Committed(generation=2, changes=("a changed", "b changed"))
    assert process.lines[2:] == ["a looks at new", "b looks at new", "a is new", "b is new"]
    assert (await ask(surroundings, "health.status", Request(do="status")))["generation"] == 2


async def test_one_no_is_a_no(process, surroundings):
    prepare(surroundings, HealthConfig(router_id="bad"))
    assert await said(surroundings) == messages.Cannot(generation=2, reason="no")
    surroundings.parent.send(messages.encode(messages.Commit(generation=2)))
    assert isinstance(await said(surroundings), messages.Cannot)
    assert process.lines[2:] == ["a looks at bad"]


async def test_what_was_given_up_is_not_committed(process, surroundings):
    prepare(surroundings, HealthConfig(router_id="new"))
    await said(surroundings)
    surroundings.parent.send(messages.encode(messages.Abort(generation=2)))
    surroundings.parent.send(messages.encode(messages.Commit(generation=2)))
    assert isinstance(await said(surroundings), messages.Cannot)


async def test_parts_stop_in_order(process, surroundings):
    surroundings.parent.send(messages.encode(messages.Stop()))
    assert await said(surroundings) == messages.Stopped()
    with trio.fail_after(60):
        await process.ended.wait()
    assert process.lines[2:] == ["a stops", "b stops"]


async def test_without_a_parent_it_leaves(process, surroundings):
    surroundings.parent.close()
    with trio.fail_after(60):
        await process.ended.wait()
    assert process.lines[2:] == ["a stops", "b stops"]
