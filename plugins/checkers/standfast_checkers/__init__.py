"""Checkers that come with standfast. They come in by the same door as anybody's, and use what is public alone."""

from __future__ import annotations

from standfast.api import Registry, hookimpl
from standfast_checkers.bfd import BfdCheck
from standfast_checkers.dns import DnsCheck
from standfast_checkers.file import FileCheck
from standfast_checkers.http_check import HttpCheck
from standfast_checkers.http_get import HttpGet, SslGet
from standfast_checkers.misc import MiscCheck
from standfast_checkers.ping import PingCheck
from standfast_checkers.smtp import SmtpCheck
from standfast_checkers.tcp import TcpCheck
from standfast_checkers.udp import UdpCheck

CHECKERS = (
    TcpCheck,
    HttpGet,
    SslGet,
    SmtpCheck,
    DnsCheck,
    MiscCheck,
    PingCheck,
    UdpCheck,
    FileCheck,
    BfdCheck,
    HttpCheck,
)


@hookimpl
def standfast_register(registry: Registry) -> None:
    """All of them."""
    for checker in CHECKERS:
        registry.checker(checker)
