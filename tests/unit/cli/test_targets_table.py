from __future__ import annotations

import io

from rich.console import Console

from standfast.cli.targets_table import providers_table, targets_table
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
    assert providers_table([]) is None


def claimed(**more) -> str:
    usual = {"name": "cloud one", "instance": "VI_1", "state": "held", "claims": 1, "verified_at": None,
             "last_error": ""}  # fmt: skip
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(providers_table([usual | more]))
    return " ".join(console.export_text().split())


def test_who_claims_addresses():
    head = "claimed by for is claims seen here trouble cloud one VI_1"
    assert claimed() == f"{head} held 1 never"
    assert claimed(state="failing", last_error="answered 500").endswith("failing 1 never answered 500")
    assert claimed(state="contested").endswith("the address is somewhere else although it was claimed")
