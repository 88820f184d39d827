"""From settings to a virtual router that makes sense: keepalived's repairs, in keepalived's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import structs

from standfast.config import cadence, destinations, identity
from standfast.config.addressing import decide_family, take_addresses
from standfast.config.draft import Draft
from standfast.config.findings import Findings
from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.config.settings import Settings
from standfast.values import SECOND

STEPS: tuple[Callable[[Draft], None], ...] = (
    identity.take_name_and_number,
    decide_family,
    identity.decide_version,
    identity.decide_priority_and_state,
    identity.decide_authentication,
    take_addresses,
    destinations.decide_destination,
    destinations.check_strict_unicast,
    destinations.check_interface,
    destinations.check_addresses,
    cadence.decide_preemption,
    cadence.decide_down_timer,
    cadence.decide_expired_timer,
    cadence.decide_interval,
)
"""What is done to every instance, in this order; later steps see what earlier ones repaired."""


def normalise(settings: Settings, defaults: Settings, findings: Findings) -> VrrpInstance | None:
    """The instance; None after a fault with which nothing starts (it is in ``findings.stops``)."""
    statement = settings.statement
    if statement is None:
        raise ValueError("an instance has an opening statement")
    draft = Draft(settings, statement, defaults, findings, check_source=False)
    for step in STEPS:
        step(draft)
    return None if draft.unusable else _finished(draft)


def _accept(draft: Draft) -> bool:
    """In strict mode only the owner answers, unless version 3 is told otherwise."""
    if not draft.strict or draft.owner:
        return bool(draft.settings.get("accept", True))
    said = draft.settings.get("accept")
    if said and draft.version == 2:
        draft.error("SF4037", "accept", "strict mode of version 2 does not allow `accept`; it is ignored")
    return bool(said and draft.version == 3)


def _vrf(draft: Draft) -> str:
    vrf: str = draft.settings.get("vrf", "")
    if vrf and draft.interface:
        message = f"`vrf` is for unicast without `interface`; {draft.interface} says itself which VRF it is in"
        draft.error("SF6201", "vrf", message, "remove it")
        return ""
    return vrf


def _checksum(draft: Draft) -> str:
    default = "message" if draft.inherited("v3_checksum_as_v2", "v3_checksum_as_v2", False) else "auto"
    return str(draft.settings.get("checksum", default))


def _leased(addresses: Iterable[VirtualAddress], lease: int) -> tuple[VirtualAddress, ...]:
    """With the time for which the kernel keeps them unasked."""
    if not lease:
        return tuple(addresses)
    return tuple(structs.replace(address, lease_s=lease // SECOND) for address in addresses)


def _finished(draft: Draft) -> VrrpInstance:
    """Everything that needs no repair is taken as it is."""
    own, inherited, strict = draft.settings.get, draft.inherited, draft.strict
    return VrrpInstance(
        name=draft.name,
        vrid=draft.vrid,
        family=draft.family,
        version=draft.version,
        interface=draft.interface,
        owner_state=draft.master,
        priority=draft.priority,
        advert_interval=draft.advert_interval,
        preempt=draft.preempt,
        preempt_delay=draft.preempt_delay,
        down_timer_adverts=draft.down_timer_adverts,
        vips=_leased(draft.vips, own("address_lease", 0)),
        evips=_leased(draft.evips, own("address_lease", 0)),
        source=draft.source,
        track_source=own("track_src_ip", False),
        vrf=_vrf(draft),
        group=draft.group,
        unicast_peers=tuple(draft.peers),
        unicast_ttl=own("unicast_ttl") if draft.peers else None,
        check_unicast_source=draft.check_source,
        receive_buffer=draft.settings.get("kernel_rx_buf_size", 0),
        auth=draft.auth,
        hmac=draft.hmac,
        checksum=_checksum(draft),  # type: ignore[arg-type]
        old_unicast_checksum=own("old_unicast_checksum", "auto"),
        accept=_accept(draft),
        skip_check_adv_addr=inherited("skip_check_adv_addr", "vrrp_skip_check_adv_addr", False),
        addr_mismatch=own("addr_mismatch", "accept"),
        lower_prio_no_advert=strict or inherited("lower_prio_no_advert", "vrrp_lower_prio_no_advert", False),
        higher_prio_send_advert=not strict
        and inherited("higher_prio_send_advert", "vrrp_higher_prio_send_advert", True),
        owner_ignore_adverts=inherited("owner_ignore_adverts", "vrrp_owner_ignore_adverts", strict),
        announcing=cadence.announcing(draft),
        vip_protect=own("vip_protect", "readd"),
        timer_expired_backup=draft.timer_expired_backup,
        late_grace=own("late_grace", True),
        skew_resolution=own("skew_resolution", "us"),
        track_primary=not own("dont_track_primary", False),
        promote_secondaries=own("promote_secondaries", False),
        stop_hold=own("stop_hold", 2 * SECOND),
        address_lease=own("address_lease", 0),
        probe=own("probe_before_master", 0),
        permanent_fault=draft.permanent_fault,
    )
