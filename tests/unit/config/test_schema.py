from __future__ import annotations

import pytest

from standfast.config.kinds import Flag, Text
from standfast.config.load import load_text
from standfast.config.schema import Block, Keyword, block_at, walk

BASE = Keyword("base", Text("DN"), doc="Where to search.", example="base dc=example")


def ldap() -> Block:
    return Block("LDAP_CHECK", doc="Binds to a server.", example="LDAP_CHECK {\n}", keywords=(BASE,))


def root(*below: Block) -> Block:
    return Block("", doc="The top.", example="", keywords=below)


def test_one_declaration_is_found_walked_and_bound():
    schema = root(ldap())
    assert [path for path, _ in walk(schema)] == ["LDAP_CHECK", "LDAP_CHECK/base"]
    loaded = load_text("LDAP_CHECK {\n  base dc=example\n}\n", schema=schema)
    assert loaded.diagnostics == []
    assert loaded.settings.block("LDAP_CHECK").get("base") == "dc=example"


def test_blocks_are_found_by_path():
    schema = root(Block("a", "", "", keywords=(Block("b", "", ""),)))
    assert block_at(schema, "") is schema
    assert block_at(schema, "a/b").name == "b"
    with pytest.raises(KeyError):
        block_at(schema, "a/c")


def test_a_name_is_declared_once():
    schema = root(ldap())
    with pytest.raises(ValueError, match="already declared"):
        schema.attach(ldap())
    schema.attach(Keyword("other", Flag(), "", "other"))
    assert schema.names() == ("LDAP_CHECK", "other")


def test_a_keyword_may_write_the_setting_of_another():
    assert Keyword("preempt", Flag(False), "", "preempt", field="nopreempt").setting == "nopreempt"
    assert BASE.setting == "base"
