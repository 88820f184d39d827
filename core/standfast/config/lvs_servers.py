"""Real servers and the sorry server of a virtual server: which of them count, and on which port."""

from __future__ import annotations

from standfast.config.definitions import with_user
from standfast.config.keywords.lvs_values import Endpoint
from standfast.config.lvs_checkers import checkers_of
from standfast.config.lvs_draft import ServerDraft, ServiceDraft
from standfast.config.lvs_groups import families
from standfast.config.lvs_model import Forwarding, RealServer, SorryServer
from standfast.config.settings import Settings, Value
from standfast.config.tree import Statement
from standfast.values import Family

_BEHIND_SORRY = {"sorry_server_inhibit": "inhibit", "sorry_server_lvs_method": "forwarding"}


def take_servers(draft: ServiceDraft) -> None:
    """Every real server as written, and the last sorry server with what stands behind it."""
    for block in draft.settings.blocks.get("real_server", ()):
        if block.statement is not None:
            draft.servers.append(_server(draft, block, block.statement))
    for value in draft.settings.sequence:
        if value.setting == "sorry_server":
            draft.sorry = _sorry(draft, value)
        elif value.setting in _BEHIND_SORRY:
            _behind_sorry(draft, value)


def _server(draft: ServiceDraft, block: Settings, statement: Statement) -> ServerDraft:
    endpoint: Endpoint = block.name
    levels = draft.levels.inside(block)
    method: Forwarding = levels.get("lvs_method", Forwarding())
    low, high = block.get("lthreshold", 0), block.get("uthreshold", 0)
    if low > high:
        limit = f"is above `uthreshold {high}`" if high else "needs an `uthreshold` above it"
        message = f"`lthreshold {low}` {limit}: IPVS refuses such a server, so it gets no connections"
        draft.warning("SF4545", block.scalars["lthreshold"].statement, message)
    inhibit, weight = levels.get("inhibit_on_failure", False), levels.get("weight", 1)
    return ServerDraft(block, statement, endpoint.address, endpoint.port, endpoint.port, method, inhibit, weight)


def _sorry(draft: ServiceDraft, value: Value) -> ServerDraft:
    endpoint: Endpoint = value.value
    if draft.sorry is not None:
        message = f"a second `sorry_server`: it replaces {draft.sorry.shown}"
        draft.warning("SF4540", value.statement, message)
    method = draft.get("lvs_method", Forwarding())
    return ServerDraft(Settings(), value.statement, endpoint.address, endpoint.port, endpoint.port, method)


def _behind_sorry(draft: ServiceDraft, value: Value) -> None:
    if draft.sorry is not None:
        setattr(draft.sorry, _BEHIND_SORRY[value.setting], value.value)
        return
    later = "sorry_server" in draft.settings.seen
    why = "the `sorry_server` it belongs to comes too late" if later else "there is no `sorry_server`"
    hint = "put the line behind `sorry_server`" if later else "add `sorry_server` above this line"
    draft.error("SF4541", value.statement, f"`{value.keyword}` is ignored: {why}", hint)


def decide_family(draft: ServiceDraft) -> None:
    """From the address, the group's addresses, `ip_family`, or for marks from the servers; else IPv4."""
    known = _own_families(draft)
    said: Family | None = draft.get("ip_family")
    if said is not None and known and known != {said}:
        message = f"`ip_family` contradicts the address, which is IPv{min(known)}; it is ignored"
        draft.error("SF4542", draft.where("ip_family"), message)
    elif said is not None:
        known = {said}
    candidates = [*draft.servers, *([draft.sorry] if draft.sorry else [])]
    if not known:
        plain = [server.address.family for server in candidates if server.forwarding.method != "TUN"]
        tunnelled = {server.address.family for server in candidates}
        known = {plain[0]} if plain else tunnelled if len(tunnelled) == 1 else set()
    draft.family = known.pop() if len(known) == 1 else 4
    if len(_own_families(draft)) < 2:
        drop_other_families(draft)
    else:
        _only_by_tunnel(draft, candidates)


def _only_by_tunnel(draft: ServiceDraft, candidates: list[ServerDraft]) -> None:
    """A group of both IP versions needs servers that each of them reaches."""
    plain = next((server for server in candidates if server.forwarding.method != "TUN"), None)
    if plain is not None:
        message = (
            f"its group has addresses of both IP versions, which only TUN can carry to {plain.shown}; it is left out"
        )
        draft.warning("SF4543", draft.statement, message, "make a group and a virtual server of each, or use TUN")
        draft.servers, draft.sorry = [], None


def _own_families(draft: ServiceDraft) -> set[Family]:
    if draft.group is not None:
        return families(draft.group)
    return {draft.key.address.family} if draft.key.address is not None else set()


