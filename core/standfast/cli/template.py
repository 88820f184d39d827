"""A new plugin's project, written from templates that come with standfast."""

from __future__ import annotations

import re
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from standfast import __version__
from standfast.contract.checking import CONTRACT

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SUFFIX: Final = ".template"
_MARK: Final = re.compile(r"@@|@([a-z_]+)@|@\{([a-z_]+)\}")
"""What is filled in; braces and dollars are common in what is written."""


class CannotMake(Exception):  # noqa: N818 - a verdict
    """``str()`` says why."""


def make(name: str, kind: str, directory: Path) -> Path:
    """Write ``standfast-NAME`` below ``directory``; where it is. Raises :class:`CannotMake`."""
    if not _NAME.fullmatch(name):
        raise CannotMake(f"`{name}` is no name for a plugin: lower case letters, digits and single dashes, as `redis`")
    project = directory / f"standfast-{name}"
    if project.exists():
        raise CannotMake(f"{project} exists already; nothing was written")
    written = texts(name, kind)
    try:
        for path, text in written.items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text)
    except OSError as error:
        raise CannotMake(f"{project} cannot be written: {error.strerror}") from error
    return project


def texts(name: str, kind: str) -> dict[str, str]:
    """Path in the project -> text."""
    values = _values(name)
    found: dict[str, str] = {}
    for part in ("every", kind):
        for path, template in _files(resources.files("standfast.cli") / "templates" / part, ""):
            found[_filled(path, values).removesuffix(_SUFFIX)] = _filled(template, values)
    return found


def _values(name: str) -> dict[str, str]:
    module = "standfast_" + name.replace("-", "_")
    major, minor, *_ = __version__.split(".")
    return {
        "name": name,
        "project": f"standfast-{name}",
        "module": module,
        "keyword": name.replace("-", "_").upper() + "_CHECK",
        "block": name.replace("-", "_"),
        "kind_class": "".join(part.capitalize() for part in name.split("-")),
        "contract": str(CONTRACT),
        "version": f"{major}.{minor}",
    }


def _files(place: Traversable, before: str) -> list[tuple[str, str]]:
    found = []
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _files(entry, f"{before}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            found.append((f"{before}{entry.name}", entry.read_text()))
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    return _MARK.sub(lambda found: values[found[1] or found[2]] if found[0] != "@@" else "@", text)
