"""``standfast explain``: what a keyword or a diagnostic's code means, and why something running is as it is."""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator
from typing import Final

import standfast.config.codes_binding  # noqa: F401 - declares its codes
from standfast.cli.instance_page import instance_page
from standfast.cli.tracked_page import known_names, tracked_pages
from standfast.cli.where import add_run_dir
from standfast.config.codes import CODES
from standfast.config.schema import Block, Declaration, Entries, Keyword, walk
from standfast.config.suggest import did_you_mean
from standfast.control.picture import take
from standfast.plugins import with_plugins

WIDTH = 100

ASKS_PLUGINS: Final = True


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "explain",
        help="explain a keyword, the code of a diagnostic, or something of the running daemon by its name",
        description="Explain a keyword or the code of a diagnostic; or, of an instance of the running daemon, which "
        "faults it has since when, what would clear them, and what its priority is made of; of a sync group, what each "
        "member would be by itself; of something that is tracked, how it is since when, who uses it, and what would "
        "change it.",
    )
    parser.add_argument(
        "topic", metavar="KEYWORD|CODE|NAME", help="such as `priority`, `vrrp_instance/priority`, `SF2101`, `VI_1`"
    )
    add_run_dir(parser)


def run(args: argparse.Namespace) -> int:
    """Print the page; 1 if there is none."""
    topic: str = args.topic
    pages = list(_code(topic) if re.fullmatch(r"[Ss][Ff]\d{4}", topic) else keyword_pages(with_plugins()[0], topic))
    picture = take(args.run_dir)
    pages += filter(None, [instance_page(picture.document, topic)])
    pages += tracked_pages(picture.document, topic)
    if not pages:
        print(f"nothing is known about `{topic}`; {_advice(topic)}", file=sys.stderr)
        if names := known_names(picture.document):
            print(f"the running daemon has {names}", file=sys.stderr)
        elif picture.problems:
            print(f"what runs could not be asked: {picture.problems[0]}", file=sys.stderr)
        return 1
    print("\n\n".join(pages))
    return 0


def _code(topic: str) -> Iterator[str]:
    code = CODES.get(topic.upper())
    if code is not None:
        yield f"{code.code} ({code.severity}): {code.title}\n\n{textwrap.fill(code.page, WIDTH)}"


def _advice(topic: str) -> str:
    names = {declaration.name for _, declaration in walk(with_plugins()[0])} | set(CODES)
    return did_you_mean(topic, names) or "see `standfast explain vrrp_instance`"


def keyword_pages(root: Block, topic: str) -> Iterator[str]:
    """A page for each place where the keyword can stand; a path (``vrrp_instance/priority``) narrows it."""
    for path, declaration in walk(root):
        if topic in (path, declaration.name):
            yield page(path, declaration)
    for path, declaration in walk(root):
        if isinstance(declaration, Entries):
            for syntax, doc in declaration.entry.options:
                if syntax.split()[0] == topic:
                    yield f"{topic} (in a line of {path})\n\n{textwrap.fill(doc, WIDTH)}\n\n  syntax:   {syntax}"


def page(path: str, declaration: Declaration) -> str:
    """Everything that the declaration says, as text."""
    place = path.rpartition("/")[0]
    parts = [f"{declaration.name} ({'in ' + place if place else 'at the top level'})", _words(declaration)]
    facts = [f"  {name + ':':9} {text}" for name, text in _facts(declaration) if text]
    parts.append("\n".join(facts))
    if declaration.example:
        parts.append("  example:\n" + textwrap.indent(declaration.example, "    "))
    return "\n\n".join(parts)


def _words(declaration: Declaration) -> str:
    words = [declaration.doc]
    if not declaration.acted_on and "not acted on yet" not in declaration.doc:
        words.append(f"Known and checked, but not acted on yet: {declaration.reason}.")
    if declaration.ours:
        words.append("keepalived does not know this keyword.")
    if declaration.differs:
        words.append(f"Differs from keepalived: {declaration.differs}")
    return textwrap.fill(" ".join(words), WIDTH)


def _facts(declaration: Declaration) -> Iterator[tuple[str, str]]:
    if isinstance(declaration, Keyword):
        yield "syntax", f"{declaration.name} {declaration.kind.syntax}".rstrip()
        yield "default", declaration.default
        yield "twice", {"last": "", "first": "the first one counts", "each": "all count"}[declaration.repeat]
    else:
        yield "syntax", f"{declaration.name} {declaration.header.syntax}".rstrip() + " { ... }"
    if isinstance(declaration, Entries):
        yield "lines", declaration.entry.syntax
        for syntax, doc in declaration.entry.options:
            yield "option", f"{syntax}: {doc}"
    if isinstance(declaration, Block):
        yield "inside", textwrap.fill(", ".join(declaration.names()), WIDTH, subsequent_indent=" " * 12)
    yield "instead", f"write `{declaration.retired}`" if declaration.retired else ""
    yield "since", declaration.since
