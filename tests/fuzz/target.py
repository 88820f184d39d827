"""What the fuzzer and the replay run: the whole pipeline on some bytes, and everything made of its result.

Byte 0xFF divides the text into files: the main one and those that it may include (``b.conf``, ``c.conf`` and so on).
"""

from __future__ import annotations

import json

from standfast.config.load import Loaded, load
from standfast.config.model import decode, encode
from standfast.config.render import as_json, render
from standfast.config.source import MemoryReader

NAMES = ("a.conf", "b.conf", "c.conf", "d/e.conf")
MAIN = NAMES[0]


def run(data: bytes) -> Loaded:
    """Load it, show what was found in each form, and send what came of it to another process. Must never raise."""
    files = dict(zip(NAMES, data.split(b"\xff", len(NAMES) - 1), strict=False))
    loaded = load(MAIN, config_id="main", environ={"SITE": "north"}, reader=MemoryReader(files))
    json.dumps(as_json(loaded.diagnostics))
    for found in loaded.diagnostics[:20]:
        render(found, colour=True)
    if loaded.config is not None:
        sent = decode(encode(loaded.config))
        assert decode(encode(sent)) == sent  # bytes that are no UTF-8 are replaced on the way, once
    else:
        assert loaded.stops
    return loaded
