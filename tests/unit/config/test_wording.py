from __future__ import annotations

from standfast.config.keywords.root import build_schema
from standfast.config.model import Announcing, Config, VrrpInstance
from standfast.config.schema import block_at
from standfast.config.wording import ANNOUNCING_FIELDS, BLOCKS, CANNOT_CHANGE, FIELDS, OTHERS, TOP, keyword_of

SCHEMA = build_schema()


def names(block: str) -> set[str]:
    return set(block_at(SCHEMA, block).names())


def test_every_field_of_an_instance_has_its_words():
    assert set(FIELDS) | set(BLOCKS) | set(OTHERS) | {"announcing"} == set(VrrpInstance.__struct_fields__)
    assert set(ANNOUNCING_FIELDS) == set(Announcing.__struct_fields__)
    assert set(TOP) | set(CANNOT_CHANGE) <= set(Config.__struct_fields__)


def test_every_word_is_a_keyword():
    known = names("vrrp_instance") | names("global_defs")
    words = {wording.keyword for wording in (*FIELDS.values(), *ANNOUNCING_FIELDS.values())}
    assert words - known == set()
    assert {word for word in BLOCKS.values() if "*" not in word} - known == set()


def test_what_is_inherited_is_a_keyword_of_global_defs():
    above = {name for wording in (*FIELDS.values(), *ANNOUNCING_FIELDS.values()) for name in wording.inherits}
    assert above - names("global_defs") == set()


def test_no_default_of_global_defs_is_forgotten():
    """A keyword of an instance that stands in `global_defs` as well, with `vrrp_` before it, inherits from there."""
    above = names("global_defs")
    for wording in (*FIELDS.values(), *ANNOUNCING_FIELDS.values()):
        if f"vrrp_{wording.keyword}" in above - {"vrrp_priority"}:  # that one is the process's nice value
            assert wording.inherits[0] == f"vrrp_{wording.keyword}"


def test_the_source_is_called_by_its_use():
    assert keyword_of("source") == "mcast_src_ip"
    assert keyword_of("source", unicast=True) == "unicast_src_ip"
    assert keyword_of("vips") == "virtual_ipaddress"
    assert keyword_of("unheard_of") == "unheard_of"
