r"""The one import for plugin authors. Re-exports only; what is not here is not promised.

A plugin declares configuration blocks with the classes that core's own keywords are declared with::

    from standfast.api import Block, Integer, Keyword, hookimpl

    PING = Block(
        "REDIS_CHECK",
        doc="Asks a Redis server for a PONG.",
        example="REDIS_CHECK {\n    database 0\n}",
        keywords=(Keyword("database", Integer(0, 15), doc="Which one to ask.", example="database 0"),),
    )

    @hookimpl
    def standfast_register_blocks(register):
        register(PING, below="virtual_server/real_server")

and names its module by an entry point of the group ``standfast``.
"""

from standfast.config.kinds import Choice, Flag, Integer, IpAddress, Seconds, Switch, Text
from standfast.config.schema import Block, Entries, Keyword
from standfast.plugins import Register, hookimpl
from standfast.values import Address

__all__ = [
    "Address",
    "Block",
    "Choice",
    "Entries",
    "Flag",
    "Integer",
    "IpAddress",
    "Keyword",
    "Register",
    "Seconds",
    "Switch",
    "Text",
    "hookimpl",
]
