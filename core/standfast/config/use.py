"""Does a text speak of anything that a plugin may be about? One that only does VRRP starts without importing any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from standfast.config.schema import Block, Entries
from standfast.config.tree import Statement, Tree

SERVED_BY_PLUGINS: Final = ("virtual_server", "vrrp_check", "SSL", "smtp_", "notification_email", "lvs_", "lb_")
"""What keywords of core begin with that plugins do the work for: checks, data planes, notices."""


def may_use_plugins(tree: Tree, schema: Block) -> bool:
    """``schema`` is core's own. Whatever it does not know may be a plugin's."""
    return any(_of_plugins(statement, schema) for statement in tree.statements)


def _of_plugins(statement: Statement, around: Block) -> bool:
    word = statement.keyword.text
    if word.startswith(SERVED_BY_PLUGINS):
        return True
    declared = around.find(word)
    if declared is None:
        return True
    inner: Iterable[Statement] = statement.block or ()
    if isinstance(declared, Entries):
        return False
    if isinstance(declared, Block):
        return any(_of_plugins(each, declared) for each in inner)
    return any(True for _ in inner)
