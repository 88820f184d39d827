"""What the typed configuration of load balancing says of the blocks of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from standfast.config.effective import Counts, Known
from standfast.config.keywords.lvs_values import Endpoint, ServiceKey
from standfast.config.lvs_model import Checker, RealServer, VirtualServer
from standfast.config.settings import Settings

MAILS = ("smtp_alert_checker", "smtp_alert")


def service(record: VirtualServer | None) -> Known:
    """What counts for a virtual server; None: it is left out."""
    if record is None:
        return Known(left_out=True)
    return Known({
        "lvs_sched": Counts(record.scheduler),
        "lvs_method": Counts(record.forwarding),
        "protocol": Counts(record.protocol),
        "ops": Counts("ops" in record.flags),
        "quorum": Counts(record.quorum),
        "hysteresis": Counts(record.hysteresis),
        "persistence_timeout": Counts(record.persistence.timeout_s if record.persistence else None),
        "ha_suspend": Counts(record.ha_suspend),
        "omega": Counts(record.omega),
        "smtp_alert": Counts(record.smtp_alert, MAILS),
    })  # fmt: skip


def server(record: RealServer | None) -> Known:
    """What counts for a real server; None: it is left out."""
    if record is None:
        return Known(left_out=True)
    return Known({
        "weight": Counts(record.weight),
        "lvs_method": Counts(record.forwarding),
        "inhibit_on_failure": Counts(record.inhibit_on_failure),
        "uthreshold": Counts(record.uthreshold),
        "lthreshold": Counts(record.lthreshold),
        "alpha": Counts(record.alpha),
        "smtp_alert": Counts(record.smtp_alert, MAILS),
    })  # fmt: skip


def checker(record: Checker) -> Known:
    """What counts for a checker."""
    pace, target = record.pace, record.target
    counts = {name: Counts(getattr(pace, name)) for name in ("delay_loop", "retry", "delay_before_retry", "warmup",
                                                             "alpha")}  # fmt: skip
    counts["log_all_failures"] = Counts(pace.log_all_failures, ("checker_log_all_failures",))
    if target is not None:
        counts |= {
            "connect_ip": Counts(target.address),
            "connect_port": Counts(target.port),
            "bindto": Counts(target.bind_to),
            "bind_port": Counts(target.bind_port),
            "bind_if": Counts(target.bind_if),
            "connect_timeout": Counts(target.connect_timeout),
            "fwmark": Counts(target.mark),
        }
    return Known(counts)


def servers_of(
    blocks: Iterable[Settings], services: Mapping[int, VirtualServer | None]
) -> Iterator[tuple[int, RealServer | None]]:
    """``id`` of the blocks of real servers with their records.

    A service may stand in several blocks: then the servers of all are in the record of the first.
    """
    left: dict[Any, list[RealServer]] = {}
    for block in blocks:
        service, inner = services[id(block)], block.blocks.get("real_server", ())
        servers = list(service.real_servers) if service is not None else left.get(block.name, [])
        pairs = list(paired(inner, servers))
        taken = {id(record) for _, record in pairs}
        rest = [record for record in servers if id(record) not in taken]
        if rest or service is None:
            left[block.name] = rest
        yield from pairs


def paired(blocks: Iterable[Settings], records: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """``id`` of blocks with their records, which are in the same order; None for a block that was left out."""
    waiting = list(records)
    seen: set[Endpoint] = set()
    for block in blocks:
        fits = bool(waiting) and _is(block, waiting[0]) and block.name not in seen
        if fits and isinstance(block.name, Endpoint):
            seen.add(block.name)  # the same once more is left out; services may stand twice
        yield id(block), waiting.pop(0) if fits else None


def _is(block: Settings, record: RealServer | VirtualServer) -> bool:
    """A server's port may have become the service's, so it does not count here."""
    name: Endpoint | ServiceKey = block.name
    if isinstance(name, Endpoint):
        return name.address == record.address
    assert isinstance(record, VirtualServer)  # noqa: S101 - keys are names of services alone
    if not block.blocks.get("real_server") or (record.protocol and block.get("protocol", "UDP") != record.protocol):
        return False
    return (name.address, name.port, name.mark, name.group) == (
        record.address, record.port, record.mark, record.group,
    )  # fmt: skip
