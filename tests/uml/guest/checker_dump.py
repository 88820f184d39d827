"""What keepalived's checker process says of its configuration (SIGUSR1), read into records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Fields = dict[str, object]
"""Label -> value; lines that stand below a heading are a list."""

RUNTIME = frozenset(
    (
        *("alive", "quorum_state_up", "reloaded", "RS set", "num failed checkers", "initial weight", "Enabled", "Up"),
        *("effective weight", "previous effective_weight", "Has run", "Current weight", "Last ran", "Last status"),
        *("EFF WEIGHT", "Retries iterations", "Default delay before retry", "Reloaded", "Alive", "Status"),
    )
)
"""What the daemon is doing, not what it was told; and what shows in other fields."""

WITHOUT_PACE = ("FILE_CHECK", "BFD_CHECK")

_PATTERNS = ("Regex ref count", "Regex options")
"""Of options 2.2.7 prints nearly all, whatever was said."""
_NUMBERED = re.compile(r"\]:\d+(?=$| ->)")
"""Services of groups have their number among those of the group."""
_SWITCH = re.compile(r"(.+) (?:is (ON|OFF)|(set|unset))")


@dataclass
class Record:
    """One thing of the dump."""

    title: str
    fields: Fields = field(default_factory=dict)
    servers: list[Record] = field(default_factory=list)
    """Of a service."""


@dataclass
class Dump:
    """Everything about load balancing in one file."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    services: list[Record] = field(default_factory=list)
    checkers: list[Record] = field(default_factory=list)
    global_defs: Fields = field(default_factory=dict)


def read(text: str) -> Dump:
    """The file of the checker process."""
    dump = Dump()
    sections: dict[str, list[str]] = {}
    title = ""
    for line in text.splitlines():
        if line.startswith("------<"):
            title = line.strip("-<> ")
        elif line.strip():
            sections.setdefault(title, []).append(line)
    _topology(sections.get("LVS Topology", []), dump)
    dump.services = _joined(dump.services)
    dump.global_defs = _below(sections.get("Global definitions", []))
    dump.checkers = list(_checkers(sections.get("Health checkers", []), _factors(sections)))
    for checker in dump.checkers:
        _inherit(checker, dump)
    return dump


def _topology(lines: list[str], dump: Dump) -> None:
    lines_of: list[str] = []
    record: Record | None = None
    prefix = ""
    for line in lines:
        text = line.strip()
        if text.startswith(("------<", "Tracked ")):  # what is tracked shows at the checkers
            record = None
        elif text.startswith("Virtual Server Group = "):
            name, lines_of = text.removeprefix("Virtual Server Group = ").partition(",")[0], []
            dump.groups.setdefault(name, lines_of)  # of several the first is used
        elif text.startswith(("VIP", "FWMARK = ")):
            lines_of.append(text)
        elif text.startswith("VS "):
            record = Record(_NUMBERED.sub("]", text.removeprefix("VS ").removeprefix("VIP = ")))
            dump.services.append(record)
        elif text.startswith("RIP = "):
            title, _, weight = text.removeprefix("RIP = ").partition(", WEIGHT = ")
            record = Record(title, {"WEIGHT": weight.partition(" ")[0]})
            dump.services[-1].servers.append(record)
        elif record is not None:
            prefix = prefix if line.startswith("     ") and prefix else ""
            _take(text, record.fields, prefix)
            prefix = "sorry server: " if text.startswith("sorry server") else prefix


def _joined(services: list[Record]) -> list[Record]:
    """The kernel takes a service once: servers of later blocks come to the first one's."""
    kept: dict[tuple[object, ...], Record] = {}
    for service in services:
        first = kept.setdefault((service.title, service.fields["protocol"], service.fields["Address family"]), service)
        if first is not service:
            known = titles(first.servers)
            first.servers += [server for server in service.servers if server.title not in known]
    return list(kept.values())


def titles(records: list[Record]) -> list[str]:
    """Their titles."""
    return [record.title for record in records]


