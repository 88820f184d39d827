"""The suites for plugin authors find what is wrong, and find nothing where nothing is."""

from __future__ import annotations

import os
import socket
import time

import pytest
import trio

from standfast import testing
from standfast.config.keywords.checking import TARGET, CheckerType, checker_block, nothing
from standfast.config.kinds import Integer
from standfast.config.load import load_text
from standfast.config.lvs_model import Target
from standfast.config.record import Record
from standfast.config.schema import Block, Keyword
from standfast.contract.balancing import Objection, PoolStatistics
from standfast.contract.checking import Checker, Code, bad, good
from standfast.contract.notifying import NotDelivered, Notifier
from standfast.health.reconcile import services_of
from standfast.registry import NotifierType
from standfast.testing import ContractBroken, check_checker, check_load_balancer, check_notifier
from standfast.testing.balancing import MemoryLoadBalancer
from standfast.values import Address

LOCAL = Address.parse("127.0.0.1")
WELL, ILL = Target(address=LOCAL, port=1), Target(address=LOCAL, port=2)


def declared(name: str = "SOME_CHECK", options=nothing, record=None, keywords=()) -> CheckerType:
    return CheckerType(checker_block(name, "For tests.", (*keywords, *TARGET)), options, record=record)


class Fine(Checker[None]):
    contract = 1
    declaration = declared()

    async def check(self):
        await trio.lowlevel.checkpoint()
        return good() if self.target == WELL else bad(Code.REFUSED, "connection refused")


class Leaks(Fine):
    kept: list[int] = []  # noqa: RUF012 - that is the fault

    async def check(self):
        self.kept.append(os.dup(0))
        return await super().check()


class Blocks(Fine):
    async def check(self):
        time.sleep(0.15)  # noqa: ASYNC251 - that is the fault
        return await super().check()


class Optimist(Fine):
    async def check(self):
        await trio.lowlevel.checkpoint()
        return good()


class Raises(Fine):
    async def check(self):
        raise KeyError("x")


class Deaf(Fine):
    async def check(self):
        return good() if self.target == WELL else bad(Code.REFUSED, "x")


class Swallows(Fine):
    async def check(self):
        try:
            return await super().check()
        except BaseException as error:
            raise ValueError("something else") from error


class Unversioned(Fine):
    contract = 2


class Options(Record, frozen=True):
    level: int = 0


class Other(Record, frozen=True):
    level: str = "high"
    size: int = 1


LEVEL = Keyword("level", Integer(0, 9), "How much.", "level 3")


class Unreadable(Fine):
    declaration = declared(options=lambda place: Other(level="a word"), record=Options, keywords=(LEVEL,))


class BadExample(Fine):
    declaration = CheckerType(checker_block("SOME_CHECK", "x", (LEVEL,), "SOME_CHECK {\n    level 77\n}"), nothing)


async def test_a_checker_that_keeps_the_contract_passes():
    await check_checker(Fine, good=WELL, bad=ILL)
    await check_checker(Fine)


@pytest.mark.parametrize(
    ("checker", "words"),
    [
        (Leaks, "leaves 1 file descriptor open"),
        (Blocks, "keeps the loop for"),
        (Optimist, r"\[127.0.0.1\]:2 is bad, but the result is"),
        (Raises, "raised KeyError"),
        (Deaf, "a cancelled check goes on"),
        (Swallows, "a cancelled check raises ValueError"),
        (Unversioned, "was made for contract 2"),
        (BadExample, "its block is not accepted"),
        (Unreadable, "its options cannot be read again"),
    ],
)
async def test_a_checker_that_does_not_is_told_why(checker, words):
    with pytest.raises(ContractBroken, match=words):
        await check_checker(checker, good=WELL, bad=ILL)
    for descriptor in Leaks.kept:
        os.close(descriptor)
    Leaks.kept.clear()


TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
    real_server 10.0.0.2 80 {
    }
}
"""


def service_and_pool():
    balancing = load_text(TEXT).balancing
    (service,) = services_of(balancing, 0).values()
    service.begin(0)
    return balancing.virtual_servers[0], service.pool()


class Kernel(MemoryLoadBalancer):
    """Its table outlives it, as the kernel's does."""

    shared: dict = {}  # noqa: RUF012 - that is the point

    def __init__(self) -> None:
        super().__init__()
        self.table = self.shared


async def test_a_load_balancer_that_keeps_the_contract_passes():
    service, pool = service_and_pool()
    Kernel.shared.clear()
    await check_load_balancer(Kernel, pool, service)
    assert Kernel.shared == {}


class Forgets(Kernel):
    async def read(self):
        return ()


class Objects(Kernel):
    @classmethod
    def objections(cls, service, entrances):
        return [Objection(keyword="", words="not on a Friday")]


class Silent(Kernel):
    @classmethod
    def render(cls, changes, settings):
        return ["two\nlines"]


class Restless(Kernel):
    async def repair(self):
        from standfast.contract.balancing import Repair

        return (Repair(pool="x", words="y"),)


class Uncounted(Kernel):
    async def statistics(self) -> dict[str, PoolStatistics]:
        return {}


class Nameless(Kernel):
    name = "No Name"


@pytest.mark.parametrize(
    ("plane", "words"),
    [
        (Forgets, r"read\(\) gives"),
        (Objects, "it objects to the service: not on a Friday"),
        (Silent, "a list of lines is expected"),
        (Restless, "it repairs what nobody has changed"),
        (Uncounted, r"statistics\(\) gives"),
        (Nameless, "is no name in lower case letters"),
    ],
)
async def test_a_load_balancer_that_does_not_is_told_why(plane, words):
    service, pool = service_and_pool()
    Kernel.shared.clear()
    with pytest.raises(ContractBroken, match=words):
        await check_load_balancer(plane, pool, service)


class Hook(Notifier[Options]):
    contract = 1
    declaration = NotifierType(Block("hook", "Calls.", "hook {\n}"), lambda _place: Options(), Options)
    sizes: list[int] = []  # noqa: RUF012 - looked at by the test

    async def deliver(self, notices):
        await trio.lowlevel.checkpoint()
        self.sizes.append(len(notices))


class Digest(Hook):
    batches = True


class Choosy(Hook):
    async def deliver(self, notices):
        await trio.lowlevel.checkpoint()
        if type(notices[0].event).__name__ == "_Tomorrow":
            raise NotDelivered("never heard of that")


class Endless(Hook):
    async def deliver(self, notices):
        """Does not wait for anything."""


async def test_a_notifier_that_keeps_the_contract_passes():
    Hook.sizes.clear()
    await check_notifier(lambda: Hook(Options()))
    assert Hook.sizes == [1] * 6
    Hook.sizes.clear()
    await check_notifier(lambda: Digest(Options()))
    assert Hook.sizes == [6]


@pytest.mark.parametrize(
    ("notifier", "words"), [(Choosy, "said to refuse: never heard of that"), (Endless, "a cancelled delivery goes on")]
)
async def test_a_notifier_that_does_not_is_told_why(notifier, words):
    with pytest.raises(ContractBroken, match=words):
        await check_notifier(lambda: notifier(Options()))


async def test_tcp_check_keeps_it():
    from standfast.plugins import installed_plugins

    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        well = Target(address=LOCAL, port=listening.getsockname()[1])
        ill = Target(address=LOCAL, port=nobody.getsockname()[1])
        await check_checker(installed_plugins().checkers["TCP_CHECK"], good=well, bad=ill)


def test_the_suites_are_public():
    assert {"ContractBroken", "check_checker", "check_load_balancer", "check_notifier"} <= set(testing.__all__)
