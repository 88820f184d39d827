"""The tasks that wait for the kernel, with a kernel that a test plays through sockets."""

from __future__ import annotations

import contextlib
import socket

import pytest
import trio
import trio.testing

from standfast.net.decode import Link
from standfast.net.host import Host, LinkChanged
from standfast.vrrp.kernel_watch import KernelWatch

UP = Link(2, "eth0", 0x1043, b"\2\0\0\0\0\1", 1500)
EVENT = LinkChanged(None, UP)


class Source:
    """Readable when a test has said something; ``read`` gives the batches in order."""

    def __init__(self, *batches):
        self.inside, self.outside = socket.socketpair()
        self.inside.setblocking(False)
        self.batches, self.storms, self.drained = list(batches), 0, True
        self.host = Host()
        self.host.link_is(UP)
        self.listening = False

    def fileno(self):
        return self.inside.fileno()

    def close(self):
        self.inside.close()
        self.outside.close()

    def say(self):
        self.outside.send(b"x")

    def read(self):
        with contextlib.suppress(BlockingIOError):
            self.inside.recv(100)
        return self.batches.pop(0) if self.batches else []

    @property
    def owes_a_resync(self):
        self.storms -= 1
        return self.storms >= 0

    def listen(self, wanted):
        self.listening = wanted


class Speaker:
    def __init__(self):
        self.done, self.pauses, self.turned = [], [], trio.Event()
        self.routing = self

    def digest(self, events, *, settled):
        self.done.append(("digest", list(events)))

    def read(self, monitor, _now):
        monitor.read()
        self.done.append("routing")

    def work(self):
        self.done.append("work")

    def rearm(self):
        self.turned.set()
        self.turned = trio.Event()

    async def pause(self, duration):
        self.pauses.append(duration)
        await trio.lowlevel.checkpoint()


class Devices:
    def __init__(self):
        self.concerns = False

    def concerned(self, _events):
        return self.concerns


class Firewall:
    def __init__(self):
        self.watch = None
        self.looks = 0

    def touched(self):
        self.looks += 1
        self.watch.read()
        return False


class World:
    def __init__(self):
        self.speaker, self.links, self.routes = Speaker(), Source(), Source()
        self.devices, self.firewall = Devices(), Firewall()
        self.watch = KernelWatch(self.speaker, self.links, self.routes, self.devices, self.firewall)


@pytest.fixture
def world():
    made = World()
    yield made
    for source in (made.links, made.routes, made.firewall.watch):
        if source is not None:
            source.close()


@pytest.fixture
async def running(world, nursery):
    world.watch.start(nursery)
    await trio.testing.wait_all_tasks_blocked()
    yield world
    nursery.cancel_scope.cancel()


async def turn(speaker, source):
    turned = speaker.turned
    source.say()
    with trio.fail_after(60):
        await turned.wait()


async def test_interfaces_that_appear_are_greeted_before_anybody_judges(running):
    renamed = Link(2, "lan", 0x1043, b"\2\0\0\0\0\1", 1500)
    down = Link(2, "lan", 0x1002, b"\2\0\0\0\0\1", 1500)
    running.watch.greet = lambda names: running.speaker.done.append(("greet", names))
    batch = [EVENT, LinkChanged(UP, renamed), LinkChanged(renamed, down), LinkChanged(down, None)]
    running.links.batches = [batch]
    await turn(running.speaker, running.links)
    assert running.speaker.done[:2] == [("greet", {"eth0", "lan"}), ("digest", batch)]


async def test_news_of_links_are_digested_and_the_loop_turns(running):
    running.links.batches = [[EVENT]]
    await turn(running.speaker, running.links)
    assert running.speaker.done == [("digest", [EVENT]), "work"]


async def test_what_can_be_made_whole_is_made_before_anybody_judges(running):
    made = LinkChanged(UP, None)
    running.devices.concerns = True
    running.links.batches = [[EVENT], [made]]

    def mend():
        running.speaker.done.append("mend")
        running.watch.learn()

    running.watch.mend = mend
    await turn(running.speaker, running.links)
    assert running.speaker.done == ["mend", ("digest", [EVENT, made]), "work"]


def test_what_we_have_made_ourselves_is_learned_at_once(world):
    world.links.batches = [[EVENT]]
    world.watch.learn()
    assert world.speaker.done == [("digest", [EVENT])]


async def test_in_a_storm_it_looks_again_until_the_picture_is_whole(running):
    running.links.storms = 2
    await turn(running.speaker, running.links)
    await trio.testing.wait_all_tasks_blocked()
    assert len(running.speaker.pauses) == 2
    assert running.speaker.done.count(("digest", [])) == 3


async def test_links_are_read_before_routes_that_may_have_gone_with_them(running):
    running.links.batches = [[EVENT]]
    await turn(running.speaker, running.routes)
    await trio.testing.wait_all_tasks_blocked()
    assert running.speaker.done[:3] == [("digest", [EVENT]), "work", "routing"]


async def test_the_firewall_is_watched_once_from_when_there_is_one(running):
    running.watch.watch_firewall()
    assert running.firewall.looks == 0
    running.firewall.watch = Source()
    running.watch.watch_firewall()
    running.watch.watch_firewall()
    await trio.testing.wait_all_tasks_blocked()
    running.firewall.watch.say()
    with trio.fail_after(60):
        while not running.speaker.pauses:
            await trio.lowlevel.checkpoint()
    assert running.firewall.looks == 1


def test_it_knows_which_links_there_are_and_listens_for_routes_when_there_are_some(world):
    assert world.watch.has_link("eth0")
    assert not world.watch.has_link("eth9")
    world.watch.listen_for_routing(True)
    assert world.routes.listening
