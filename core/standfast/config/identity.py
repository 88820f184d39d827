"""Who an instance is: number, version, priority, initial state, password (keepalived's repairs 1 to 6)."""

from __future__ import annotations

from itertools import pairwise

from standfast.config.addressing import DECIDES
from standfast.config.draft import Draft
from standfast.config.hmac import hmac_of
from standfast.config.model import Authentication
from standfast.values import SECOND


def take_name_and_number(draft: Draft) -> None:
    """The VRID is required; so is a name, but the binder saw to that."""
    draft.name = draft.settings.name
    draft.interface = draft.settings.get("interface", "")
    draft.strict = draft.inherited("strict_mode", "vrrp_strict", False)
    vrid = draft.settings.get("virtual_router_id")
    if vrid is None:
        hint = "add a line such as `virtual_router_id 51`"
        draft.stop("SF4001", "virtual_router_id", "no usable `virtual_router_id`; nothing starts like this", hint)
        return
    draft.vrid = vrid


def decide_version(draft: Draft) -> None:
    """What the instance says, else 3 for IPv6, else the global default. A later contradiction is ignored."""
    said = draft.settings.all("version")
    for later in said[1:]:
        if later.value != said[0].value:
            message = f"{draft.name}: version {said[0].value} was set before; this line is ignored"
            draft.findings.error("SF4003", later.statement, message)
    if not said:
        draft.version = 3 if draft.family == 6 else draft.defaults.get("vrrp_version", 2)
        return
    draft.version = said[0].value
    if draft.family == 6 and draft.version == 2:
        _version_2_for_ipv6(draft)


def _version_2_for_ipv6(draft: Draft) -> None:
    """VRRPv2 (RFC 3768) is for IPv4 only; keepalived speaks a form of its own, which we refuse."""
    first = next((v for v in draft.settings.sequence if v.setting in (*DECIDES, "version")), None)
    if draft.strict or (first is not None and first.setting in DECIDES):
        draft.version = 3
        draft.error("SF4004", "version", "IPv6 needs version 3; this line is ignored")
        return
    draft.warning(
        "SF4004", "version", "version 2 does not exist for IPv6; the instance stays in FAULT", "write `version 3`"
    )
    draft.permanent_fault = "VRRP version 2 does not exist for IPv6 (write `version 3`, on all machines)"


def decide_priority_and_state(draft: Draft) -> None:
    """``state MASTER`` without priority means 255; without a state, 255 means MASTER."""
    states = draft.settings.all("state")
    for earlier, later in pairwise(states):
        if earlier.value == "MASTER" and later.value == "BACKUP":
            message = f"{draft.name}: `state MASTER` was set before; this line is ignored"
            draft.findings.error("SF4005", later.statement, message)
    master = any(state.value == "MASTER" for state in states)
    priority = draft.settings.get("priority")
    if priority is None and master:
        message = (
            "`state MASTER` without `priority` means 255: this machine owns the addresses and always takes them back"
        )
        draft.warning("SF4006", "state", message, "add a line such as `priority 150`")
    draft.priority = priority if priority is not None else 255 if master else 100
    draft.master = master if states else draft.owner
    if draft.strict and draft.master != draft.owner:
        draft.master = draft.owner
        corrected = "MASTER" if draft.master else "BACKUP"
        message = f"in strict mode the state is MASTER exactly with priority 255; used: {corrected}"
        draft.error("SF4007", "state", message)


def decide_authentication(draft: Draft) -> None:
    """Keep what version 2 can carry; a signature takes the place of everything else."""
    if "authentication" in draft.settings.blocks:
        _password(draft)
    if "auth_hmac" in draft.settings.blocks:
        interval = draft.settings.get("advert_int", SECOND)
        block = draft.settings.block("auth_hmac")
        draft.hmac = hmac_of(block, interval, draft.findings, strict=draft.strict)
    if draft.hmac is not None and draft.auth is not None:
        draft.auth = None
        draft.error("SF4008", "authentication", "`auth_hmac` replaces `authentication`, which is ignored")
    if draft.auth is not None and draft.auth.kind == "ah":
        _authentication_header(draft)


def _password(draft: Draft) -> None:
    block = draft.settings.block("authentication")
    kind, password = block.get("auth_type"), block.get("auth_pass", b"")
    if kind is None:
        if password and "auth_type" not in block.seen:  # else what is wrong with it was said
            hint = "add `auth_type PASS`"
            draft.warning("SF4009", "authentication", "`auth_pass` without a usable `auth_type` has no effect", hint)
        return
    why = _no_authentication(draft, kind, password)
    if why:
        draft.error("SF4008", "authentication", f"{why}; authentication is ignored")
        return
    draft.auth = Authentication(kind=kind, password=password)


def _no_authentication(draft: Draft, kind: str, password: bytes) -> str:
    if draft.version == 3:
        return "version 3 has no authentication"
    if draft.strict:
        return "strict mode allows no authentication"
    if not password:
        return "`auth_pass` is missing or empty"
    return "AH is not possible with IPv6" if kind == "ah" and draft.family == 6 else ""


def _authentication_header(draft: Draft) -> None:
    if draft.master and not draft.owner:
        draft.master = False  # it must hear a sequence number before it may speak
        draft.error("SF4010", "state", "with AH the state cannot be MASTER below priority 255; used: BACKUP")
