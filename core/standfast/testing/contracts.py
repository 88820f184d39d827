"""Does a plugin's class keep its contract? Suites for authors of plugins, which those that come with standfast pass.

Each is called from a test of yours and raises :class:`ContractBroken` (an ``AssertionError``) with words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import trio

from standfast import events
from standfast.config.load import load_text
from standfast.config.lvs_model import Balancing, LvsGlobals, Target, VirtualServer
from standfast.contract.balancing import LoadBalancer, Member, Objection, Pool, PoolChange, PoolStatistics
from standfast.contract.checking import Checker, CheckResult, Surroundings
from standfast.contract.notifying import NotDelivered, Notice, Notifier
from standfast.contract.providing import AddressProvider, Cadence, Claim
from standfast.health.blocking import SLOW_STEP, StepWatch
from standfast.health.outcome import from_error, from_return
from standfast.health.reconcile import services_of
from standfast.health.roster import options_of
from standfast.plugins import Plugins
from standfast.registry import NotTaken, Registry
from standfast.testing.surroundings import PretendSurroundings
from standfast.values import Address, seconds

PATIENCE_S: Final = 30.0
"""For anything that is asked of a plugin here."""

_SERVER: Final = (
    "track_file load {{\nfile /run/load\n}}\nbfd_instance peer1 {{\nneighbor_ip 192.0.2.3\n}}\n"
    "virtual_server 192.0.2.10 80 {{\nprotocol TCP\nlvs_sched rr\n"
    "lvs_method NAT\nreal_server 10.0.0.1 80 {{\n{block}\n}}\n}}\n"
)


class ContractBroken(AssertionError):  # noqa: N818 - what a test says
    """``str()`` says what the class does that it must not, or does not that it must."""


# Checkers


async def check_checker(
    checker: type[Checker[Any]],
    *,
    block: str = "",
    good: Target | None = None,
    bad: Target | None = None,
    surroundings: Surroundings | None = None,
) -> None:
    """Try a kind of checker.

    ``block``: how it stands in a configuration (default: the example of its declaration). ``good``, ``bad``: where
    something listens that is well, and that is not; without them only what needs no network is tried.
    """
    options = _declared(checker, block)
    around = surroundings or PretendSurroundings()
    for target, verdict in ((good, "good"), (bad, "bad")):
        if target is None:
            continue
        made = checker(options, target, around)
        for _ in range(2):  # one object serves for all checks of a probe
            result = await _one_check(made)
            if result.verdict != verdict:
                raise ContractBroken(f"{_of(target)} is {verdict}, but the result is {result}")
        await _cancelled(made)


def _declared(checker: type[Checker[Any]], block: str) -> Any:
    """Its options, from text to bytes and back."""
    registry = Registry()
    try:
        registry.checker(checker)
    except NotTaken as error:
        raise ContractBroken(str(error)) from error
    plugins = Plugins(registry=registry)
    real_server = plugins.schema
    for name in ("virtual_server", "real_server"):
        real_server = real_server.find(name)  # type: ignore[assignment]
    declaration = checker.declaration.block
    if real_server.find(declaration.name) is None:
        real_server.attach(declaration.copy())
    loaded = load_text(_SERVER.format(block=block or declaration.example), plugins=plugins)
    errors = [found for found in loaded.diagnostics if found.severity == "error"]
    if errors:
        raise ContractBroken(f"its block is not accepted: {errors[0].message}")
    servers = [server for service in loaded.balancing.virtual_servers for server in service.real_servers]
    found = [each for server in servers for each in server.checkers]
    if not found:
        raise ContractBroken("its block makes no check")
    try:
        return options_of(checker, found[0].options)
    except msgspec.DecodeError as error:
        raise ContractBroken(f"its options cannot be read again in another process: {error}") from error


async def _one_check(checker: Checker[Any]) -> CheckResult:
    slow: list[int] = []
    watch = StepWatch(lambda _task, took: slow.append(took))
    before = _descriptors()
    trio.lowlevel.add_instrument(watch)
    await trio.lowlevel.checkpoint()  # so that the first step is seen from its beginning
    try:
        with trio.fail_after(PATIENCE_S):
            result, problem = await _checked(checker)
    except trio.TooSlowError:
        raise ContractBroken(f"a check is not over after {PATIENCE_S:.0f} s") from None
    finally:
        trio.lowlevel.remove_instrument(watch)
    if problem:
        raise ContractBroken(f"the checker {problem}")
    if slow:
        raise ContractBroken(f"the checker keeps the loop for {seconds(max(slow))}; {seconds(SLOW_STEP)} is too long")
    left = await _left_open(before)
    if left:
        raise ContractBroken(f"a check leaves {len(left)} file descriptor{'s' if len(left) > 1 else ''} open")
    return result


async def _checked(checker: Checker[Any]) -> tuple[CheckResult, str]:
    try:
        return from_return(await checker.check())
    except Exception as error:
        return from_error(error)


async def _cancelled(checker: Checker[Any]) -> None:
    """Core gives up checks that take too long, and those that a reload takes away."""
    before = _descriptors()
    with trio.CancelScope() as scope:
        scope.cancel()
        try:
            await checker.check()
        except Exception as error:
            raise ContractBroken(f"a cancelled check raises {type(error).__name__} instead of ending") from error
        raise ContractBroken("a cancelled check goes on: every check must wait for something")
    if await _left_open(before):
        raise ContractBroken("a cancelled check leaves file descriptors open")


def _of(target: Target) -> str:
    return f"[{target.address}]:{target.port}"


async def _left_open(before: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """New ones; a server of the test in this process gets a second to notice that the checker has hung up."""
    for _ in range(100):
        left = _descriptors() - before
        if not left:
            break
        await trio.sleep(0.01)  # noqa: TID251 - a test
    return left


def _descriptors() -> set[tuple[str, str]]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add((entry.name, str(entry.readlink())))
        except OSError:  # the directory that is being listed
            continue
    return {(name, what) for name, what in found if "/proc/" not in what}


# Load balancers


async def check_load_balancer(
    make: Callable[[], LoadBalancer], pool: Pool, service: VirtualServer, *, settings: LvsGlobals | None = None
) -> None:
    """Try a data plane where it may change the kernel (a network namespace). ``pool``: one that it can run.

    The pool needs two members at least; ``service`` is the configuration that it may stand for.
    """
    settings = settings or LvsGlobals()
    _plane_is_declared(make(), pool, service, settings)
    plane = make()
    with trio.fail_after(PATIENCE_S):
        await plane.start(settings, adopt=())
        await _must(plane, (PoolChange(old=None, new=pool),), (pool,))
        light = msgspec.structs.replace(pool, members=(_weighing(pool.members[0], 0), *pool.members[1:]))
        await _must(plane, (PoolChange(old=pool, new=light),), (light,))
        fewer = msgspec.structs.replace(pool, members=pool.members[1:])
        await _must(plane, (PoolChange(old=light, new=fewer),), (fewer,))
        await _must(plane, (), (fewer,))
        if await plane.repair():
            raise ContractBroken("it repairs what nobody has changed")
        counted = await plane.statistics()
        if not all(isinstance(each, PoolStatistics) for each in counted.values()) or pool.name not in counted:
            raise ContractBroken(f"statistics() gives {counted!r:.200}, without {pool.name}")
        await plane.stop(leave=True)
        await _adopts(make(), fewer, settings)


def pools_of(balancing: Balancing) -> tuple[Pool, ...]:
    """What a data plane would have of a configuration (``load_text(...).balancing``) before any check."""
    services = services_of(balancing, 0)
    for service in services.values():
        service.begin(0)
    return tuple(service.pool() for service in services.values())


def _plane_is_declared(plane: LoadBalancer, pool: Pool, service: VirtualServer, settings: LvsGlobals) -> None:
    try:
        Registry().load_balancer(type(plane))
    except NotTaken as error:
        raise ContractBroken(str(error)) from error
    objections = list(type(plane).objections(service, pool.entrances))
    if not all(isinstance(each, Objection) for each in objections):
        raise ContractBroken(f"objections() gives {objections!r:.200}")
    if objections:
        raise ContractBroken(f"it objects to the service: {objections[0].words}")
    lines = type(plane).render([PoolChange(old=None, new=pool)], settings)
    if not lines or not all(isinstance(line, str) and "\n" not in line for line in lines):
        raise ContractBroken(f"render() gives {lines!r:.200}: a list of lines is expected")


async def _must(plane: LoadBalancer, changes: Sequence[PoolChange], pools: Sequence[Pool]) -> None:
    failures = await plane.apply(changes)
    if failures:
        raise ContractBroken(f"apply() fails: {failures[0].words}")
    if left := await plane.tidy():
        raise ContractBroken(f"tidy() fails: {left[0].words}")
    await _has(plane, pools)


async def _has(plane: LoadBalancer, pools: Sequence[Pool]) -> None:
    found = {pool.name: _members(pool) for pool in await plane.read()}
    wanted = {pool.name: _members(pool) for pool in pools}
    if found != wanted:
        raise ContractBroken(f"read() gives {found}, but {wanted} was applied")


async def _adopts(plane: LoadBalancer, pool: Pool, settings: LvsGlobals) -> None:
    """A successor finds what was left, and takes it off at the end."""
    await plane.start(settings, adopt=(pool,))
    await _has(plane, (pool,))
    await _must(plane, (PoolChange(old=pool, new=None),), ())
    await plane.stop(leave=False)


def _members(pool: Pool) -> dict[tuple[Address, int], int]:
    return {(member.address, member.port): member.weight for member in pool.members}


def _weighing(member: Member, weight: int) -> Member:
    return msgspec.structs.replace(member, weight=weight)


# Notifiers

EVENTS: Final[tuple[events.Event, ...]] = (
    events.Transition(at=1, instance="VI_1", old="BACKUP", new="MASTER", priority=100, cause="no advert for 3.6 s"),
    events.GroupTransition(at=2, group="G1", old="BACKUP", new="MASTER", cause="VI_1 is MASTER"),
    events.ServerChange(at=3, service="web", server="[10.0.0.1]:80", up=False, weight=1, cause="connection refused"),
    events.QuorumChange(at=4, service="web", up=False, weight=0, quorum=1, sorry=True, cause="no live server"),
    events.DaemonChange(at=5, what="stopping"),
)
"""One of each kind that a notifier may be asked to bring; there may be others in later versions."""


class _Tomorrow(events.Event, tag="later.kind", frozen=True, kw_only=True):
    """An event that a notifier of today does not know."""


async def check_notifier(make: Callable[[], Notifier[Any]]) -> None:
    """Try a notifier whose target takes everything, then ends. ``make`` gives it with its options."""
    notifier = make()
    try:
        Registry().notifier(type(notifier))
    except NotTaken as error:
        raise ContractBroken(str(error)) from error
    known = [*EVENTS, _Tomorrow(at=6)]
    notices = [Notice(sequence=number, wall=1.7e9, host="lb-a", event=event) for number, event in enumerate(known, 1)]
    with trio.fail_after(PATIENCE_S):
        for piece in [notices] if type(notifier).batches else [[notice] for notice in notices]:
            try:
                await notifier.deliver(piece)
            except NotDelivered as error:
                raise ContractBroken(f"a target that takes everything was said to refuse: {error}") from error
        with trio.CancelScope() as scope:
            scope.cancel()
            await notifier.deliver(notices[:1])
            raise ContractBroken("a cancelled delivery goes on")
        await notifier.close()


async def check_address_provider(make: Callable[[], AddressProvider[Any]], claim: Claim) -> None:
    """Try an address provider where the claim comes about, then ends. ``make`` gives it with its options."""
    provider = make()
    try:
        Registry().address_provider(type(provider))
    except NotTaken as error:
        raise ContractBroken(str(error)) from error
    if not provider.instance or not isinstance(provider.cadence, Cadence):
        raise ContractBroken("it names no instance, or no cadence")
    with trio.fail_after(PATIENCE_S):
        for _ in range(2):  # a claim that is ours already is no mistake
            try:
                await provider.claim(claim)
            except NotDelivered as error:
                raise ContractBroken(f"a claim that is granted was said to fail: {error}") from error
        if (found := await provider.verify(claim)) not in (True, None):
            raise ContractBroken(f"verify() gives {found!r} of an address that is here")
        with trio.CancelScope() as scope:
            scope.cancel()
            await provider.claim(claim)
            raise ContractBroken("a cancelled claim goes on: it would take the address from a new master")
        await provider.close()
