from __future__ import annotations

from standfast.config.diagnostics import Span
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement, Word


def test_scalars_lists_and_blocks_have_defaults():
    settings = Settings()
    assert settings.get("priority") is None
    assert settings.get("priority", 100) == 100
    assert settings.all("virtual_ipaddress") == []
    assert settings.block("authentication").get("auth_type") is None


def test_a_value_knows_the_word_that_was_used():
    statement = Statement((Word("thread_timer_expired", Span("f", 1, 1, 2)),), "", "")
    value = Value("timer_expired_backup", 254, statement)
    assert value.keyword == "thread_timer_expired"
    assert Settings(scalars={"timer_expired_backup": value}).get("timer_expired_backup") == 254


def test_false_is_a_value():
    statement = Statement((Word("x", Span("f", 1, 1, 2)),), "", "")
    assert Settings(scalars={"x": Value("x", False, statement)}).get("x", True) is False
