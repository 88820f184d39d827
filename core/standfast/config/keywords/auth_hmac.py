"""``auth_hmac``: signed adverts."""

from __future__ import annotations

from standfast.config.hmac import read_key
from standfast.config.kinds import Choice, Custom, Integer, Seconds
from standfast.config.schema import Block, Keyword
from standfast.values import SECOND

AUTH_HMAC = Block(
    "auth_hmac",
    doc="A signature behind each advert, for versions 2 and 3; keepalived has it since 2.4.2. Roll it out by `mode "
    "receive-only` on all machines, then `permissive`, then `enforce`. The machines' clocks must agree.",
    example="auth_hmac {\n    key 1 0123456789abcdef0123456789abcdef\n    active_key 1\n}",
    keywords=(
        Keyword("key", Custom("ID TEXT|hex:DIGITS|file:PATH|credential:NAME", read_key, least=2, most=2), "One key: "
                "its number 1-255 and its value, 32 to 64 bytes: text, hexadecimal digits, a file that nobody else "
                "may read, or a credential of systemd (`LoadCredential=`; ours).",
                "key 2 0123456789abcdef0123456789abcdef", repeat="each"),
        Keyword("active_key", Integer(1, 255), "The key that signs.", "active_key 1", "none: it must be given"),
        Keyword("time_window", Seconds(SECOND, 300 * SECOND, places=0), "How far clocks may differ.", "time_window 10",
                "three intervals, at least 5"),
        Keyword("anti_replay", Choice({"time": "time", "monotonic": "monotonic"}), "How old packets are recognised.",
                "anti_replay time", "time"),
        Keyword("mode", Choice({word: word for word in ("enforce", "permissive", "receive-only")}),
                "Whether unsigned adverts are accepted.", "mode enforce", "enforce"),
    ),
)  # fmt: skip
