"""Fixtures of the scenario tests: ``solo`` (one daemon under test) and ``duo`` (two daemons, in each pairing)."""

from __future__ import annotations

import inspect
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from harness.network import Net
from harness.pairings import DUO, SOLO
from harness.timing import repeat_when_disturbed

from standfast.lab.witness import Witness

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = {mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")}
    for fixture, pairings in (("solo", SOLO), ("duo", DUO)):
        if fixture in metafunc.fixturenames and fixture not in chosen:
            metafunc.parametrize(fixture, pairings, indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    if HERE in item.path.parents:
        item.add_marker(pytest.mark.netns)


@pytest.fixture(scope="session")
def witness() -> Iterator[Witness]:
    with Witness() as watching:
        yield watching


@pytest.fixture
def solo(request: pytest.FixtureRequest, witness: Witness) -> Iterator[Net]:
    """The daemon under test goes to host a."""
    yield from _network(request, witness)


@pytest.fixture
def duo(request: pytest.FixtureRequest, witness: Witness) -> Iterator[Net]:
    """Two daemons, on hosts a and b."""
    yield from _network(request, witness)


def _network(request: pytest.FixtureRequest, witness: Witness) -> Iterator[Net]:
    net = Net(dict(zip("ab", request.param, strict=False)), witness)
    yield net
    net.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed scenario shows what the daemons said and what was on the wire."""
    report = yield
    net = _net(item)
    if report.failed and net:
        report.sections += [("daemons", net.logs()), ("the end of the capture", net.wire_text())]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A run that the machine disturbed is repeated with a fresh network."""
    net = _net(pyfuncitem)
    if net is None:
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in inspect.signature(pyfuncitem.obj).parameters}
    repeat_when_disturbed(lambda: pyfuncitem.obj(**arguments), net.fresh)
    return True


def _net(item: pytest.Item) -> Net | None:
    arguments = getattr(item, "funcargs", {})
    return arguments.get("solo") or arguments.get("duo")
