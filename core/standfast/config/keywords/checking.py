"""What all checkers share: when they run, where they connect to, and the shape in which one is declared.

A checker is a block below ``virtual_server/real_server`` and a function that turns its settings into options;
nothing outside its module knows more of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from standfast.config.findings import Findings
from standfast.config.keywords.lvs_values import MAX_PORT, one_port
from standfast.config.keywords.values import INT_MAX, LONGEST, UINT_MAX
from standfast.config.kinds import Custom, Dropped, Integer, IpAddress, Reader, Seconds, Switch, Words, interface
from standfast.config.lvs_model import Pace, TlsCredentials
from standfast.config.record import Record
from standfast.config.schema import Block, Declaration, Keyword
from standfast.config.settings import Settings
from standfast.config.tree import Statement
from standfast.values import SECOND

BELOW = "virtual_server/real_server"
"""The block that checkers stand in."""

TRACKED = "vrrp_check"
"""And the one in which VRRP tracks them."""

FOREVER = (2**64 - 1) // SECOND * SECOND
PORT = Custom(f"1-{MAX_PORT}", one_port, most=1)
COUNT = Integer(0, UINT_MAX)
LOOP = Seconds(1, FOREVER)
PAUSE = Seconds(0, FOREVER)
CONNECTING = Seconds(1, LONGEST)


@dataclass(frozen=True, slots=True)
class Place:
    """What a checker's options may depend on besides its own settings."""

    settings: Settings
    """Of the checker's block."""
    statement: Statement
    findings: Findings
    pace: Pace
    virtualhosts: tuple[str, str]
    """Of the real server (its own or inherited) and of the virtual server alone."""
    service_delay_loop: int
    """Of the virtual server, whatever the real server says."""
    track_files: Mapping[str, tuple[int, bool]]
    """Name -> its own weight, and whether that is turned round."""
    bfd_sessions: frozenset[str]
    credentials: TlsCredentials | None = None
    """What `SSL` says at the top level."""


@dataclass(frozen=True, slots=True)
class CheckerType:
    """A kind of checker: its declaration, its defaults where they differ, and its own options."""

    block: Block
    options: Callable[[Place], Record | Dropped | None]
    """DROPPED after a complaint: the checker is left out."""
    retry: int = 1
    delay_before_retry: int | None = SECOND
    """None: as `delay_loop`."""
    connects: bool = True
    needs_port: bool = True
    nested: str = ""
    """Blocks in it that are checkers of their own, with this one's settings as defaults."""
    paced_from_start: bool = False
    """`delay_loop` counts from the beginning of a check; otherwise from its end."""
    watches: bool = False
    """It is told of changes: each counts at once, as there is no next look that could confirm it. Set by core."""
    record: type[Record] | None = None
    """What ``options`` returns, so that it can be read again in another process; None: nothing."""


def tracked(block: Block) -> Block:
    """A checker's block as it stands in `vrrp_check`."""

    def told(declaration: Declaration) -> Declaration:
        if isinstance(declaration, Keyword):
            default = declaration.default.replace("the real server's (60)", "the `vrrp_check`'s (1)")
            return replace(declaration, default=default.replace("the real server's", "the `vrrp_check`'s"))
        if isinstance(declaration, Block):
            return replace(declaration, keywords=tuple(map(told, declaration.keywords)))
        return declaration

    return replace(block, keywords=tuple(map(told, block.keywords)))


def nothing(place: Place) -> None:
    """For checkers without options of their own."""


def pacing(retry: int = 1, pause: str = "1") -> tuple[Keyword, ...]:
    """When a checker runs. The defaults are for its documentation."""
    return (
        Keyword("retry", COUNT, "Failures after the first that are forgiven before the checker goes down. The very "
                "first check has none.", "retry 3", f"the real server's, else {retry}"),
        Keyword("delay_before_retry", PAUSE, "Time from a failure to the next try.", "delay_before_retry 3",
                f"the real server's, else {pause}"),
        Keyword("warmup", PAUSE, "Greatest random wait before the first check, on top of one second; 0: none.",
                "warmup 5", "the real server's, else `delay_loop`"),
        Keyword("delay_loop", LOOP, "Time from one check to the next.", "delay_loop 10", "the real server's (60)"),
        ALPHA,
        *PATIENCE,
        Keyword("log_all_failures", Switch(), "Log every failed try, not only the last one.", "log_all_failures",
                "`checker_log_all_failures`"),
    )  # fmt: skip


def one_less(words: Words, reader: Reader) -> int | Dropped:
    """Failures in a row as failures that are forgiven."""
    number = Integer(1, UINT_MAX).number(words[0], reader)
    return number if isinstance(number, Dropped) else number - 1


def patience(owner: str) -> tuple[Keyword, ...]:
    """What keepalived does not have: how many results it takes, and how long a check may."""
    return (
        Keyword("rise", Integer(1, UINT_MAX), "Successes in a row before what is down comes up.", "rise 2",
                f"{owner}1", ours=True),
        Keyword("fall", Custom(f"1-{UINT_MAX}", one_less, most=1), "Failures in a row before what is up goes down; "
                "`fall 3` is `retry 2`, and as with `retry` the very first result counts at once.", "fall 3",
                f"{owner}`retry` plus 1", field="retry", ours=True),
        Keyword("fast_interval", LOOP, "Time to the next check while the state is about to change: after failures that "
                "are forgiven, and between successes before `rise`.", "fast_interval 0.5",
                f"{owner}`delay_before_retry`, `delay_loop`", ours=True),
        Keyword("deadline", CONNECTING, "A check that takes longer in all is a failure.", "deadline 8",
                f"{owner}none but `connect_timeout` for each step", ours=True),
        Keyword("jitter", Integer(0, 50, "percent"), "Each wait is made longer or shorter by up to so much, at random.",
                "jitter 10", f"{owner}0", ours=True),
    )  # fmt: skip


PATIENCE = patience("the real server's, else ")

ALPHA = Keyword("alpha", Switch(), "Down until the first success. Otherwise the server is up until a check fails.",
                "alpha", "the real server's (off)")  # fmt: skip

TARGET = (
    Keyword("connect_ip", IpAddress(), "Connect to this address instead of the real server's.",
            "connect_ip 10.0.0.1", "the real server's"),
    Keyword("connect_port", PORT, "Connect to this port.", "connect_port 8080", "the real server's"),
    Keyword("bindto", IpAddress(), "Source of the connection, of the same IP version.", "bindto 10.0.0.250",
            "the kernel chooses"),
    Keyword("bind_port", PORT, "Source port.", "bind_port 10000", "the kernel chooses"),
    Keyword("bind_if", interface(), "Leave by this interface; needed for link-local addresses.", "bind_if eth1",
            "none"),
    Keyword("connect_timeout", CONNECTING, "How long to wait for the connection, and again for each answer.",
            "connect_timeout 3", "the real server's (5)"),
    Keyword("fwmark", COUNT, "Firewall mark of the packets.", "fwmark 1", "0"),
)  # fmt: skip


def checker_block(
    name: str, doc: str, keywords: tuple[Declaration, ...], example: str = "", *, ours: bool = False
) -> Block:
    """The declaration of a checker; all of them count, also several of a kind."""
    return Block(name, doc, example or f"{name} {{\n    connect_timeout 3\n}}", keywords, repeat="each", ours=ours)


BYTES = Integer(0, INT_MAX, "bytes")
