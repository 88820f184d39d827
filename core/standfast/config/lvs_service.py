"""From the block of a virtual server to one that makes sense: keepalived's repairs, each of them told."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from standfast.config.definitions import with_user
from standfast.config.keywords.lvs_values import ServiceKey
from standfast.config.lvs_checkers import Context
from standfast.config.lvs_draft import ServiceDraft
from standfast.config.lvs_model import Forwarding, Group, Persistence, VirtualServer
from standfast.config.lvs_servers import (
    agree_on_inhibit,
    agree_on_ports,
    decide_family,
    drop_duplicates,
    finished_server,
    finished_sorry,
    mails,
    take_servers,
)
from standfast.config.settings import Settings
from standfast.values import Address


def decide_protocol(draft: ServiceDraft) -> None:
    """The default has been UDP since 2.0; before, and in people's minds, it was TCP."""
    said = draft.get("protocol", "")
    if draft.key.kind == "mark" or (draft.group is not None and not draft.group.ranges):
        if said:
            message = "a firewall mark stands for packets of all protocols; `protocol` is ignored"
            draft.warning("SF4520", draft.where("protocol"), message)
        return
    if not said and "protocol" not in draft.settings.seen:
        message = f"no `protocol`, so only UDP is balanced: TCP connections to {draft.key.shown('')} are not"
        draft.warning("SF4521", draft.statement, message, "add `protocol TCP`")
    draft.protocol = said or "UDP"


def decide_scheduling(draft: ServiceDraft) -> None:
    """Scheduler and forwarding method; both have a default that should not be relied upon."""
    draft.scheduler = draft.get("lvs_sched", "wlc")
    draft.forwarding = draft.get("lvs_method", Forwarding())
    seen = draft.settings.seen
    if not {"lvs_sched", "lb_algo"} & set(seen):
        draft.warning(
            "SF4522",
            draft.statement,
            "no scheduler; used: wlc (wrr on nftables)",
            "add `lvs_sched wlc`, or another one",
        )
    if not {"lvs_method", "lb_kind"} & set(seen):
        hint = "add `lvs_method NAT`, `DR` or `TUN`"
        draft.warning("SF4523", draft.statement, "no forwarding method; used: NAT", hint)


_FLAGS = {"port": "flag-2", "fallback": "flag-1"}
"""What the schedulers call the kernel's flags (ip_vs.h: 0x08 is flag-1, 0x10 flag-2)."""


def decide_flags(draft: ServiceDraft) -> None:
    """Flags of a scheduler count only behind the line that names it."""
    scheduler = ""
    for value in draft.settings.sequence:
        name, _, what = value.setting.partition("-")
        if value.setting == "lvs_sched":
            scheduler = value.value
        elif value.setting in ("flag-1", "flag-2", "flag-3"):
            draft.flags.add(value.setting)
        elif name in ("sh", "mh") and what in _FLAGS:
            if scheduler == name:
                draft.flags.add(_FLAGS[what])
                continue
            late = draft.scheduler == name
            why = f"it stands before `lvs_sched {name}`" if late else f"the scheduler is {draft.scheduler}, not {name}"
            hint = f"put it behind `lvs_sched {name}`" if late else ""
            draft.error("SF4524", value.statement, f"`{value.setting}` is ignored: {why}", hint)
        elif value.setting == "hashed":
            draft.warning("SF4525", value.statement, "`hashed` has no effect; take the line out")


def decide_one_packet(draft: ServiceDraft) -> None:
    """Scheduling each packet by itself makes sense only where there are no connections."""
    if not draft.get("ops", False):
        return
    if draft.protocol in ("UDP", ""):
        draft.flags.add("ops")
        return
    draft.error("SF4526", draft.where("ops"), f"`ops` is for UDP and marks, not for {draft.protocol}; it is ignored")


def decide_persistence(draft: ServiceDraft) -> None:
    """All ports at once work only if a client's connections stay together."""
    timeout: int | None = draft.get("persistence_timeout")
    coarse = draft.get("persistence_granularity")
    if timeout is None and coarse is None:
        if not _any_port(draft):
            _engine_alone(draft)
            return
        message = "a service for all ports needs persistence; it is switched on with 360 seconds"
        draft.warning("SF4527", draft.statement, message, "add `persistence_timeout 360`, or a port")
    found = Persistence(timeout_s=timeout or 360, engine=draft.get("persistence_engine", ""))
    draft.persistence = _granular(draft, found, coarse)


def _any_port(draft: ServiceDraft) -> bool:
    if draft.group is not None:
        return any(not line.port for line in draft.group.ranges)
    return draft.key.kind == "address" and not draft.key.port


def _engine_alone(draft: ServiceDraft) -> None:
    if draft.get("persistence_engine"):
        message = "`persistence_engine` has no effect without `persistence_timeout`"
        draft.warning("SF4528", draft.where("persistence_engine"), message)


