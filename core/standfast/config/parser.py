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
from standfast.config.preprocess import Endless, Limits, Preprocessor
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
) -> Parsed:
    """Parse the main file ``path`` (which may be a pattern) and everything it includes.

    ``config_id`` is what ``@ID`` lines compare with, ``environ`` what ``${_ENV NAME}`` sees, ``rng`` gives
    ``${_RANDOM}``; ``checks`` is the include check level at the start (:data:`standfast.config.includes.ALL` for ``-e``).
    """
    run = _Run(reader or DiskReader(), config_id, environ, rng, checks, limits)
    return run.files(path)


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
) -> Parsed:
    """Parse text that is in no file; what it includes comes from ``reader`` (default: there is nothing to include)."""
    run = _Run(reader or MemoryReader({}), config_id, environ, rng, checks, limits)
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return run.documents([Document.of(name, data)])


class _Run:
    """One parse."""

    def __init__(
        self,
        reader: Reader,
        config_id: str,
        environ: Mapping[str, str] | None,
        rng: random.Random | None,
        checks: frozenset[str],
        limits: Limits | None,
    ) -> None:
        self.reader = reader
        self.notices = Notices()
        self.builder = Builder(self.notices)
        self.preprocessor = Preprocessor(
            reader,
            self.builder,
            self.notices,
            config_id=config_id,
            environ=environ or {},
            rng=rng or random.SystemRandom(),
            checks=checks,
            limits=limits or Limits(),
        )

    def files(self, path: str) -> Parsed:
        """The main file, which is always checked strictly."""
        start = Span(path, 1, 1, 2)
        found = includes.find(self.reader, path)
        for check, words in found.problems:
            if check in includes.MAIN:
                self.notices.add("SF1001", start, f"configuration {words}", fatal=True)
        if len(found.files) > 1:
            self.notices.add("SF1002", start, f"{len(found.files)} files match the name of the main file: `{path}`")
        documents = []
        for name in found.files:
            try:
                documents.append(Document.of(name, self.reader.read(name)))
            except OSError as error:
                words = error.strerror or str(error)
                self.notices.add("SF1001", Span(name, 1, 1, 2), f"`{name}` cannot be read: {words}", fatal=True)
        return self.documents(documents)

    def documents(self, documents: list[Document]) -> Parsed:
        """Documents that were read, one after the other."""
        try:
            for document in documents:
                self.preprocessor.read(document)
        except Endless:
            self.builder.abandon()
        tree = self.builder.finish()
        read = tuple(self.preprocessor.documents)
        tree.files = list(dict.fromkeys(document.name for document in read))
        return Parsed(tree, self.notices.all(), read, tuple(self.notices.fatal))
