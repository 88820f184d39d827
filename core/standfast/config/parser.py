"""The front of the configuration pipeline: a file with everything it includes to one tree and all its faults.

No input raises anything: what is wrong becomes a diagnostic, and reading goes on.  A later stage should not report
a second fault on a line that already has an error (:func:`standfast.config.notices.lines_at_fault`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from standfast.config import includes
from standfast.config.builder import Builder
from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.notices import Notices
from standfast.config.preprocess import EndlessError, Limits, Preprocessor, Setting
from standfast.config.schema import Block
from standfast.config.source import DiskReader, Document, MemoryReader, Reader
from standfast.config.tree import Tree

TEXT_NAME = "<text>"
"""The name in messages of text that was in no file."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the front of the pipeline knows."""

    tree: Tree
    diagnostics: list[Diagnostic]
    """In the order found."""
    documents: tuple[Document, ...]
    """Every file that was read, the main one first; one that is included twice stands here twice."""
    fatal: tuple[Diagnostic, ...]
    """Why nothing may start (keepalived: exit status 6); these are among the diagnostics too."""


def parse(
    path: str,
    *,
    reader: Reader | None = None,
    config_id: str = "",
    environ: Mapping[str, str] | None = None,
    rng: random.Random | None = None,
    checks: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    schema: Block | None = None,
) -> Parsed:
    """Parse the main file ``path`` (which may be a pattern) and everything it includes; default: from disk.

    ``config_id`` is what ``@ID`` lines compare with, ``environ`` what ``${_ENV NAME}`` sees, ``rng`` gives
    ``${_RANDOM}``; ``checks`` is the include check level at the start
    (:data:`standfast.config.includes.ALL` for ``-e``). ``schema`` lets a block that lost its ``{`` be recognised.
    """
    notices = Notices()
    reader = reader or DiskReader()
    documents = _main_files(path, reader, notices)
    setting = Setting(config_id, environ or {}, rng or random.SystemRandom(), checks, limits or Limits())
    return _parsed(documents, reader, Builder(notices, schema), setting)


def parse_text(
    text: str | bytes,
    *,
    name: str = TEXT_NAME,
    reader: Reader | None = None,
    config_id: str = "",
    environ: Mapping[str, str] | None = None,
    rng: random.Random | None = None,
    checks: frozenset[str] = frozenset(),
    limits: Limits | None = None,
    schema: Block | None = None,
) -> Parsed:
    """Parse text that is in no file; what it includes comes from ``reader`` (default: there is nothing to include)."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    setting = Setting(config_id, environ or {}, rng or random.SystemRandom(), checks, limits or Limits())
    return _parsed([Document.of(name, data)], reader or MemoryReader({}), Builder(Notices(), schema), setting)


def _main_files(path: str, reader: Reader, notices: Notices) -> list[Document]:
    """The main file, which is always checked strictly."""
    found = includes.find(reader, path)
    for check, words in found.problems:
        if check in includes.MAIN:
            notices.add("SF1001", Span(path, 1, 1, 2), f"configuration cannot be read: {words}", fatal=True)
    if len(found.files) > 1:
        message = f"{len(found.files)} files match the name of the main file: `{path}`"
        notices.add("SF1002", Span(path, 1, 1, 2), message)
    documents = []
    for name in found.files:
        try:
            documents.append(Document.of(name, reader.read(name)))
        except OSError as error:
            words = f"configuration cannot be read: {error.strerror or error}"
            notices.add("SF1001", Span(name, 1, 1, 2), words, fatal=True)
    return documents


def _parsed(documents: list[Document], reader: Reader, builder: Builder, setting: Setting) -> Parsed:
    notices = builder.notices
    preprocessor = Preprocessor(reader, builder, notices, setting)
    try:
        for document in documents:
            preprocessor.read(document)
        preprocessor.end()
    except EndlessError:
        builder.abandon()
        builder.tree.statements.clear()  # nothing starts, and what there is may be a million lines
    tree = builder.finish()
    read = tuple(preprocessor.documents)
    tree.files = list(dict.fromkeys(document.name for document in read))
    return Parsed(tree, notices.all(), read, tuple(notices.fatal))
