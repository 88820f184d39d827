"""The kernel takes our messages, and nft(8) reads back what it would have made of our text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from standfast.lab.namespace import Namespace, batch, run, unique_prefix
from standfast.net.nft import terms as t
from standfast.net.nft.channel import Channel, TransactionRefused, Watch
from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    DeleteChain,
    DeleteElements,
    DeleteSet,
    DeleteTable,
    FlushChain,
    Hook,
    Table,
    render,
)
from standfast.net.nft.sets import CONSTANT, DYNAMIC, INTERVAL, TIMEOUT, Set
from standfast.net.nft.statements import (
    CLOSING,
    COUNT,
    MASQUERADE,
    NEVER_TRACKED,
    NOT_TRANSLATED,
    REJECT,
    RESET,
    UNTRACKED,
    Branch,
    Destination,
    Device,
    Do,
    Forward,
    Match,
    MatchAny,
    MatchSet,
    Rewrite,
    SetMark,
    Update,
)
from standfast.net.nft.timeouts import AddTimeout, DeleteTimeout, SetTimeout, Timeout
from standfast.net.nft.types import (
    INTEGER,
    IPV4,
    IPV6,
    MARK,
    ORDERED_INTEGER,
    PROTOCOL,
    SERVICE,
    Verdict,
    concatenation,
    number32,
    packed,
)

INET = Table("inet", "standfast-lab")
NETDEV = Table("netdev", "standfast-lab")
A, B = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))
SIX = bytes.fromhex("20010db8" + "00" * 11 + "01")
WEB = (8080).to_bytes(2, "big")
NUMBER = t.Numbered(4)
SLOTS = Set(
    "sl1",
    INTEGER,
    concatenation(IPV4, SERVICE),
    typeof=(NUMBER, t.joined(t.IP_DESTINATION, t.TCP_DESTINATION_PORT)),
)
SLOTS6 = Set("sl6", INTEGER, IPV6, typeof=(NUMBER, t.IP6_DESTINATION))
CHAINS = Set("vm", INTEGER, verdicts=True, typeof=(NUMBER, None))
RANDOM = Set("rnd", ORDERED_INTEGER, IPV4, flags=INTERVAL, typeof=(t.Numbered(100, random=True), t.IP_DESTINATION))
SERVICES = Set("vs4", concatenation(PROTOCOL, IPV4, SERVICE), verdicts=True, counters=True)
RANGES = Set("vs4r", concatenation(PROTOCOL, IPV4, SERVICE), verdicts=True, flags=INTERVAL, counters=True)
CLIENTS = Set("pe1", IPV4, concatenation(IPV4, SERVICE), flags=DYNAMIC | TIMEOUT, timeout_ms=360_000, size=1000)
SERVERS = Set("rs4", IPV4)
NETS = Set("nets", IPV4, flags=INTERVAL)
SHORT = Timeout("short", "ip", "tcp", (("established", 77), ("fin_wait", 9)))
SHORT6 = Timeout("short6", "ip6", "udp", (("unreplied", 11), ("replied", 22)))
FIXED = Set("fixed", PROTOCOL, flags=CONSTANT)
COUNTED = Set("con4", concatenation(PROTOCOL, IPV4, SERVICE, IPV4, SERVICE), counters=True)
FLOWS = Set("fl2", concatenation(IPV4, SERVICE), MARK, flags=DYNAMIC | TIMEOUT, timeout_ms=900_000, size=100)
BACKENDS = Set("be2", MARK, IPV4, counters=True)
DR_SLOTS = Set("sl2", INTEGER, MARK, typeof=(NUMBER, t.META_MARK))
TCP = Match(t.META_L4PROTO, b"\x06")
KEY4 = t.joined(t.META_L4PROTO, t.IP_DESTINATION, t.DESTINATION_PORT)
CT_KEY = t.joined(
    t.META_L4PROTO, t.CT_ORIGINAL_IP_DESTINATION, t.CT_ORIGINAL_PORT, t.CT_REPLY_IP_SOURCE, t.CT_REPLY_PORT
)
PORTED = MatchAny(t.META_L4PROTO, (b"\x06", b"\x11", b"\x84"))
MASKED = t.Masked(t.IP_SOURCE, bytes((255, 255, 255, 0)))


def looked(term: t.Term, container: Set) -> t.Looked:
    assert container.data
    return t.Looked(term, container.name, container.data)


def inet() -> list:
    sets = (SLOTS, SLOTS6, CHAINS, RANDOM, SERVICES, RANGES, CLIENTS, SERVERS, NETS, FIXED, COUNTED)
    one = packed(b"\x06", A, WEB)
    return [
        AddTable(INET),
        *(AddSet(INET, each) for each in sets),
        *(AddChain(INET, name) for name in ("vs1", "vs2", "other", "po1")),
        AddChain(INET, "prerouting", Hook("nat", "prerouting", -100)),
        AddChain(INET, "postrouting", Hook("nat", "postrouting", 100)),
        AddChain(INET, "input", Hook("filter", "input", 0)),
        AddChain(INET, "strict", Hook("filter", "output", 0, policy="drop")),
        AddElements(INET, SLOTS, {number32(n): packed((A, B)[n % 2], WEB) for n in range(4)}),
        AddElements(INET, SLOTS6, {number32(0): SIX}),
        AddElements(INET, CHAINS, {number32(0): Verdict("goto", "vs1"), number32(1): Verdict("goto", "other")}),
        AddElements(
            INET, RANDOM, {bytes(4) + (40).to_bytes(4, "big"): A, (41).to_bytes(4, "big") + (99).to_bytes(4, "big"): B}
        ),
        AddElements(INET, SERVICES, {one: Verdict("goto", "vs1")}),
        AddElements(INET, RANGES, {packed(b"\x06", A, b"\0\1") + packed(b"\x06", B, WEB): Verdict("goto", "vs1")}),
        AddElements(INET, SERVERS, {A: None, B: None}),
        AddElements(INET, NETS, {A + B: None, bytes((192, 0, 2, 0)) + bytes((192, 0, 2, 255)): None}),
        AddElements(INET, FIXED, {b"\x06": None, b"\x11": None}),
        AddElements(INET, COUNTED, {packed(b"\x06", A, WEB, B, WEB): None}),
        AddRule(INET, "vs1", (TCP, Destination("ip", looked(MASKED, CLIENTS)))),
        AddRule(INET, "vs1", (TCP, Destination("ip", looked(NUMBER, SLOTS)))),
        AddRule(INET, "vs1", (TCP, Destination("ip6", looked(NUMBER, SLOTS6)))),
        AddRule(INET, "vs1", (Destination("ip", looked(t.Ordered(t.Numbered(100, random=True)), RANDOM)),)),
        AddRule(
            INET,
            "vs2",
            (TCP, Destination("ip", looked(t.Hashed(t.joined(t.IP_SOURCE, t.SOURCE_PORT), 251, 0x5F3759DF), SLOTS))),
        ),
        AddRule(INET, "vs2", (Branch(NUMBER, "vm"),)),
        AddTimeout(INET, SHORT),
        AddTimeout(INET, SHORT6),
        AddRule(INET, "vs2", (TCP, SetTimeout("short"), Destination("ip", looked(NUMBER, SLOTS)))),
        AddRule(INET, "other", (Rewrite(t.IP_DESTINATION, A), Rewrite(t.UDP_DESTINATION_PORT, WEB))),
        AddRule(INET, "other", (Rewrite(t.IP6_DESTINATION, SIX), Rewrite(t.UDP_SOURCE_PORT, WEB))),
        AddRule(
            INET, "po1", (TCP, Update("pe1", MASKED, t.joined(t.CT_REPLY_IP_SOURCE, t.CT_REPLY_PORT), timeout_ms=60000))
        ),
        AddRule(INET, "prerouting", (Branch(KEY4, "vs4"),)),
        AddRule(INET, "prerouting", (Branch(KEY4, "vs4r"),)),
        AddRule(INET, "postrouting", (NOT_TRANSLATED, Do(Verdict("return")))),
        AddRule(INET, "postrouting", (PORTED, MatchSet(CT_KEY, "con4"))),
        AddRule(INET, "postrouting", (MatchSet(t.IP_SOURCE, "rs4"), MASQUERADE)),
        AddRule(INET, "postrouting", (Do(Verdict("jump", "po1")),)),
        AddRule(INET, "input", (TCP, MatchSet(t.IP_SOURCE, "nets", negated=True), COUNT, RESET)),
        AddRule(INET, "input", (MatchSet(t.META_L4PROTO, "fixed"), REJECT)),
        AddRule(INET, "input", (Match(t.META_IIFNAME, b"eth0".ljust(16, b"\0"), "!="), Do(Verdict("drop")))),
        AddRule(INET, "input", (NEVER_TRACKED, Match(t.CT_DIRECTION, b"\1"), UNTRACKED)),
    ]


def netdev(index: int) -> list:
    flow = t.joined(t.IP_SOURCE, t.SOURCE_PORT)
    send = Forward("ip", looked(t.META_MARK, BACKENDS), Device("lo", index))
    known = Match(t.META_MARK, number32(0), "!=")
    return [
        AddTable(NETDEV),
        *(AddSet(NETDEV, each) for each in (FLOWS, BACKENDS, DR_SLOTS)),
        AddChain(NETDEV, "vs2"),
        AddChain(NETDEV, "ingress", Hook("filter", "ingress", 0, devices=("lo",))),
        AddElements(NETDEV, BACKENDS, {number32(1): A, number32(2): B}),
        AddElements(NETDEV, DR_SLOTS, {number32(0): number32(1), number32(1): number32(2)}),
        AddRule(NETDEV, "vs2", (SetMark(t.mark(0)),)),
        AddRule(NETDEV, "vs2", (SetMark(looked(flow, FLOWS)),)),
        AddRule(NETDEV, "vs2", (CLOSING, known, Update("fl2", flow, t.META_MARK, timeout_ms=120_000), send)),
        AddRule(NETDEV, "vs2", (SetMark(looked(NUMBER, DR_SLOTS)),)),
        AddRule(NETDEV, "vs2", (Update("fl2", flow, t.META_MARK), send)),
        AddRule(NETDEV, "ingress", (Match(t.META_MARK, number32(7)), Do(Verdict("goto", "vs2")))),
    ]


@pytest.fixture
def pair() -> Iterator[tuple[Namespace, Namespace]]:
    prefix = unique_prefix()
    both = Namespace(f"{prefix}-nl"), Namespace(f"{prefix}-text")
    batch([f"netns add {each.name}" for each in both])
    yield both
    for each in both:
        each.remove()


@contextmanager
def channel(inside: Namespace) -> Iterator[Channel]:
    with inside.entered():
        made = Channel()
    with closing(made):
        yield made


def text_into(inside: Namespace, commands: list) -> None:
    with inside.entered():
        run("nft", "-f", "-", feed="\n".join(render(commands)) + "\n")


def test_netlink_and_text_are_the_same_ruleset(pair):
    by_netlink, by_text = pair
    with channel(by_netlink) as sending:
        for commands in (inet(), netdev(1)):
            sending.commit(commands)
            text_into(by_text, commands)
        listed = by_netlink.run("nft", "list", "ruleset")
        assert "jhash ip saddr . tcp sport mod 251 seed 0x5f3759df map @sl1" in listed
        assert "fwd ip to meta mark map @be2" in listed
        assert "policy = { established : 77, fin_wait : 9 }" in listed
        assert 'ct timeout set "short" dnat' in listed
        assert listed == by_text.run("nft", "list", "ruleset")


def test_every_deletion(pair):
    by_netlink, _ = pair
    with channel(by_netlink) as sending:
        sending.commit(inet())
        one = packed(b"\x06", A, WEB)
        sending.commit(
            [
                DeleteElements(INET, SERVICES, {one: None}),
                DeleteElements(INET, RANGES, {packed(b"\x06", A, b"\0\1") + packed(b"\x06", B, WEB): None}),
                DeleteElements(INET, NETS, {A + B: None}),
                DeleteElements(INET, CHAINS, {number32(0): None, number32(1): None}),
                FlushChain(INET, "vs1"),
                FlushChain(INET, "vs2"),
            ]
        )
        sending.commit([DeleteChain(INET, "vs1"), DeleteSet(INET, SLOTS), DeleteSet(INET, CHAINS)])
        sending.commit([DeleteTimeout(INET, SHORT), DeleteTimeout(INET, SHORT6)])
        assert "ct timeout" not in by_netlink.run("nft", "list", "ruleset")
        assert sending.chains(INET) == {"vs2", "other", "po1", "prerouting", "postrouting", "input", "strict"}
        assert sending.rules(INET) == {"other": 2, "po1": 1, "prerouting": 2, "postrouting": 4, "input": 4}
        assert {"sl6", "con4"} < sending.sets(INET)
        assert "sl1" not in sending.sets(INET)
        sending.commit([DeleteTable(INET)])
        assert sending.tables(INET.name) == set()


def test_elements_come_back(pair):
    by_netlink, _ = pair
    with channel(by_netlink) as sending:
        sending.commit([*inet(), *netdev(1)])
        assert sending.tables(INET.name) == {INET, NETDEV}
        slots = {element.key: element.data for element in sending.elements(INET, "sl1")}
        assert slots == {number32(n): packed((A, B)[n % 2], WEB) for n in range(4)}
        ranged = sending.elements(INET, "vs4r")
        wanted = packed(b"\x06", A, b"\0\1") + packed(b"\x06", B, WEB)
        assert [(each.key, each.data, each.packets) for each in ranged] == [(wanted, Verdict("goto", "vs1"), 0)]
        counted = packed(b"\x06", A, WEB, B, WEB)
        found = sending.element(INET, COUNTED, counted)
        assert found is not None
        assert found.key == counted
        assert sending.element(INET, COUNTED, packed(b"\x11", A, WEB, B, WEB)) is None
        with pytest.raises(FileNotFoundError):
            sending.elements(INET, "missing")


def test_a_large_transaction_is_one_and_a_refused_one_changes_nothing(pair):
    by_netlink, _ = pair
    with channel(by_netlink) as sending:
        big = Set("big", INTEGER, IPV4, typeof=(NUMBER, t.IP_DESTINATION))
        elements = {number32(n): number32(n) for n in range(70_000)}
        sending.commit([AddTable(INET), AddSet(INET, big), AddElements(INET, big, elements)])
        assert len(sending.elements(INET, "big")) == len(elements)
        with pytest.raises(
            TransactionRefused, match="take elements out of inet standfast-lab big: No such file"
        ) as caught:
            sending.commit([AddSet(INET, SERVERS), DeleteElements(INET, big, {number32(99_999): None})])
        assert caught.value.refusals[0].place == 1
        assert sending.sets(INET) == {"big"}
        with pytest.raises(TransactionRefused, match="delete chain inet standfast-lab nobody"):
            sending.commit([DeleteChain(INET, "nobody")])


def test_a_foreign_hand_is_noticed_and_our_own_is_not(pair):
    by_netlink, _ = pair
    with channel(by_netlink) as sending:
        with by_netlink.entered():
            watch = Watch()
        sending.commit(inet())
        assert not watch.touched_by_others(INET.name, sending.port)
        by_netlink.run("nft", "add", "table", "inet", "unrelated")
        assert not watch.touched_by_others(INET.name, sending.port)
        by_netlink.run("nft", "flush", "ruleset")
        assert watch.touched_by_others(INET.name, sending.port)
        watch.close()
