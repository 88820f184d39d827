"""A class that does not keep the contract is refused in words; nothing of a plugin counts before all of it does."""

from __future__ import annotations

import re

import pytest

from standfast.config.keywords.checking import CheckerType, checker_block, nothing
from standfast.config.record import Record
from standfast.config.schema import Block
from standfast.contract.balancing import LoadBalancer
from standfast.contract.checking import Checker, good
from standfast.contract.notifying import Notifier
from standfast.registry import NotifierType, NotTaken, Registry
from standfast.testing.balancing import MemoryLoadBalancer

BLOCK = checker_block("SOME_CHECK", "For tests.", ())


class Some(Checker[None]):
    contract = 1
    declaration = CheckerType(BLOCK, nothing)

    async def check(self):
        return good()


class Unnumbered(Checker[None]):
    declaration = CheckerType(BLOCK, nothing)

    async def check(self):
        return good()


class Undeclared(Checker[None]):
    contract = 1
    declaration = "SOME_CHECK"

    async def check(self):
        return good()


class Lazy(Checker[None]):
    contract = 1
    declaration = CheckerType(BLOCK, nothing)


class Half(LoadBalancer):
    contract = 1
    name = "half"


class Options(Record, frozen=True):
    url: str = ""


class Hook(Notifier[Options]):
    contract = 1
    declaration = NotifierType(Block("hook", "Calls.", "hook {\n}"), lambda _place: Options(), Options)

    async def deliver(self, notices):
        """Nowhere."""


class BadNotifier(Hook):
    declaration = BLOCK


@pytest.mark.parametrize(
    ("offered", "words"),
    [
        (Some(None, None, None), "is no class"),
        (dict, "`dict` is no Checker"),
        (Unnumbered, "`Unnumbered` does not say which contract it was made for: add `contract = 1`"),
        (Undeclared, "`Undeclared.declaration` is no CheckerType, but 'SOME_CHECK'"),
        (Lazy, "`Lazy` lacks `check`"),
    ],
)
def test_what_is_no_checker_is_refused(offered, words):
    registry = Registry()
    with pytest.raises(NotTaken, match=re.escape(words)):
        registry.checker(offered)
    assert registry == Registry()


def test_a_checker_brings_its_block():
    registry = Registry()
    registry.checker(Some)
    assert registry.checkers == {"SOME_CHECK": Some}
    assert registry.blocks == [(BLOCK, "virtual_server/real_server"), (BLOCK, "vrrp_check")]
    with pytest.raises(NotTaken, match="registered twice"):
        registry.checker(Some)


def test_a_load_balancer_that_is_not_whole_is_refused():
    with pytest.raises(NotTaken, match="`Half` lacks `apply`"):
        Registry().load_balancer(Half)


@pytest.mark.parametrize("name", ["", "IPVS", "a b", None, 7])
def test_a_load_balancer_needs_a_name_that_can_stand_in_a_configuration(name):
    whole = type("Whole", (MemoryLoadBalancer,), {"name": name})
    with pytest.raises(NotTaken, match="is no name in lower case letters"):
        Registry().load_balancer(whole)


def test_a_notifier_brings_its_block():
    registry = Registry()
    registry.notifier(Hook)
    assert (list(registry.notifiers), registry.blocks) == (["hook"], [(Hook.declaration.block, "")])
    with pytest.raises(NotTaken, match="is no NotifierType"):
        registry.notifier(BadNotifier)


def test_only_blocks_are_blocks():
    with pytest.raises(NotTaken, match="is no Block"):
        Registry().block("virtual_server")


def test_merging_is_all_or_nothing():
    first, second = Registry(), Registry()
    first.checker(Some)
    second.notifier(Hook)
    second.checkers["SOME_CHECK"] = Some
    with pytest.raises(NotTaken, match="`SOME_CHECK` is already brought by"):
        first.merge(second)
    assert first.notifiers == {}
