from __future__ import annotations

import io

from rich.console import Console

from standfast.cli.targets_table import targets_table
from standfast.contract.notifying import Manner
from standfast.events import Transition
from standfast.health.delivery import Delivery
from standfast.health.target import Target


def shown(*fails: str) -> list[str]:
    delivery = Delivery(Manner(), "lb-a", lambda: 0.0)
    delivery.put(Transition(at=0, instance="VI", old="BACKUP", new="MASTER", priority=1, cause=""), 0, 0)
    for words in fails:
        delivery.take(10**15)
        delivery.failed(words, 10**15)
    target = Target("webhook", "chat", b"", None, delivery, print, print)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(targets_table([target.describe()]))
    return " ".join(console.export_text().split())


def test_a_target_that_has_something_to_hear():
    assert shown() == "told is waiting delivered last dropped trouble webhook chat delivering 1 0 never 0"


def test_a_target_that_is_dead():
    text = shown("connection refused", "connection refused")
    assert "webhook chat failing 1 0 never 0 connection refused (since " in text
    assert ", again in " in text


def test_no_targets_no_table():
    assert targets_table([]) is None
