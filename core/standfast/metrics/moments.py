"""Times of day in documents as Unix seconds."""

from __future__ import annotations

import datetime


def unix(text: str | None) -> float | None:
    """ISO 8601 as Unix seconds; None stays None."""
    return None if text is None else datetime.datetime.fromisoformat(text).timestamp()