def drop_other_families(draft: ServiceDraft) -> None:
    """Only a tunnel can carry one IP version over the other."""
    draft.servers = [server for server in draft.servers if _fits(draft, server, "real server")]
    if draft.sorry is not None and not _fits(draft, draft.sorry, "sorry server"):
        draft.sorry = None


def _fits(draft: ServiceDraft, server: ServerDraft, what: str) -> bool:
    if server.address.family == draft.family or server.forwarding.method == "TUN":
        return True
    message = f"{what} {server.shown} is left out: the service is IPv{draft.family}, and only TUN can reach the other"
    draft.error("SF4543", server.statement, message)
    return False


def drop_duplicates(draft: ServiceDraft) -> None:
    """A server stands in the kernel's table once."""
    seen: dict[tuple[object, int], ServerDraft] = {}
    for server in draft.servers:
        earlier = seen.setdefault((server.address, server.port), server)
        if earlier is not server:
            message = f"real server {server.shown} stands here already, in line {earlier.statement.keyword.span.line}"
            draft.error(
                "SF4544", server.statement, f"{message}; this one is left out", "a typing error in the address?"
            )
    draft.servers = list(seen.values())


def agree_on_ports(draft: ServiceDraft) -> None:
    """Only NAT can change the port; what the other methods would do with another one is nothing."""
    for server in draft.servers:
        _port(draft, server, "real server")
    if draft.sorry is not None:
        _port(draft, draft.sorry, "sorry server")


def _port(draft: ServiceDraft, server: ServerDraft, what: str) -> None:
    nat = server.forwarding.method == "NAT"
    if draft.key.kind == "address":
        if not server.port or (not nat and server.port != draft.key.port):
            if server.port:
                _told(draft, server, f"port {server.port} of {what} {server.address}", f"{draft.key.port or 'any'}")
            server.port = draft.key.port
    elif draft.key.kind == "mark":
        if server.port and not nat:
            _told(draft, server, f"port {server.port} of {what} {server.address}", "any, as the mark leaves it open")
            server.port = 0
    elif server.port and not nat and draft.group is not None:
        others = sorted({line.port for line in draft.group.ranges if line.port != server.port})
        if others:
            shown = ", ".join(str(port or "any") for port in others)
            _told(draft, server, f"port {server.port} of {what} {server.address}", f"the group's ({shown})")


def _told(draft: ServiceDraft, server: ServerDraft, port: str, used: str) -> None:
    method = server.forwarding.method
    hint = "use `lvs_method NAT`, or give the server the service's port"
    draft.warning("SF4546", server.statement, f"{method} cannot change ports, so {port} is not used, but {used}", hint)


def agree_on_inhibit(draft: ServiceDraft) -> None:
    """A sorry server that is a real server too has one entry in the kernel's table."""
    sorry = draft.sorry
    for server in draft.servers:
        if sorry is not None and (server.address, server.port) == (sorry.address, sorry.port):
            if server.inhibit != sorry.inhibit:
                state = "on" if server.inhibit else "off"
                message = (
                    f"sorry server {sorry.shown} is a real server too, and takes its `inhibit_on_failure` ({state})"
                )
                draft.warning("SF4547", sorry.statement, message)
            sorry.inhibit = server.inhibit


def finished_server(draft: ServiceDraft, server: ServerDraft) -> RealServer:
    """The record, with checkers."""
    levels, block = draft.levels.inside(server.settings), server.settings
    port = server.written_port or server.port
    return RealServer(
        address=server.address,
        port=server.port,
        weight=server.weight,
        forwarding=server.forwarding,
        inhibit_on_failure=server.inhibit,
        uthreshold=block.get("uthreshold", 0),
        lthreshold=block.get("lthreshold", 0),
        alpha=levels.get("alpha", False),
        smtp_alert=block.get("smtp_alert", mails(draft, default=True)),
        snmp_name=block.get("snmp_name", ""),
        virtualhost=levels.get("virtualhost", ""),
        dns_name=block.get("dns_name", ""),
        notify_up=with_user(block.get("notify_up"), draft.context.defaults),
        notify_down=with_user(block.get("notify_down"), draft.context.defaults),
        checkers=checkers_of(block, levels, server.address, port, draft.context),
    )


def mails(draft: ServiceDraft, *, default: bool) -> bool:
    """What ``global_defs`` says of mail for services and servers."""
    defaults = draft.context.defaults
    return bool(defaults.get("smtp_alert_checker", defaults.get("smtp_alert", default)))


def finished_sorry(sorry: ServerDraft | None) -> SorryServer | None:
    """The record."""
    if sorry is None:
        return None
    return SorryServer(address=sorry.address, port=sorry.port, forwarding=sorry.forwarding, inhibit=sorry.inhibit)
