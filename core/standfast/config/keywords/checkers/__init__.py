"""The checkers that come with standfast, one module for each."""

from __future__ import annotations

from standfast.config.keywords.checkers.bfd import BFD_CHECK
from standfast.config.keywords.checkers.common import CheckerType
from standfast.config.keywords.checkers.dns import DNS_CHECK
from standfast.config.keywords.checkers.file import FILE_CHECK
from standfast.config.keywords.checkers.http import HTTP_GET, SSL_GET
from standfast.config.keywords.checkers.misc import MISC_CHECK
from standfast.config.keywords.checkers.ping import PING_CHECK
from standfast.config.keywords.checkers.smtp import SMTP_CHECK
from standfast.config.keywords.checkers.tcp import TCP_CHECK
from standfast.config.keywords.checkers.udp import UDP_CHECK

CHECKERS: dict[str, CheckerType] = {
    checker.block.name: checker
    for checker in (
        TCP_CHECK,
        HTTP_GET,
        SSL_GET,
        SMTP_CHECK,
        DNS_CHECK,
        MISC_CHECK,
        PING_CHECK,
        UDP_CHECK,
        FILE_CHECK,
        BFD_CHECK,
    )
}
"""Name of the block -> the checker."""
