"""``global_defs``: settings of the whole daemon, and defaults for all instances."""

from __future__ import annotations

from standfast.config.keywords.global_process import FILES, PROCESS
from standfast.config.keywords.global_services import BALANCING, MAIL, SCRIPTS, SNMP
from standfast.config.keywords.global_vrrp import ANNOUNCING, FIREWALL, PROTOCOL
from standfast.config.keywords.global_web import WEB
from standfast.config.schema import Block

GLOBAL_DEFS = Block(
    "global_defs",
    doc="Settings of the whole daemon, and defaults for all instances. May stand anywhere, and several times.",
    example="global_defs {\n    router_id lb-a\n}",
    keywords=(*PROTOCOL, *ANNOUNCING, *FIREWALL, *PROCESS, *FILES, *MAIL, *SCRIPTS, *BALANCING, *SNMP, *WEB),
)
