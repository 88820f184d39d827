"""Virtual servers and checks in the data dump, as the health process tells of them, in keepalived's lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from standfast.dumps.layout import heading

Document: TypeAlias = dict[str, Any]


def services(balancing: Document) -> Iterator[str]:
    """Sections `LVS Topology` and `Health checkers`."""
    found = balancing.get("services", [])
    yield heading("LVS Topology")
    for service in found:
        yield from _service(service)
    yield heading("Health checkers")
    for service in found:
        for server in service["servers"]:
            for check in server["checks"]:
                yield from _check(service, server, check)


def _service(service: Document) -> Iterator[str]:
    yield f" {heading('Virtual server')}"
    if service["address"] is None:  # a mark or a group
        yield f" VS = {service['name']}"
    else:
        yield f" VS VIP = {service['address']}, VPORT = {service['port']}"
    yield f"   lvs_sched = {service['scheduler']}"
    if service["protocol"]:
        yield f"   protocol = {service['protocol']}"
    yield f"   quorum = {service['quorum']}, hysteresis = {service['hysteresis']}"
    yield f"   default forwarding method = {service['method']}"
    yield f"   alive = {int(any(server['state'] == 'up' for server in service['servers']))}"
    yield f"   quorum_state_up = {int(service['up'])}"
    yield f"   serving = {service['serving']}, live weight = {service['weight']}, by {service['backend'] or 'nobody'}"
    for server in service["servers"]:
        yield from _server(server)


def _server(server: Document) -> Iterator[str]:
    address, _, port = server["server"].rpartition(":")
    weight = server["weight"]
    yield f"   {heading('Real server')}"
    yield f"   RIP = {address.strip('[]')}, RPORT = {port}, WEIGHT = {weight} EFF WEIGHT = {weight}"
    yield f"   effective weight = {weight}"
    yield f"   alive = {int(server['state'] == 'up')}"
    yield f"   num failed checkers = {sum(not check['up'] for check in server['checks'])}"
    yield f"   RS set = {int(server['programmed'] is not None)}"
    yield f"   cause = {server['cause']}"


def _check(service: Document, server: Document, check: Document) -> Iterator[str]:
    yield f" {service['name']} -> {server['server']}"
    yield f"   Up = {'yes' if check['up'] else 'no'}"
    yield f"   Has run = {'yes' if check.get('at') else 'no'}"
    yield f"   Last result = {check['last']}"
    yield f"   Keepalive method = {check['kind']}"
