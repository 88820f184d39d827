"""Which parts the health process has, in the order in which they stop: what checks, what balances, what tells."""

from __future__ import annotations

from standfast.health.looking_after import LookingAfter
from standfast.health.part import PartMaker
from standfast.health.providing import Providing
from standfast.health.server_lines import ServerLines
from standfast.health.telling_targets import TellingTargets
from standfast.web.part import Http

PARTS: tuple[PartMaker, ...] = (LookingAfter, Providing, ServerLines, TellingTargets, Http)
