"""The public surface is typed, for mypy and for pyright: plugins that are right pass their strict modes, those that are
not are told where.

Pyright comes as basedpyright, a wheel with everything in it: the package called pyright downloads its program when it
is first run. With ``enableBasedFeatures`` off it has pyright's rules.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from followed import steps

from standfast.cli.plugins import KINDS
from standfast.cli.template import texts

ROOT = Path(__file__).parents[2]
SOURCES = [str(ROOT / "core"), *map(str, sorted((ROOT / "plugins").iterdir()))]
PUBLIC = re.findall(r'^    "(standfast[\w.]*)": "', (ROOT / "docs" / "reference_api.py").read_text(), re.M)

WRONG = """\
# pyright: standard
from collections.abc import Iterable, Sequence

from standfast.api import (
    AddressProvider, Cadence, Checker, CheckResult, Claim, Entrance, LoadBalancer, NotDelivered, Notice, Notifier,
    Objection, Pool, PoolChange, Record, Registry, VirtualServer, bad, hookimpl,
)
from standfast.config import load_text
from standfast.net.probe import connect
from standfast.testing import check_address_provider


class Options(Record, frozen=True):
    level: int = 1


class Sloppy(Checker[Options]):
    contract = 1

    async def check(self) -> bool:  # E: override, reportIncompatibleMethodOverride
        return self.options.level  # E: return-value, reportReturnType


class Quick(Checker[Options]):
    async def check(self) -> CheckResult:
        await connect(self.target)  # E: arg-type, reportArgumentType
        assert self.target is not None
        connection = await connect(self.target)
        await connection.send("PING")  # E: arg-type, reportArgumentType
        self.options.levle  # E: attr-defined, reportAttributeAccessIssue
        return bad("refused", "no")  # E: arg-type, reportArgumentType


class Post(Notifier[Options]):
    async def deliver(self, notices: Sequence[Notice]) -> None:
        raise NotDelivered(notices[0].event.at)  # E: arg-type, reportArgumentType

    def wants(self, event: str) -> bool:  # E: override, reportIncompatibleMethodOverride
        return True


class Plane(LoadBalancer):
    @classmethod
    def objections(cls, service: VirtualServer, entrances: Sequence[Entrance]) -> Iterable[Objection]:
        yield "no"  # E: misc, reportReturnType

    async def apply(self, changes: Sequence[PoolChange]) -> None:  # E: override, reportIncompatibleMethodOverride
        Pool(name="web")  # E: call-arg, reportCallIssue


class Cloud(AddressProvider[Options]):
    @property
    def instance(self) -> str:
        return self.options.level  # E: return-value, reportReturnType

    @property
    def cadence(self) -> Cadence:
        return Cadence(interval="30 s")  # E: arg-type, reportArgumentType

    async def claim(self, claim: Claim) -> None:
        claim.host = "me"  # E: misc, reportAttributeAccessIssue

    async def verify(self, claim: str) -> bool:  # E: override, reportIncompatibleMethodOverride
        return True


@hookimpl
def standfast_register(registry: Registry) -> None:
    registry.checker(Post)  # E: arg-type, reportArgumentType
    registry.load_balancer(Post)  # E: arg-type, reportArgumentType
    registry.notifier(Cloud)  # E: arg-type, reportArgumentType
    registry.address_provider(Quick)  # E: arg-type, reportArgumentType


async def test() -> None:
    await check_address_provider(lambda: Cloud(Options()), None)  # E: arg-type, reportArgumentType


def places() -> list[str]:
    return [found.span for found in load_text("").diagnostics]  # E: misc, reportReturnType
"""
EXPECTED = [
    (number, *line.partition("# E: ")[2].split(", "))
    for number, line in enumerate(WRONG.splitlines(), 1)
    if "# E: " in line
]


def mypy(path: Path) -> list[tuple[int, str]]:
    """Line and code of each error."""
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-pretty", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    name = re.escape(path.name)
    return [
        (int(found[1]), found[2]) for found in re.finditer(rf"{name}:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.M)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("typed")


def tutorial() -> str:
    page = ROOT / "docs" / "plugins" / "checker.md"
    (source,) = [step.text for step in steps(page) if step.file.endswith("/__init__.py")]
    return source


def plugin(kind: str) -> str:
    return texts("redis", kind)["src/standfast_redis/__init__.py"]


def test_the_checker_of_the_tutorial(folder):
    (folder / "tutorial.py").write_text(tutorial())
    assert mypy(folder / "tutorial.py") == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_new_projects_begin_with(folder, kind):
    path = folder / f"new_{kind.replace('-', '_')}.py"
    path.write_text(plugin(kind))
    assert mypy(path) == []


def test_what_is_wrong_is_told_at_its_line(folder):
    (folder / "wrong.py").write_text(WRONG)
    assert mypy(folder / "wrong.py") == [(line, code) for line, code, _rule in EXPECTED]


# Pyright


def pyright(folder: Path, *options: str) -> dict:
    """Its report on what stands in the folder."""
    path = os.pathsep.join([str(folder), *SOURCES, sysconfig.get_path("purelib")])
    command = [sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable, "--outputjson", *options]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=280,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Mapping[str, list[tuple[int, str]]]:
    """All files at once, as most of the time goes into reading ours: name -> line and rule of each error."""
    folder = tmp_path_factory.mktemp("pyright")
    (folder / "tutorial.py").write_text(tutorial())
    for kind in KINDS:
        (folder / f"new_{kind.replace('-', '_')}.py").write_text(plugin(kind))
    (folder / "wrong.py").write_text(WRONG)
    settings = {"typeCheckingMode": "strict", "enableBasedFeatures": False, "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings | {"extraPaths": SOURCES}))
    report = pyright(folder)
    assert report["summary"]["filesAnalyzed"] == len(KINDS) + 2
    found = defaultdict(list)
    for each in report["generalDiagnostics"]:
        found[Path(each["file"]).stem].append((each["range"]["start"]["line"] + 1, each.get("rule", each["message"])))
    return found


@pytest.mark.parametrize("name", ["tutorial", *(f"new_{kind.replace('-', '_')}" for kind in KINDS)])
def test_pyright_finds_nothing_wrong_with_what_is_right(told, name):
    assert told[name] == []


def test_pyright_tells_the_same_lines(told):
    assert told["wrong"] == [(line, rule) for line, _code, rule in EXPECTED]


def test_no_part_of_the_surface_has_an_unknown_type(tmp_path):
    """As pyright judges packages that are typed (``--verifytypes``), with everything that the surface leads to."""
    assert len(PUBLIC) > 10
    package = tmp_path / "surface"
    package.mkdir()
    (package / "py.typed").touch()
    names = [f"m{number}" for number in range(len(PUBLIC))]
    lines = [f"import {module} as {name}" for name, module in zip(names, PUBLIC, strict=True)]
    (package / "__init__.py").write_text("\n".join([*lines, f"__all__ = {json.dumps(names)}", ""]))
    symbols = pyright(tmp_path, "--verifytypes", "surface")["typeCompleteness"]["symbols"]
    assert len(symbols) > 1000
    assert [
        (each["name"], each["diagnostics"][0]["message"])
        for each in symbols
        if not each["isTypeKnown"] and each["diagnostics"] and each["name"].startswith("standfast")
    ] == []
