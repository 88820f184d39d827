"""The public surface as data and as a page: what plugins, tests of plugins and other programs may import.

    python docs/reference_api.py --record changes.d/FRAGMENT.md

records the surface as it is now (`docs/surface.txt`); the fragment tells people what has changed for them.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import msgspec

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "docs" / "surface.txt"
COMMAND = "python docs/reference_api.py --record changes.d/FRAGMENT.md"

MODULES = {
    "standfast.api": "For plugins: the one import.",
    "standfast.net.probe": "Connections for checks.",
    "standfast.net.datagrams": "UDP and ICMP for checks.",
    "standfast.net.tls": "TLS for checks.",
    "standfast.net.webpage": "Pages over HTTP/1 for checks.",
    "standfast.testing": "Does a class keep its contract?",
    "standfast.testing.servers": "Servers that behave, or misbehave as told.",
    "standfast.testing.surroundings": "What core lends to checkers, pretended.",
    "standfast.testing.balancing": "A data plane that is only memory.",
    "standfast.testing.fixtures": "The same as fixtures of pytest.",
    "standfast.config": "`keepalived.conf` as a library.",
    "standfast.events": "What happens, as types.",
}
"""Public module -> its purpose."""


def public(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Its names; without ``__all__`` those that it defines itself."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
        ]
    for name in sorted(names, key=lambda name: (name.lower(), name)):
        yield name, getattr(module, name)


def surface() -> list[str]:
    """One line for each thing that somebody may rely on."""
    lines = []
    for name in MODULES:
        module = importlib.import_module(name)
        for public_name, thing in public(module):
            lines += _lines(f"{name}.{public_name}", thing)
    return lines


def _lines(path: str, thing: object) -> Iterator[str]:
    if not inspect.isclass(thing):
        yield f"{path}{_signature(thing)}" if callable(thing) else f"{path}: {type(thing).__name__}"
        return
    yield f"class {path}({', '.join(base.__name__ for base in thing.__bases__ if base is not object)})"
    members = dict(vars(thing))
    fields = {**_inherited_fields(thing), **inspect.get_annotations(thing)}
    for name in sorted({name for name in (*members, *fields) if not name.startswith("_") or name == "__init__"}):
        member = members.get(name)
        bare = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if inspect.isfunction(bare):
            yield f"{path}.{name}{_signature(bare)}"
        elif name in fields:
            yield f"{path}.{name}: {_annotation(fields[name])}"
        elif isinstance(member, property):
            yield f"{path}.{name} (property)"
        elif not inspect.ismemberdescriptor(member):
            yield f"{path}.{name}"


def _inherited_fields(thing: type) -> dict[str, object]:
    """Fields of a struct that a base brings."""
    if not issubclass(thing, msgspec.Struct):
        return {}
    return {name: note for base in reversed(thing.__mro__) for name, note in inspect.get_annotations(base).items()}


def _signature(thing: object) -> str:
    try:
        found = inspect.signature(thing)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"
    # Addresses of default objects differ from run to run.
    return re.sub(r"<([\w.]+)[^>]* at 0x[0-9a-f]+>", r"<\1>", str(found))


def _annotation(note: object) -> str:
    return note if isinstance(note, str) else getattr(note, "__name__", str(note))


def page() -> str:
    """``api.md``: every name with its first sentence."""
    from standfast.api import CONTRACT

    parts = [_INTRODUCTION.format(contract=CONTRACT)]
    for name, purpose in MODULES.items():
        module = importlib.import_module(name)
        parts.append(f"\n## {name}\n\n{purpose}\n")
        parts += [f"- `{each}`{_words(thing)}" for each, thing in public(module)]
    return "\n".join(parts) + "\n"


_INTRODUCTION = """\
# The public surface

What plugins, tests of plugins and other programs may import. What is not here may change without a word.

- The contract between standfast and plugins has a number, now {contract}; each class says which one it was written for
  (`contract = {contract}`), and one for another number is refused in words. It changes when a class that keeps it would
  not work any more; a new event, a new keyword argument with a default, or a new name does not change it.
- A change of anything here is in the changelog; a test compares it with what is recorded in
  [surface.txt](../surface.txt), where signatures and fields stand.
- All of it is typed (`py.typed`), and checked with `mypy --strict` and pyright (`--verifytypes`, strict mode).

How to begin: [a checker](../plugins/checker.md)."""


def _words(thing: object) -> str:
    """The first sentence of its own documentation."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return ""
    words = inspect.cleandoc(thing.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    if not words or words.startswith(f"{getattr(thing, '__name__', '')}("):
        return ""
    return ": " + re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", words).replace("``", "`")


def recorded() -> tuple[str, list[str]]:
    """The digest of the fragment that told of the last change, and the surface."""
    first, *lines = RECORD.read_text().splitlines()
    return first.rpartition(" ")[2], lines


def differences() -> list[str]:
    """``- gone`` and ``+ new``."""
    before, now = set(recorded()[1]), set(surface())
    return [*(f"- {line}" for line in sorted(before - now)), *(f"+ {line}" for line in sorted(now - before))]


def record(fragment: Path) -> None:
    """Write what is so now; every record needs a fragment of its own, or more words in one."""
    text = fragment.read_text().strip()
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    if RECORD.exists() and digest == recorded()[0] and differences():
        raise SystemExit(f"{fragment} told of the last change already; say in it, or in another, what has changed now")
    RECORD.write_text("\n".join([f"# Recorded by `{COMMAND}`; told in {fragment.name} {digest}", *surface()]) + "\n")


def main() -> int:
    """Print what differs, or record."""
    parser = argparse.ArgumentParser(description=textwrap.dedent((__doc__ or "").partition("\n")[0]))
    parser.add_argument("--record", type=Path, metavar="FRAGMENT", help="a file in changes.d that tells of the change")
    args = parser.parse_args()
    if args.record:
        record(args.record)
        return 0
    sys.stdout.write("".join(f"{line}\n" for line in differences()))
    return int(bool(differences()))


if __name__ == "__main__":
    sys.exit(main())