def _take(text: str, fields: Fields, prefix: str = "") -> None:
    label, equals, value = text.partition(" =")
    value = value.strip()
    switch = _SWITCH.fullmatch(text)
    if text.startswith("quorum = "):
        fields["quorum"], fields["hysteresis"] = value.split(", hysteresis = ")
    elif equals:
        name = label.partition(" (")[0].removeprefix("default ")
        value = value.strip("'") if name in ("VirtualHost", "SNMP name") else value
        value = value.removesuffix(".") if name == "Name" else value
        fields[prefix + name] = value.partition(" (inactive")[0]
    elif switch:
        fields[prefix + switch[1]] = switch[2] or switch[3]
    else:
        fields[prefix + text.partition(":")[0]] = text.partition(": ")[2] or "yes"
    for each in RUNTIME & fields.keys():
        del fields[each]


def _below(lines: list[str]) -> Fields:
    """Fields, and lines that stand deeper than their heading."""
    fields: Fields = {}
    heading = ""
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if depth == 1:
            heading = line.strip().removesuffix(":")
            _take(line.strip(), fields)
        else:
            found = fields.get(heading)
            fields[heading] = [*(found if isinstance(found, list) else []), line.strip()]
    return fields


def _factors(sections: dict[str, list[str]]) -> dict[tuple[str, str], str]:
    """Track file and place of a FILE_CHECK -> weight; it stands with the file alone."""
    found: dict[tuple[str, str], str] = {}
    name = ""
    for line in sections.get("Checker track files", []):
        text = line.strip()
        if text.startswith("Track file = "):
            name = text.removeprefix("Track file = ")
        elif " -> " in text:
            place, _, weight = text.partition(", weight ")
            found[name, place] = weight
    return found


def _checkers(lines: list[str], factors: dict[tuple[str, str], str]) -> Iterator[Record]:
    record: Record | None = None
    page = ""
    for line in lines:
        text = line.strip()
        if not line.startswith("   "):
            if record is not None:
                yield record
            record, page = Record(_NUMBERED.sub("]", text)), ""
        elif record is not None:
            page = f"{text.removeprefix('Checked url = ')} " if text.startswith("Checked url = ") else page
            _checker_line(text, page, record)
            if text.startswith("Tracked file = "):
                record.fields["weight"] = factors[text.removeprefix("Tracked file = "), record.title]
    if record is not None:
        yield record


def _checker_line(text: str, page: str, record: Record) -> None:
    if re.fullmatch(r"\d{3}(-\d{3})?", text):
        codes = record.fields.setdefault(f"{page}codes", [])
        assert isinstance(codes, list)
        codes.append(text)
    elif text.startswith("Checked url = "):
        pages = record.fields.setdefault("Checked urls", [])
        assert isinstance(pages, list)
        pages.append(page.strip())
    elif text != "Connection" and not text.startswith(("HTTP Status", *_PATTERNS)):
        _take(text, record.fields, page)


def _inherit(checker: Record, dump: Dump) -> None:
    """Fill in what the dump shows only further out."""
    fields = checker.fields
    if fields["Keepalive method"] in WITHOUT_PACE:
        for name in ("Delay loop", "Warmup", "Retries", "Delay before retry", "Log all failures"):
            fields.pop(name, None)
    elif dump.global_defs["Checkers log all failures"] == "true":
        fields["Log all failures"] = "yes"  # its log has them, also if the checker says off
    service, server = _around(checker, dump)
    if fields.get("timeout") == "0":
        fields["timeout"] = f"{service.fields['delay_loop']}".partition(".")[0]
    host = fields.pop("Virtualhost", "") or server.fields.get("VirtualHost") or service.fields.get("VirtualHost")
    pages = fields.get("Checked urls", [])
    assert isinstance(pages, list)
    for page in pages:
        found = fields.pop(f"{page} Virtual host", "") or host
        if found:
            fields[f"{page} virtualhost"] = found


def _around(checker: Record, dump: Dump) -> tuple[Record, Record]:
    head, _, tail = checker.title.partition(" -> ")
    for service in dump.services:
        for server in service.servers if _named(service) == head else ():
            address, _, port = server.title.partition(", RPORT = ")
            if tail.startswith(f"[{address}]:") and tail.endswith(f":{port}"):
                return service, server
    raise AssertionError(f"no server of {checker.title}")


def _named(service: Record) -> str:
    """As the titles of checkers name it."""
    kind, _, name = service.title.partition(" = ")
    if kind in ("FWMARK", "GROUP"):
        return f"FWM {name}" if kind == "FWMARK" else name
    address, _, port = service.title.partition(", VPORT = ")
    return f"[{address}]:{str(service.fields['protocol']).lower()}:{port}"
