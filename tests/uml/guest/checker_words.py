"""What our configuration says of load balancing, in the words of keepalived's dump."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from harness.dump import identity, script

from guest.checker_dump import Dump, Fields, Record
from standfast.config.effective import show
from standfast.config.knowledge import Knowledge
from standfast.config.load import Loaded
from standfast.config.lvs_model import (
    AddressRange,
    Checker,
    Forwarding,
    MarkEntry,
    Persistence,
    RealServer,
    SorryServer,
    VirtualServer,
)
from standfast.config.script_model import ScriptCall
from standfast.config.shown import Section
from standfast.plugins import installed_plugins
from standfast.values import SECOND, Address

CHECKSUMS = {"nocsum": "no checksum", "csum": "checksum", "remcsum": "remote checksum"}


def spoken(loaded: Loaded) -> Dump:
    """Everything about load balancing of one configuration."""
    balancing = loaded.balancing
    dump = Dump()
    families: dict[str, set[int]] = {}
    for group in balancing.groups:
        dump.groups[group.name] = [*map(_range, group.ranges), *map(_mark, group.marks)]
        families[group.name] = {line.first.family for line in group.ranges}
        families[group.name] |= {mark.family for mark in group.marks if mark.family is not None}
    document = show(loaded, installed_plugins().schema, Knowledge(loaded), file="", config_id="")
    blocks = [each for each in document.sections if each.block == "virtual_server"]
    joining = [each for each in blocks if each.left_out]
    for service, block in zip(balancing.virtual_servers, (e for e in blocks if not e.left_out), strict=True):
        both = len(families.get(service.group, ())) == 2
        servers = _real_servers(block)
        for other in [each for each in joining if each.name == block.name]:
            if len(servers) < len(service.real_servers):
                servers += _real_servers(other)
                joining.remove(other)
        dump.services.append(_service(service, block, servers, both=both))
        dump.checkers += _checkers(service)
    return dump


def _range(line: AddressRange) -> str:
    if line.first == line.last:
        return f"VIP = {line.first}, VPORT = {line.port}"
    return f"VIP Range = {line.first}-{line.last}, VPORT = {line.port}"


def _mark(line: MarkEntry) -> str:
    return f"FWMARK = {line.mark}" + (f" IPv{line.family}" if line.family else "")


# Services


def _real_servers(block: Section) -> list[Section]:
    return [each for each in block.sections if each.block == "real_server" and not each.left_out]


def _service(one: VirtualServer, block: Section, servers: list[Section], *, both: bool) -> Record:
    said = _said(block)
    flags = one.flags
    fields: Fields = {
        "Address family": "IPv4 & IPv6" if both else _family(one.family),
        "connection timeout": _seconds(said.get("connect_timeout", 5 * SECOND)),
        "delay_loop": _seconds(said.get("delay_loop", 60 * SECOND)),
        "lvs_sched": one.scheduler,
        "Hashed": "disabled",
        "One packet scheduling": "enabled" if "ops" in flags else "disabled",
        "protocol": one.protocol or "none",
        "alpha": _on(said.get("alpha", False)),
        "omega": _on(one.omega),
        "Inhibit on failure": _on(said.get("inhibit_on_failure", False)),
        "quorum": f"{one.quorum}",
        "hysteresis": f"{one.hysteresis}",
        "Using smtp notification": _yes(one.smtp_alert),
        "forwarding method": _method(one.forwarding),
    }
    names = {1: "flag-1", 2: "flag-2", 3: "flag-3"}
    if one.scheduler in ("sh", "mh"):
        names = {1: f"{one.scheduler}-fallback", 2: f"{one.scheduler}-port"}
    fields |= {name: "enabled" if f"flag-{number}" in flags else "disabled" for number, name in names.items()}
    fields |= _inherited(said, "Retry count", "Retry delay", "Warmup")
    if one.ha_suspend:
        fields["Using HA suspend"] = "yes"
    if said.get("virtualhost"):
        fields["VirtualHost"] = said["virtualhost"]
    if one.snmp_name:
        fields["SNMP name"] = one.snmp_name
    if one.persistence is not None:
        fields |= _persistence(one.persistence, 32 if one.family == 4 else 128)
    fields |= _scripts({"Quorum up notify script": one.quorum_up, "Quorum down notify script": one.quorum_down})
    if one.sorry_server is not None:
        fields |= _sorry(one.sorry_server, one.protocol)
    title = f"{one.address}, VPORT = {one.port}"
    if one.group:
        title = f"GROUP = [{one.group}]"
    elif one.mark:
        title = f"FWMARK = {one.mark}"
    return Record(title, fields, [_server(*each) for each in zip(one.real_servers, servers, strict=True)])


def _said(block: Section) -> dict[str, Any]:
    """What is said in the block, or inherited from one around it."""
    return {
        item.keyword: item.value
        for item in block.items
        if item.origin.kind == "line" or (item.origin.kind == "inherited" and "_server" in item.origin.inherited_from)
    }


def _inherited(said: dict[str, Any], retry: str, pause: str, warmup: str) -> Fields:
    fields: Fields = {}
    if "retry" in said:
        fields[retry] = f"{said['retry']}"
    if "delay_before_retry" in said:
        fields[pause] = _seconds(said["delay_before_retry"])
    if "warmup" in said:
        fields[warmup] = _seconds(said["warmup"])
    return fields


def _persistence(found: Persistence, bits: int) -> Fields:
    fields: Fields = {"persistence timeout": f"{found.timeout_s}"}
    if found.mask is not None:
        fields["persistence granularity"] = f"{found.mask}"
    elif found.granularity != bits:
        ones = (2**32 - 2 ** (32 - found.granularity)).to_bytes(4, "big") if bits == 32 else b""
        fields["persistence granularity"] = f"{Address.unpack(ones)}" if ones else f"{found.granularity}"
    return fields


def _sorry(one: SorryServer, protocol: str) -> Fields:
    return {
        "sorry server": f"[{one.address}]:{protocol.lower() or 'none'}:{one.port}",
        "sorry server: forwarding method": _method(one.forwarding),
        "sorry server: Inhibit on failure": _on(one.inhibit),
    }


def _server(one: RealServer, block: Section) -> Record:
    said = _said(block)
    fields: Fields = {
        "WEIGHT": f"{one.weight}",
        "forwarding method": _method(one.forwarding),
        "Alpha": _on(one.alpha),
        "connection timeout": _seconds(said.get("connect_timeout", 5 * SECOND)),
        "connection limit range": f"{one.lthreshold} -> {one.uthreshold}",
        "Delay loop": _seconds(said.get("delay_loop", 60 * SECOND)),
        "Inhibit on failure": _on(one.inhibit_on_failure),
        "Using smtp notification": _yes(one.smtp_alert),
    }
    fields |= _inherited(said, "Retry count", "Retry delay", "Warmup")
    fields |= _scripts({"RS up notify script": one.notify_up, "RS down notify script": one.notify_down})
    own = next((item for item in block.items if item.keyword == "virtualhost"), None)
    if own is not None and own.origin.kind == "line":
        fields["VirtualHost"] = own.value
    if one.snmp_name:
        fields["SNMP name"] = one.snmp_name
    return Record(f"{one.address}, RPORT = {one.port}", fields)


# Checkers


def _checkers(service: VirtualServer) -> Iterator[Record]:
    for server in service.real_servers:
        protocol = service.protocol.lower() or "none"
        head = f"[{service.group}]" if service.group else service.name
        title = f"{head} -> [{server.address}]:{protocol}:{server.port}"
        for checker in server.checkers:
            yield Record(title, _checker(checker))


def _checker(one: Checker) -> Fields:
    record = installed_plugins().checker_types[one.kind].record
    options: Any = msgspec.msgpack.decode(one.options, type=record) if record is not None else None
    pace = one.pace
    fields: Fields = {"Keepalive method": one.kind}
    if one.kind == "BFD_CHECK":
        fields |= {"Alpha": _on(pace.alpha), "Name": options.session}
    elif one.kind == "FILE_CHECK":
        weight = f"{options.weight}{' reverse' if options.reverse else ''}"
        fields |= {"Tracked file": options.track_file, "weight": weight}
    else:
        fields |= {
            "Alpha": _yes(pace.alpha),
            "Delay loop": f"{pace.delay_loop} us",
            "Warmup": f"{pace.warmup} us",
            "Retries": f"{pace.retry}",
            "Log all failures": _yes(pace.log_all_failures),
        }
        if pace.retry:
            fields["Delay before retry"] = f"{pace.delay_before_retry} us"
    if one.target is not None:
        fields |= {
            "Dest": f"[{one.target.address}]:{one.target.port}",
            "Timeout": _seconds(one.target.connect_timeout),
        }
        if one.target.bind_to is not None:
            fields["Bind to"] = f"[{one.target.bind_to}]:{one.target.bind_port}"
        if one.target.bind_if:
            fields["Bind i/f"] = one.target.bind_if
        if one.target.mark:
            fields["Mark"] = f"{one.target.mark}"
    return fields | _OWN.get(one.kind, lambda _: {})(options)


def _smtp(options: Any) -> Fields:
    return {"helo": options.helo_name}


def _dns(options: Any) -> Fields:
    return {"Type": options.record_type, "Name": options.name.removesuffix(".")}


def _misc(options: Any) -> Fields:
    words, _, _ = script(options.script).partition(", uid:gid ")
    return {
        "script": words,
        "timeout": f"{options.timeout // SECOND}",
        "dynamic": "YES" if options.dynamic else "NO",
        "uid:gid": identity(options.script),
    }


def _udp(options: Any) -> Fields:
    fields: Fields = {"Require reply": _yes(options.require_reply)}
    if options.payload:
        fields["Payload len"] = f"{len(options.payload)}"
    else:
        fields["Payload specified"] = "no"
    if options.require_reply:
        fields["Min reply length"] = f"{options.min_reply_length}"
        fields["Max reply length"] = f"{options.max_reply_length}"
        fields["Reply data len"] = f"{len(options.reply)}"
        if options.reply_mask.strip(b"\xff"):
            fields["Reply data mask"] = "yes"
    return fields


def _pages(options: Any) -> Fields:
    fields: Fields = {
        "Keepalive method": f"{'SSL_GET' if options.tls else 'HTTP_GET'}, http protocol {options.protocol}",
        "Fast recovery": "set" if options.fast_recovery else "unset",
        "Enable SNI": "set" if any(url.sni_name for url in options.urls) else "unset",
        "Checked urls": [url.path for url in options.urls],
    }
    for url in options.urls:
        page = f"{url.path} "
        fields[f"{page}codes"] = [f"{low}" if low == high else f"{low}-{high}" for low, high in url.status_codes]
        if url.virtualhost:
            fields[f"{page}virtualhost"] = url.virtualhost
        if url.digest:
            fields[f"{page}digest"] = url.digest
        if url.regex:
            fields[f"{page}Regex"] = f'"{url.regex}"'
        if url.regex_no_match:
            fields[f"{page}Regex no match"] = "yes"
        if url.regex_min_offset or url.regex_max_offset:
            fields[f"{page}Regex min offset"] = f"{url.regex_min_offset}, max_offset = {url.regex_max_offset}"
    return fields


_OWN = {
    "SMTP_CHECK": _smtp,
    "DNS_CHECK": _dns,
    "MISC_CHECK": _misc,
    "UDP_CHECK": _udp,
    "HTTP_GET": _pages,
    "SSL_GET": _pages,
}


# Words


def _scripts(named: dict[str, ScriptCall | None]) -> Fields:
    return {label: script(call) for label, call in named.items() if call is not None}


def _method(one: Forwarding) -> str:
    if one.method != "TUN":
        return one.method
    words = f"TUN, type = {one.tunnel.upper()}"
    if one.tunnel == "ipip":
        return words
    port = f", port = {one.port}" if one.tunnel == "gue" else ""
    return f"{words}{port}, {CHECKSUMS[one.checksum]}"


def _family(family: int) -> str:
    return "inet" if family == 4 else "inet6"


def _seconds(microseconds: int) -> str:
    return f"{microseconds // SECOND}.{microseconds % SECOND:06d}"


def _on(value: bool) -> str:
    return "ON" if value else "OFF"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
