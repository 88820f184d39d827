from __future__ import annotations

from standfast.config.keywords.common import AnyLine, script, waiting
from standfast.config.kinds import Flag
from standfast.config.load import load_text


def test_what_waits_is_not_acted_on():
    assert not waiting("x", Flag(), "Words.", "x").acted_on
    keyword = script("notify", "Run.")
    assert (keyword.acted_on, keyword.repeat, keyword.kind.least) == (False, "first", 1)


def test_any_line_is_kept_as_words():
    assert AnyLine("ANY").options == ()
    loaded = load_text("vrrp_sync_group g {\ngroup {\none two\nthree\n}\n}\n")
    lines = loaded.settings.block("vrrp_sync_group").all("group")
    assert [[word.text for word in line.value] for line in lines] == [["one", "two"], ["three"]]
