from __future__ import annotations

from standfast.config.keywords.notifying import NotifierType
from standfast.config.record import Record
from standfast.config.schema import Block


def test_a_kind_is_called_as_its_block_or_by_its_name():
    block = Block("webhook", "x", "webhook a {\n}")
    assert NotifierType(block, lambda _place: None, Record).kind == "webhook"
    assert NotifierType(None, lambda _place: None, Record, name="smtp").kind == "smtp"
