"""Lines of ``static_routes`` and ``virtual_routes``: ``[TYPE] [to] DESTINATION OPTIONS``, in nearly any order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standfast.config.kinds import DROPPED, Dropped, Reader
from standfast.config.lines import UINT32, RefusedError
from standfast.config.route_legs import encap, leg, via
from standfast.config.route_metrics import METRICS, read_metric
from standfast.config.route_words import ROUTE_OPTIONS
from standfast.config.routing_lines import EVERYTHING, FAMILIES, RoutingLine, RoutingReader
from standfast.config.tree import Word

TYPES = (
    *("unicast", "blackhole", "unreachable", "prohibit", "throw", "local"),
    *("nat", "broadcast", "anycast", "multicast", "xresolve"),
)
ORDERS = ("add", "prepend", "append")
PREFERENCES = {"low": 3, "medium": 0, "high": 1}
"""RFC 4191, 2.1: two bits, signed."""

IPROUTE_WORDS = {"gateway": "via", "proto": "protocol", "interface": "dev", "type": "the type alone"}
"""Words of other programs, and what they are here."""

KNOWN = (*ROUTE_OPTIONS, *TYPES, *EVERYTHING, "to", "dev", "via")


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """One route; ``static`` ones know ``track_group``."""

    static: bool = False

    @property
    def syntax(self) -> str:
        """For people."""
        return "[TYPE] [to] DESTINATION [OPTION ...]"

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """The option words."""
        return tuple(texts for name, texts in ROUTE_OPTIONS.items() if self.static or name != "track_group")

    def read(self, reader: Reader) -> RoutingLine | Dropped:
        """A fault anywhere drops the line."""
        route = _Route(reader, static=self.static)
        try:
            while (word := route.next()) is not None:
                route.word(word)
            return route.finish()
        except RefusedError:
            return DROPPED


class _Route(RoutingReader):
    """One line on its way."""

    def __init__(self, reader: Reader, *, static: bool) -> None:
        super().__init__(reader)
        self.static = static

    def word(self, word: Word) -> None:
        """One word with what belongs to it."""
        text = word.text
        option = _OPTIONS.get(text)
        if option is not None and not word.quoted:
            option(self, word)
        elif text in METRICS:
            self.fields.setdefault("metrics", []).append(read_metric(self, word))
        elif text in TYPES:
            self.fields["kind"] = text
        elif text == "track_group" and self.static:
            self.fields["track_group"] = self.value(word).text
        elif text in EVERYTHING or _looks_like_address(text):
            self.destination(word)
        else:
            meant = IPROUTE_WORDS.get(text)
            if meant is not None:
                self.refuse("SF3111", word, f"`{text}` means nothing in a route", f"write `{meant}`")
            self.unknown(word, "a route", KNOWN)

    def destination(self, word: Word) -> None:
        """Where the route leads."""
        if "prefix" in self.fields:
            message = f"a second destination, `{word.text}`: it replaces the first one"
            self.reader.findings.warning("SF3115", self.reader.statement, message, word=word)
        self.fields["destination"], self.fields["prefix"] = self.one_prefix(word)

    def finish(self) -> RoutingLine:
        """What only the whole line can tell."""
        first = self.reader.statement.keyword
        if "prefix" not in self.fields:
            self.refuse("SF3113", first, "a route needs a destination", "write `default` for everything")
        self._take_family_of_gateway()
        self._only_for_one_family(first)
        leads_on = self.result.legs or "via" in self.fields or "dev" in self.fields
        if self.fields.get("kind", "unicast") == "unicast" and not leads_on:
            message = "the route has no `via`, `dev` or `nexthop`: the kernel takes no such route; the line is dropped"
            hint = "add where it leads, or a type such as `blackhole`"
            self.reader.findings.warning("SF3120", self.reader.statement, message, hint=hint)
            raise RefusedError
        self.protocol()
        if not any(self.fields.get(name) for name in ("no_track", "dev", "track_group")):
            message = "the route names no `dev`: keepalived, unlike standfast, does not notice when somebody deletes it"
            # A route with `nexthop`s names interfaces there, and can have no other.
            may_have_one = self.fields.get("kind", "unicast") == "unicast" and not self.result.legs
            hint = "add `dev` and the interface, or `no_track`" if may_have_one else "add `no_track`"
            self.reader.findings.warning("SF3117", self.reader.statement, message, hint=hint)
        return self.result

    def _take_family_of_gateway(self) -> None:
        """``default via inet6 X`` is the IPv6 default; what says its own family may have a gateway of the other one."""
        if self.result.family is None:
            gateways = (fields.get("via") for fields in (self.fields, *self.result.legs))
            self.result.family = next((gateway.family for gateway in gateways if gateway is not None), None)

    def _only_for_one_family(self, first: Word) -> None:
        if self.result.family == 6:
            if "realm_to" in self.fields:
                self.refuse("SF3104", first, "`realms` is for IPv4 routes only")
            return
        for name, word in (("expires", "expires"), ("preference", "pref"), ("source_destination", "from")):
            if name in self.fields:
                self.refuse("SF3104", first, f"`{word}` is for IPv6 routes only")


def _looks_like_address(text: str) -> bool:
    return text[:1].isdigit() or ":" in text


def _to(route: _Route, option: Word) -> None:
    route.destination(route.value(option))


def _default6(route: _Route, word: Word) -> None:
    route.agree(word, 6)
    _old(route, word, "write `default` and `inet6`")
    route.destination(Word("default", word.span))


def _family(route: _Route, word: Word) -> None:
    route.agree(word, FAMILIES[word.text])


def _source(route: _Route, option: Word) -> None:
    route.fields["source"] = route.one_address(route.value(option))


def _from(route: _Route, option: Word) -> None:
    route.fields["source_destination"], route.fields["source_prefix"] = route.one_prefix(route.value(option))


def _via(route: _Route, option: Word) -> None:
    route.fields["via"] = via(route, option)


def _gw(route: _Route, option: Word) -> None:
    _old(route, option, "write `via`")
    _via(route, option)


def _or(route: _Route, option: Word) -> None:
    _old(route, option, "write `nexthop via A nexthop via B`")
    first: dict[str, Any] = {name: route.fields.pop(name) for name in ("via", "dev") if name in route.fields}
    route.result.legs += [first, {"via": route.one_address(route.value(option))}]


def _old(route: _Route, word: Word, hint: str) -> None:
    message = f"`{word.text}` is an old word of routes; it still works"
    route.reader.findings.warning("SF3114", route.reader.statement, message, word=word, hint=hint)


def _dev(route: _Route, option: Word) -> None:
    if "dev" in route.fields:
        message = f"a second `{option.text}`: it replaces the first one"
        route.reader.findings.warning("SF3105", route.reader.statement, message, word=option)
    route.fields["dev"] = route.interface(option)


def _encap(route: _Route, option: Word) -> None:
    route.fields["encap"] = encap(route, option)


def _nexthop(route: _Route, option: Word) -> None:
    route.result.legs.append(leg(route, option))


def _realms(route: _Route, option: Word) -> None:
    route.realms(option, route.fields)


def _pref(route: _Route, option: Word) -> None:
    word = route.value(option)
    if word.text in PREFERENCES:
        route.fields["preference"] = PREFERENCES[word.text]
    else:
        route.fields["preference"] = route.number_in(word, "pref", 0, 255)


def _ttl_propagate(route: _Route, option: Word) -> None:
    word = route.value(option)
    if word.text not in ("enabled", "disabled"):
        route.refuse("SF3004", word, f"`ttl-propagate` knows `enabled` and `disabled`, not `{word.text}`")
    route.fields["ttl_propagate"] = word.text == "enabled"


def _features(route: _Route, option: Word) -> None:
    word = route.value(option)
    if word.text != "ecn":
        route.refuse("SF3004", word, f"`features` knows `ecn`, not `{word.text}`")
    route.fields.setdefault("metrics", []).append(("features", 1, False))


def _vrf(route: _Route, option: Word) -> None:
    route.fields["vrf"] = route.interface(option)


def _as(route: _Route, option: Word) -> None:
    if route.peek() == "to":
        route.next()
    route.value(option)
    route.reader.remark("SF3103", option, "`as` is for MPLS routes, which are not supported; it is ignored")


def _number(name: str) -> _Option:
    def read(route: _Route, option: Word) -> None:
        route.fields[name] = route.number(option, 0, UINT32)

    return read


def _flag(name: str) -> _Option:
    def read(route: _Route, _option: Word) -> None:
        route.fields[name] = True

    return read


def _order(route: _Route, word: Word) -> None:
    route.fields["order"] = word.text


def _tos(route: _Route, option: Word) -> None:
    route.fields["tos"] = route.named(option, "dsfield")


def _table(route: _Route, option: Word) -> None:
    route.fields["table"] = route.named(option, "table")


def _protocol(route: _Route, option: Word) -> None:
    route.fields["protocol"] = route.named(option, "protocol")


def _scope(route: _Route, option: Word) -> None:
    route.fields["scope"] = route.named(option, "scope")


_Option = Callable[[_Route, Word], None]
_OPTIONS: dict[str, _Option] = {
    **{"to": _to, "default6": _default6, "inet": _family, "inet6": _family, "src": _source, "from": _from},
    **{"via": _via, "gw": _gw, "or": _or, "dev": _dev, "oif": _dev, "encap": _encap, "nexthop": _nexthop},
    **{"tos": _tos, "dsfield": _tos, "table": _table, "protocol": _protocol, "scope": _scope, "realms": _realms},
    **{"metric": _number("metric"), "priority": _number("metric"), "preference": _number("metric")},
    **{"expires": _number("expires"), "onlink": _flag("onlink"), "no_track": _flag("no_track"), "pref": _pref},
    **{"ttl-propagate": _ttl_propagate, "features": _features, "vrf": _vrf, "as": _as},
    **dict.fromkeys(ORDERS, _order),
}
