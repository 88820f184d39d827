"""Plugins come in by entry points; one that is broken is named and disables only itself."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pluggy
import pytest

from standfast.config.keywords.checking import CheckerType, checker_block, nothing
from standfast.config.kinds import Choice, Integer, Text
from standfast.config.load import load_text
from standfast.config.schema import Block, Keyword, block_at
from standfast.containment import Guard
from standfast.contract.checking import Checker, good
from standfast.plugins import find_plugins, installed_plugins, with_plugins

hookimpl = pluggy.HookimplMarker("standfast")
PORT = Keyword("port", Integer(1, 65535), "Where it listens.", "port 389")
BASE = Keyword("base", Text("DN"), "Where to search.", "base dc=example")


def ldap() -> Block:
    return Block("LDAP_CHECK", "Binds to a server.", "LDAP_CHECK {\n}", keywords=(PORT, BASE))


class Good:
    @hookimpl
    def standfast_register_blocks(self, register):
        register(ldap(), below="virtual_server/real_server")
        register(Block("extras", "Our own.", "extras {\n}"))


class Raises:
    @hookimpl
    def standfast_register_blocks(self, register):
        register(Block("half", "", ""))
        raise RuntimeError("no licence")


class Nowhere:
    @hookimpl
    def standfast_register_blocks(self, register):
        register(ldap(), below="virtual_server/no_such_block")


class Takes:
    @hookimpl
    def standfast_register_blocks(self, register):
        register(Block("half", "", ""))
        register(Block("notify_up", "", ""), below="virtual_server/real_server")


class Misspelt:
    @hookimpl
    def standfast_register_blocs(self, register):
        """No hook of ours."""


class WrongArguments:
    @hookimpl
    def standfast_register_blocks(self, register, schema):
        """Asks for more than there is."""


class OldCheck(Checker[None]):
    contract = 0
    declaration = CheckerType(checker_block("OLD_CHECK", "Of yesterday.", ()), nothing)

    async def check(self):
        return good()


class NewCheck(OldCheck):
    contract = 1
    declaration = CheckerType(checker_block("NEW_CHECK", "Of today.", ()), nothing, connects=False)


class Older:
    @hookimpl
    def standfast_register(self, registry):
        registry.block(Block("half", "", ""))
        registry.checker(OldCheck)


class Newer:
    @hookimpl
    def standfast_register(self, registry):
        registry.checker(NewCheck)


def entry(name: str, thing: object) -> SimpleNamespace:
    def load() -> object:
        if isinstance(thing, BaseException):
            raise thing
        return thing

    return SimpleNamespace(name=name, load=load)


def server(inside: str) -> str:
    service = "protocol TCP\nlvs_sched rr\nlvs_method NAT"
    return f"virtual_server 192.0.2.1 389 {{\n{service}\nreal_server 10.0.0.1 389 {{\n{inside}\n}}\n}}\n"


def test_blocks_of_a_plugin_are_checked_like_core_s():
    schema, faults = with_plugins([entry("ldap", Good())])
    assert faults == []
    loaded = load_text(server("LDAP_CHECK {\nprot 389\nport 70000\n}"), schema=schema)
    assert [d.code for d in loaded.diagnostics] == ["SF2101", "SF3002"]
    assert loaded.diagnostics[0].hint == "did you mean `port`?"
    typo = load_text(server("LDAP_CHEK {\n}"), schema=schema)
    assert typo.diagnostics[0].hint == "did you mean `LDAP_CHECK`?"
    assert load_text("extras {\n}\n", schema=schema).diagnostics == []


def test_values_of_a_plugin_are_bound():
    schema, _ = with_plugins([entry("ldap", Good())])
    bound = load_text(server("LDAP_CHECK {\nport 636\n}"), schema=schema).settings
    check = bound.block("virtual_server").block("real_server").block("LDAP_CHECK")
    assert check.get("port") == 636


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (ImportError("no module named ldap3"), "ImportError: no module named ldap3"),
        (Raises(), "RuntimeError: no licence"),
        (Nowhere(), "there is no block 'virtual_server/no_such_block'"),
        (Takes(), "`notify_up` exists already in `virtual_server/real_server`"),
        (Misspelt(), "standfast_register_blocs"),
        (WrongArguments(), "schema"),
        (SystemExit("imports argparse and runs"), "SystemExit: imports argparse and runs"),
        (Older(), "`OldCheck` was made for contract 0; this standfast has 1"),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_broken_plugin_is_named_and_the_others_work(thing, words):
    schema, (fault,) = with_plugins([entry("broken", thing), entry("ldap", Good())])
    assert (fault.code, fault.severity) == ("SF5002", "error")
    assert fault.message.startswith("plugin `broken` does not work: ")
    assert words in fault.message
    assert schema.find("half") is None
    assert block_at(schema, "virtual_server/real_server").find("LDAP_CHECK") is not None


def test_without_plugins_there_is_core():
    schema, faults = with_plugins([])
    assert faults == []
    assert schema.find("vrrp_instance") is not None


def test_installed_plugins_are_found_by_their_group(monkeypatch):
    asked = []
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **which: asked.append(which) or [])
    with_plugins()
    assert asked == [{"group": "standfast"}]


def test_a_checker_of_a_plugin_comes_with_its_block_and_reaches_the_real_server():
    plugins = find_plugins([entry("newer", Newer())])
    assert plugins.faults == []
    assert plugins.checkers == {"NEW_CHECK": NewCheck}
    loaded = load_text(server("NEW_CHECK {\n}"), plugins=plugins)
    (service,) = loaded.balancing.virtual_servers
    assert [checker.kind for checker in service.real_servers[0].checkers] == ["NEW_CHECK"]


def test_the_second_plugin_that_brings_a_name_is_the_one_that_is_refused():
    plugins = find_plugins([entry("first", Newer()), entry("second", Newer())])
    assert plugins.checkers == {"NEW_CHECK": NewCheck}
    (fault,) = plugins.faults
    assert fault.message.startswith("plugin `second` does not work: ")
    assert "`NEW_CHECK` exists already in `virtual_server/real_server`" in fault.message


def test_what_comes_with_standfast_comes_in_by_the_same_door():
    assert installed_plugins().faults == []
    assert installed_plugins() is installed_plugins()
    from importlib import metadata

    assert {"checkers", "notifiers"} <= {found.name for found in metadata.entry_points(group="standfast")}


class Hangs:
    @hookimpl
    def standfast_register(self, registry):
        registry.checker(NewCheck)
        time.sleep(60)


def test_a_plugin_that_hangs_is_given_up_and_the_others_work():
    asked: list[str] = []
    guard = Guard(limit=100_000, asking=asked.append)
    plugins = find_plugins([entry("hangs", Hangs()), entry("ldap", Good())], guard=guard)
    assert [fault.message for fault in plugins.faults] == [
        "plugin `hangs` does not work: not over after 0.1 s, given up"
    ]
    assert plugins.checkers == {}
    assert block_at(plugins.schema, "virtual_server/real_server").find("LDAP_CHECK") is not None
    assert asked == ["hangs", "", "ldap", ""]


def test_a_plugin_that_took_a_process_down_is_not_even_imported():
    plugins = find_plugins([entry("bad", AssertionError("imported"))], guard=Guard(without={"bad": "it hung"}))
    assert [fault.message for fault in plugins.faults] == ["plugin `bad` does not work: it hung"]


def test_what_was_found_is_listed_with_what_became_of_it():
    plugins = find_plugins([entry("newer", Newer()), entry("broken", ImportError("no ldap3"))])
    assert [(found.name, list(found.registry.checkers), found.problem) for found in plugins.found] == [
        ("newer", ["NEW_CHECK"], ""),
        ("broken", [], "ImportError: no ldap3"),
    ]


class Misdeclared(NewCheck):
    declaration = CheckerType(
        checker_block("ODD_CHECK", "x", (Keyword("role", Choice("master", "replica"), "x", "role master"), PORT)),
        nothing,
        connects=False,
    )


class Odd:
    @hookimpl
    def standfast_register(self, registry):
        registry.checker(Misdeclared)


def test_a_kind_that_raises_costs_its_line_alone():
    plugins = find_plugins([entry("odd", Odd())])
    loaded = load_text(server("ODD_CHECK {\nrole master\nprt 1\n}"), plugins=plugins)
    errors = [found for found in loaded.diagnostics if found.severity == "error"]
    first, second = sorted(errors, key=lambda found: found.span.line)
    assert (first.code, first.span.line) == ("SF5003", 7)
    assert first.message.startswith("the plugin of `ODD_CHECK` fails on this line (TypeError: ")
    assert (second.code, second.hint) == ("SF2101", "did you mean `port`?")
    assert loaded.balancing.virtual_servers[0].real_servers[0].checkers