def _granular(draft: ServiceDraft, found: Persistence, coarse: Address | int | None) -> Persistence:
    bits = 32 if draft.family == 4 else 128
    if coarse is None:
        return structs.replace(found, granularity=bits)
    at = draft.where("persistence_granularity")
    if isinstance(coarse, int) and draft.family == 4:
        message = f"IPv4 takes a netmask, not a number of bits: keepalived reads `{coarse}` as 0.0.0.{coarse}"
        hint = f"write `persistence_granularity {_netmask(coarse)}`" if coarse <= 32 else ""
        draft.warning("SF4529", at, f"{message}; every client counts by itself", hint)
        return structs.replace(found, granularity=bits)
    if isinstance(coarse, Address) and draft.family == 6:
        draft.error("SF4529", at, "IPv6 takes a number of bits, not a netmask; every client counts by itself")
        return structs.replace(found, granularity=bits)
    if isinstance(coarse, int):
        return structs.replace(found, granularity=coarse)
    ones = f"{int.from_bytes(coarse.packed, 'big'):032b}"
    if "01" in ones:
        draft.warning("SF4530", at, f"the netmask {coarse} has holes; is that meant?")
        return structs.replace(found, mask=coarse)
    return structs.replace(found, granularity=ones.count("1"))


def _netmask(bits: int) -> Address:
    return Address.unpack((2**32 - 2 ** (32 - bits)).to_bytes(4, "big"))


def decide_quorum(draft: ServiceDraft) -> None:
    """A quorum above all weights together could never be reached."""
    total = sum(server.weight for server in draft.servers)
    draft.quorum, draft.hysteresis = draft.get("quorum", 1), draft.get("hysteresis", 0)
    if not total:
        message = "all real servers have weight 0: none of them gets a connection, and the service never comes up"
        draft.warning("SF4531", draft.statement, message)
        draft.quorum, draft.hysteresis = 0, 0
        return
    if any("dns_name" in server.settings.scalars for server in draft.servers):
        return  # how many servers there will be nobody knows
    if draft.quorum > total:
        message = f"`quorum {draft.quorum}` is above the weights of all real servers together; used: {total}"
        draft.warning("SF4532", draft.where("quorum"), message)
        draft.quorum = total
    if draft.hysteresis >= draft.quorum:
        message = f"`hysteresis {draft.hysteresis}` must be below the quorum ({draft.quorum})"
        draft.error("SF4533", draft.where("hysteresis"), f"{message}; used: {draft.quorum - 1}")
        draft.hysteresis = draft.quorum - 1
    if draft.quorum + draft.hysteresis > total:
        needed = draft.quorum + draft.hysteresis
        message = f"the service never comes up: that needs weight {needed} (quorum plus hysteresis) of {total}"
        draft.warning("SF4534", draft.where("hysteresis"), message)


def decide_suspension(draft: ServiceDraft) -> None:
    """Only a single address can be looked for on this machine."""
    if not draft.get("ha_suspend", False):
        return
    draft.ha_suspend = draft.key.kind == "address"
    if not draft.ha_suspend:
        message = "`ha_suspend` needs an address to look for, which a mark or group has not; it is ignored"
        draft.warning("SF4535", draft.where("ha_suspend"), message)


STEPS: tuple[Callable[[ServiceDraft], None], ...] = (
    decide_protocol,
    decide_scheduling,
    decide_flags,
    take_servers,
    decide_family,
    decide_one_packet,
    decide_persistence,
    drop_duplicates,
    agree_on_ports,
    agree_on_inhibit,
    decide_quorum,
    decide_suspension,
)
"""What is done to every virtual server, in this order; later steps see what earlier ones repaired."""


def service_of(settings: Settings, groups: dict[str, Group], context: Context) -> VirtualServer | None:
    """The virtual server; None if nothing is left of it, which was said."""
    key: ServiceKey = settings.name
    if settings.statement is None:
        raise ValueError("a virtual server has an opening statement")
    draft = ServiceDraft(settings, settings.statement, key, groups.get(key.group), context)
    if not draft.settings.blocks.get("real_server"):
        _empty(draft)
        return None
    for step in STEPS:
        step(draft)
        if step is decide_family and not draft.servers:
            draft.findings.note("SF4537", draft.statement, f"{draft.name}: no real server is left; nothing is balanced")
            return None
    return _finished(draft)


def _empty(draft: ServiceDraft) -> None:
    draft.protocol = draft.get("protocol", "")  # for its name
    if "real_server" in draft.settings.seen:  # what is wrong with them was said
        draft.findings.note("SF4537", draft.statement, f"{draft.name}: no real server is left; nothing is balanced")
        return
    draft.error("SF4536", draft.statement, "there is no real server, so nothing is balanced", "add a `real_server`")


def _finished(draft: ServiceDraft) -> VirtualServer:
    return VirtualServer(
        name=draft.name,
        family=draft.family,
        address=draft.key.address,
        port=draft.key.port,
        mark=draft.key.mark,
        group=draft.key.group,
        protocol=draft.protocol,  # type: ignore[arg-type]
        scheduler=draft.scheduler,
        scheduler_chosen=bool({"lvs_sched", "lb_algo"} & set(draft.settings.seen)),
        flags=frozenset(draft.flags),
        forwarding=draft.forwarding,
        persistence=draft.persistence,
        quorum=draft.quorum,
        hysteresis=draft.hysteresis,
        ha_suspend=draft.ha_suspend,
        panic_threshold=draft.get("panic_threshold", 0),
        initial_state=draft.get("initial_state", ""),
        backend=draft.get("lb_backend", ""),
        omega=draft.get("omega", False),
        smtp_alert=draft.get("smtp_alert", mails(draft, default=False)),
        snmp_name=draft.get("snmp_name", ""),
        quorum_up=with_user(draft.get("quorum_up"), draft.context.defaults),
        quorum_down=with_user(draft.get("quorum_down"), draft.context.defaults),
        sorry_server=finished_sorry(draft.sorry),
        real_servers=tuple(finished_server(draft, server) for server in draft.servers),
    )
