"""Lines of ``static_rules`` and ``virtual_rules``: selectors, and exactly one action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from standfast.config.kinds import DROPPED, Dropped, Reader
from standfast.config.lines import INT32, UINT32, RefusedError, c_integer
from standfast.config.route_words import RULE_OPTIONS
from standfast.config.routing_lines import FAMILIES, RoutingLine, RoutingReader
from standfast.config.tree import Word

ACTIONS = ("blackhole", "unreachable", "prohibit", "nop", "l3mdev")
"""Actions without an argument."""

ONLY_WITH_TABLE = {"realm_to": "realms", "suppress_prefixlength": "suppress_prefixlength",
                   "suppress_group": "suppress_ifgroup"}  # fmt: skip

PROTOCOLS = {
    **{"icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "udp": 17, "dccp": 33, "ipv6": 41, "gre": 47, "esp": 50, "ah": 51},
    **{"icmpv6": 58, "ipv6-icmp": 58, "ospf": 89, "vrrp": 112, "sctp": 132, "udplite": 136, "mpls": 137},
}


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule; ``static`` ones know ``track_group``."""

    static: bool = False

    @property
    def syntax(self) -> str:
        """For people."""
        return "SELECTOR ... ACTION [OPTION ...]"

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words."""
        return tuple(texts for name, texts in RULE_OPTIONS.items() if self.static or name != "track_group")

    def read(self, reader: Reader) -> RoutingLine | Dropped:
        """A fault anywhere drops the line."""
        rule = _Rule(reader)
        try:
            while (word := rule.next()) is not None:
                if word.text == "track_group" and self.static:
                    rule.fields["track_group"] = rule.value(word).text
                else:
                    rule.word(word)
            return rule.finish()
        except RefusedError:
            return DROPPED


class _Rule(RoutingReader):
    """One line on its way."""

    def word(self, word: Word) -> None:
        """One word with what belongs to it."""
        option = _OPTIONS.get(word.text)
        if option is None or word.quoted:
            self.unknown(word, "a rule", tuple(RULE_OPTIONS))
        option(self, word)

    def act(self, word: Word, action: str) -> None:
        """Take the action; there is one at most."""
        if "action" in self.fields:
            self.refuse("SF3115", word, f"`{word.text}` is a second action; a rule has one")
        self.fields["action"] = action

    def finish(self) -> RoutingLine:
        """What only the whole line can tell."""
        fields, first = self.fields, self.reader.statement.keyword
        if "action" not in fields:
            self.refuse("SF3113", first, "a rule needs an action", "add `table` and a table, for example")
        for name, word in ONLY_WITH_TABLE.items():
            if name in fields and fields["action"] not in ("table", "l3mdev"):
                self.refuse("SF3104", first, f"`{word}` means something only together with a table")
        if fields["action"] == "goto" and fields.get("preference", fields["goto"]) >= fields["goto"]:
            self.refuse("SF3104", first, "`goto` leads to a later rule: its own `preference` must be given and smaller")
        self.protocol()
        return self.result


def _from(rule: _Rule, option: Word) -> None:
    rule.fields["source"], rule.fields["source_prefix"] = rule.one_prefix(rule.value(option))


def _to(rule: _Rule, option: Word) -> None:
    rule.fields["destination"], rule.fields["destination_prefix"] = rule.one_prefix(rule.value(option))


def _family(rule: _Rule, word: Word) -> None:
    rule.agree(word, FAMILIES[word.text])


def _not(rule: _Rule, _word: Word) -> None:
    rule.fields["inverted"] = True


def _mark(rule: _Rule, option: Word) -> None:
    word = rule.value(option)
    mark, slash, mask = word.text.partition("/")
    rule.fields["mark"] = rule.c_number(Word(mark, word.span), "fwmark", UINT32)
    if slash:
        rule.fields["mask"] = rule.c_number(Word(mask, word.span), "fwmark", UINT32)


def _tos(rule: _Rule, option: Word) -> None:
    rule.fields["tos"] = rule.named(option, "dsfield")


def _iif(rule: _Rule, option: Word) -> None:
    rule.fields["iif"] = rule.interface(option)


def _oif(rule: _Rule, option: Word) -> None:
    rule.fields["oif"] = rule.interface(option)


def _uids(rule: _Rule, option: Word) -> None:
    rule.fields["uids"] = rule.span_of(option, 0, UINT32 - 1)


def _ip_protocol(rule: _Rule, option: Word) -> None:
    if option.text != "ipproto":
        message = f"keepalived's manual has `{option.text}`, but the program does not know it"
        hint = "write `ipproto` to be understood by both"
        rule.reader.findings.warning("SF3103", rule.reader.statement, message, word=option, hint=hint)
    word = rule.value(option)
    number = PROTOCOLS.get(word.text.lower(), c_integer(word.text))
    if number is None or number > 255:
        rule.refuse("SF3004", word, f"`{word.text}` is no protocol", "write its number, 0 to 255")
    rule.fields["ip_protocol"] = number


def _source_ports(rule: _Rule, option: Word) -> None:
    rule.fields["source_ports"] = rule.span_of(option, 1, 65535)


def _destination_ports(rule: _Rule, option: Word) -> None:
    rule.fields["destination_ports"] = rule.span_of(option, 1, 65535)


def _tunnel(rule: _Rule, option: Word) -> None:
    rule.fields["tunnel_id"] = rule.number(option, 0, 2**64 - 1)


def _preference(rule: _Rule, option: Word) -> None:
    rule.fields["preference"] = rule.c_number(rule.value(option), option.text, UINT32)


def _table(rule: _Rule, option: Word) -> None:
    table = rule.named(option, "table")
    if table == 0:
        rule.refuse("SF3002", option, "table 0 is none; write 1 or more")
    rule.act(option, "table")
    rule.fields["table"] = table


def _goto(rule: _Rule, option: Word) -> None:
    rule.act(option, "goto")
    rule.fields["goto"] = rule.c_number(rule.value(option), option.text, UINT32)


def _act(rule: _Rule, word: Word) -> None:
    rule.act(word, word.text)


def _type(rule: _Rule, option: Word) -> None:
    if rule.peek() not in (*ACTIONS, "goto"):
        rule.refuse("SF3004", option, f"`type` stands before an action, not before `{rule.peek()}`")


def _realms(rule: _Rule, option: Word) -> None:
    rule.realms(option, rule.fields)


def _suppress_length(rule: _Rule, option: Word) -> None:
    rule.fields["suppress_prefixlength"] = rule.number(option, 0, INT32)


def _suppress_group(rule: _Rule, option: Word) -> None:
    rule.fields["suppress_group"] = rule.named(option, "group")


def _protocol(rule: _Rule, option: Word) -> None:
    rule.fields["protocol"] = rule.named(option, "protocol")


def _no_track(rule: _Rule, _word: Word) -> None:
    rule.fields["no_track"] = True


_OPTIONS: dict[str, Callable[[_Rule, Word], None]] = {
    **{"from": _from, "to": _to, "inet": _family, "inet6": _family, "not": _not, "fwmark": _mark},
    **{"tos": _tos, "dsfield": _tos, "iif": _iif, "dev": _iif, "oif": _oif, "uidrange": _uids},
    **{"ipproto": _ip_protocol, "ip_proto": _ip_protocol, "sport": _source_ports, "dport": _destination_ports},
    **{"tunnel-id": _tunnel, "preference": _preference, "order": _preference, "priority": _preference},
    **{"table": _table, "lookup": _table, "goto": _goto, "type": _type, "realms": _realms},
    **{"suppress_prefixlength": _suppress_length, "sup_pl": _suppress_length, "suppress_ifgroup": _suppress_group},
    **{"sup_group": _suppress_group, "protocol": _protocol, "no_track": _no_track},
    **dict.fromkeys(ACTIONS, _act),
}
