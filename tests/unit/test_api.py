"""The public surface: a change here is a change for people who wrote plugins."""

from __future__ import annotations

import types

from standfast import api
from standfast.config.load import load_text
from standfast.plugins import with_plugins

PUBLIC = {
    "Address", "Block", "Choice", "Entries", "Flag", "Integer", "IpAddress",
    "Keyword", "Register", "Seconds", "Switch", "Text", "hookimpl",
}  # fmt: skip


class Installed:
    """An entry point as an installed distribution has it."""

    name = "redis"

    def load(self) -> object:
        plugin = types.ModuleType("redis_check")

        @api.hookimpl
        def standfast_register_blocks(register: api.Register) -> None:
            keyword = api.Keyword("database", api.Integer(0, 15), doc="Which one.", example="database 0")
            block = api.Block("REDIS_CHECK", doc="Asks for a PONG.", example="REDIS_CHECK { }", keywords=(keyword,))
            register(block, below="virtual_server/real_server")

        plugin.standfast_register_blocks = standfast_register_blocks  # type: ignore[attr-defined]
        return plugin


def test_the_public_surface_is_what_is_promised():
    assert set(api.__all__) == PUBLIC
    assert all(getattr(api, name).__doc__ or name == "hookimpl" for name in PUBLIC)


def test_a_block_made_of_public_names_alone_is_checked_like_cores_own():
    schema, faults = with_plugins([Installed()])
    assert faults == []
    text = "virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n REDIS_CHECK {\n databse 1\n }\n }\n}\n"
    messages = [found.message for found in load_text(text, schema=schema).diagnostics]
    assert "unknown keyword `databse` in `REDIS_CHECK`" in messages
