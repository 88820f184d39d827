"""The whole pipeline behind one call: a file with everything it includes to a checked, typed configuration.

``check``, ``run`` and a reload all use it, so what one of them says the others do.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from msgspec import structs

import standfast.config.codes_binding  # noqa: F401 - declares its codes
from standfast.config.balancing import build_balancing
from standfast.config.bind import bind
from standfast.config.diagnostics import Diagnostic
from standfast.config.doubts import doubt
from standfast.config.echoes import without_echoes
from standfast.config.evidence import settle_evidence
from standfast.config.findings import Findings
from standfast.config.health_model import HealthConfig, health_config
from standfast.config.idle import nothing_to_do
from standfast.config.iproute_names import NameTables
from standfast.config.lvs_model import Balancing
from standfast.config.model import Config
from standfast.config.parser import Parsed, parse, parse_text
from standfast.config.rules import build
from standfast.config.schema import Block
from standfast.config.services import check_services
from standfast.config.settings import Settings
from standfast.config.source import DiskReader, Reader
from standfast.config.targets import addresses_of, build_targets
from standfast.config.tracked_checks import tracked_checks
from standfast.config.tree import Tree
from standfast.config.use import may_use_plugins
from standfast.config.web import build_web
from standfast.containment import Guard, standing_under
from standfast.plugins import Plugins, find_plugins, installed_plugins


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of a file."""

    config: Config | None
    """None if keepalived would not start either: ``stops`` says why."""
    balancing: Balancing
    """Load balancing, which the VRRP process never sees."""
    health: HealthConfig
    """What the health process runs from."""
    diagnostics: list[Diagnostic]
    """Everything that was found: faults of the text, of the structure, of values, of meaning."""
    stops: list[Diagnostic]
    """Those of them for which nothing starts."""
    tree: Tree
    settings: Settings
    """The bound values with their places, blocks of plugins included."""
    files: list[str]
    """Every file that was read, the main one first."""


def load(
    path: str,
    *,
    config_id: str,
    environ: Mapping[str, str] | None = None,
    reader: Reader | None = None,
    guard: Guard | None = None,
    spare_plugins: bool = False,
) -> Loaded:
    """Read the main file ``path`` and everything it includes. Never raises for what stands in them.

    ``config_id`` is what ``@ID`` lines compare with, ``environ`` what ``${_ENV NAME}`` sees. Plugins are asked for
    their blocks, within ``guard``; one that does not work is one more diagnostic.  ``spare_plugins``: if there is
    nothing in the file that could be a plugin's, none is imported (0.15 s of a start), nor its faults found.
    """
    guard = guard or standing_under()
    plugins = Plugins() if spare_plugins else find_plugins(guard=guard)
    with _collector_paused():
        parsed = parse(path, reader=reader, config_id=config_id, environ=environ, schema=plugins.schema)
        if spare_plugins and may_use_plugins(parsed.tree, plugins.schema):
            plugins = find_plugins(guard=guard)
            parsed = parse(path, reader=reader, config_id=config_id, environ=environ, schema=plugins.schema)
        loaded = _loaded(parsed, config_id, plugins, NameTables(reader or DiskReader()))
    if loaded.config is not None:
        loaded.diagnostics.extend(nothing_to_do(loaded.settings, path, loaded.diagnostics))
    return replace(loaded, health=structs.replace(loaded.health, without=dict(guard.without)))


def load_text(
    text: str | bytes, *, config_id: str = "", schema: Block | None = None, plugins: Plugins | None = None
) -> Loaded:
    """The same for text that is in no file, with the plugins that are installed or given, or by ``schema``."""
    plugins = plugins or installed_plugins()
    if schema is not None:
        plugins = replace(plugins, schema=schema, faults=[])
    parsed = parse_text(text, config_id=config_id, schema=plugins.schema)
    return _loaded(parsed, config_id, plugins, NameTables())


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing here makes cycles, and looking for some doubles the time for tens of thousands of instances."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _loaded(parsed: Parsed, config_id: str, plugins: Plugins, names: NameTables) -> Loaded:
    findings = Findings()
    foreign = [block.name for block, _ in plugins.registry.blocks]
    settings = bind(parsed.tree, plugins.schema, findings, foreign=foreign)
    config = build(settings, findings, config_id, names)
    balancing = build_balancing(settings, findings, plugins.checker_types, plugins.load_balancers)
    checks = tracked_checks(settings, config, balancing.tls, findings, plugins.checker_types)
    made = {check.name for check in checks}
    config = structs.replace(config, checks=tuple(check for check in config.checks if check.name in made))
    config = settle_evidence(settings, config, checks, findings)
    check_services(settings.block("global_defs"), findings)
    web = build_web(settings.block("global_defs"), findings)
    doubt(settings, config, findings)
    if not config.global_defs.router_id:
        named = structs.replace(config.global_defs, router_id=os.uname().nodename)
        config = structs.replace(config, global_defs=named)
    health = structs.replace(
        health_config(config, balancing, plugins.distributions, web),
        targets=build_targets(settings, findings, plugins.notifier_types, config),
        providers=build_targets(settings, findings, plugins.provider_types, config),
        checks=checks,
    )
    if health.providers:
        health = structs.replace(health, addresses=addresses_of(config))
    found = without_echoes(parsed.diagnostics, findings.finish())
    diagnostics = [*plugins.faults, *_causes_first(found, parsed.tree.files)]
    stops = [*parsed.fatal, *findings.stops]
    return Loaded(
        None if stops else config,
        balancing,
        health,
        diagnostics,
        stops,
        parsed.tree,
        settings,
        parsed.tree.files,
    )


MISPLACED = ("SF2101", "SF2102")
"""Statements that do not belong where they stand: perhaps a brace above them is the cause."""


def _causes_first(found: list[Diagnostic], files: list[str]) -> list[Diagnostic]:
    """Faults of the text, then those of the structure in the order of the text, then the others as they were found.

    A `}` that closes nothing is found long after what went wrong, which shows at the first statement that does not fit.
    """
    place = {name: number for number, name in enumerate(files)}

    def key(d: Diagnostic) -> tuple[int, int, int]:
        if d.code < "SF20":
            return 0, 0, 0
        structural = d.code < "SF21" or d.code in MISPLACED
        return (1, place.get(d.span.file, 0), d.span.line) if structural else (2, 0, 0)

    return sorted(found, key=key)
