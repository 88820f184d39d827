from standfast.net.nft import terms as t
from standfast.net.nft import wire
from standfast.net.nft.commands import (
    AddChain,
    AddElements,
    AddRule,
    AddSet,
    AddTable,
    DeleteElements,
    DeleteSet,
    Hook,
    Table,
    encode,
    render,
)
from standfast.net.nft.sets import Set
from standfast.net.nft.statements import Match, MatchAny, MatchSet
from standfast.net.nft.types import IPV4

TABLE = Table("inet", "standfast")
SERVERS = Set("rs4", IPV4)
A = bytes((10, 0, 0, 1))


def test_the_text_is_what_nft_takes():
    commands = [
        AddTable(TABLE),
        AddChain(TABLE, "input", Hook("filter", "input", -10)),
        AddChain(Table("netdev", "standfast"), "in", Hook("filter", "ingress", 0, devices=("eth0", "eth1"))),
        AddSet(TABLE, SERVERS),
        AddElements(TABLE, SERVERS, {A: None}),
        DeleteElements(TABLE, SERVERS, {A: None}),
        DeleteSet(TABLE, SERVERS),
    ]
    assert render(commands) == [
        "add table inet standfast",
        "add chain inet standfast input { type filter hook input priority -10; }",
        'add chain netdev standfast in { type filter hook ingress devices = { "eth0", "eth1" } priority 0; }',
        "add set inet standfast rs4 { type ipv4_addr; }",
        "add element inet standfast rs4 { 10.0.0.1 }",
        "delete element inet standfast rs4 { 10.0.0.1 }",
        "delete set inet standfast rs4",
    ]


def test_what_a_field_needs_is_matched_once_before_it():
    tcp = Match(t.META_L4PROTO, b"\x06")
    rule = (tcp, MatchSet(t.IP_SOURCE, "rs4"), MatchSet(t.IP_DESTINATION, "rs4"))
    (message,) = encode([AddRule(TABLE, "input", rule)])
    assert message.body.count(t.META_NFPROTO.load(8)) == 1
    assert message.words == "add rule inet standfast input meta l4proto tcp ip saddr @rs4 ip daddr @rs4"


def test_sets_without_names_come_before_their_rule_and_have_numbers_of_their_own():
    rule = (MatchAny(t.META_L4PROTO, (b"\x06", b"\x11")), MatchAny(t.META_L4PROTO, (b"\x84",)))
    kinds = [message.kind for message in encode([AddSet(TABLE, SERVERS), AddRule(TABLE, "input", rule)])]
    assert kinds == [wire.NEWSET, *(wire.NEWSET, wire.NEWSETELEM) * 2, wire.NEWRULE]


def test_messages_about_many_elements_have_short_words():
    many = {number.to_bytes(4, "big"): None for number in range(100)}
    (message,) = encode([AddElements(TABLE, SERVERS, many)])
    assert message.words == "add elements to inet standfast rs4"
