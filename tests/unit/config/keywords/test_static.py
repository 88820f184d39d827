from __future__ import annotations

from standfast.config.keywords.static import STATIC


def test_static_lines_know_track_groups():
    for entries in STATIC:
        assert "track_group" in [syntax.split()[0] for syntax, _ in entries.entry.options]
