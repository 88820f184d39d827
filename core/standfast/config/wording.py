"""The instances' records in the words of the configuration file: which keyword a field comes from.

``config show`` names origins by it, ``config diff`` and a reload name changes by it, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from standfast.values import SECOND


def as_it_is(value: Any) -> Any:
    """The field says what the keyword says."""
    return value


def turned(value: Any) -> Any:
    """The keyword says the opposite of the field."""
    return not value


def _state(owner: Any) -> Any:
    return "MASTER" if owner else "BACKUP"


def _elsewhere(value: Any) -> Any:
    return f"{'all ' if value.everywhere else ''}{value.period // SECOND}"


@dataclass(frozen=True, slots=True)
class Wording:
    """How one field of a record is said in a file."""

    keyword: str
    inherits: tuple[str, ...] = ()
    """Keywords of ``global_defs`` that decide where the instance says nothing; the first one that is set counts."""
    strict: bool = False
    """Strict mode decides, whatever is said."""
    said: Callable[[Any], Any] = as_it_is
    """From the field's value to what would stand behind the keyword."""


def _field(keyword: str, *inherits: str, strict: bool = False, said: Callable[[Any], Any] = as_it_is) -> Wording:
    return Wording(keyword, inherits, strict, said)


FIELDS: Final[Mapping[str, Wording]] = {
    "owner_state": _field("state", said=_state),
    "vrid": _field("virtual_router_id"),
    "priority": _field("priority"),
    "advert_interval": _field("advert_int"),
    "version": _field("version", "vrrp_version"),
    "preempt": _field("nopreempt", said=turned),
    "preempt_delay": _field("preempt_delay"),
    "down_timer_adverts": _field("down_timer_adverts", "vrrp_down_timer_adverts"),
    "timer_expired_backup": _field("timer_expired_backup"),
    "lower_prio_no_advert": _field("lower_prio_no_advert", "vrrp_lower_prio_no_advert", strict=True),
    "higher_prio_send_advert": _field("higher_prio_send_advert", "vrrp_higher_prio_send_advert", strict=True),
    "owner_ignore_adverts": _field("owner_ignore_adverts", "vrrp_owner_ignore_adverts", "vrrp_strict"),
    "late_grace": _field("late_grace"),
    "skew_resolution": _field("skew_resolution"),
    "stop_hold": _field("stop_hold"),
    "address_lease": _field("address_lease"),
    "probe": _field("probe_before_master"),
    "interface": _field("interface"),
    "track_primary": _field("dont_track_primary", said=turned),
    "source": _field("mcast_src_ip"),
    "track_source": _field("track_src_ip"),
    "group": _field("mcast_dst_ip", "vrrp_mcast_group4", "vrrp_mcast_group6"),
    "unicast_ttl": _field("unicast_ttl"),
    "check_unicast_source": _field("check_unicast_src", "vrrp_check_unicast_src"),
    "receive_buffer": _field("kernel_rx_buf_size"),
    "old_unicast_checksum": _field("old_unicast_checksum"),
    "checksum": _field("checksum", "v3_checksum_as_v2"),
    "skip_check_adv_addr": _field("skip_check_adv_addr", "vrrp_skip_check_adv_addr"),
    "addr_mismatch": _field("addr_mismatch"),
    "vrf": _field("vrf"),
    "promote_secondaries": _field("promote_secondaries"),
    "accept": _field("accept"),
    "vip_protect": _field("vip_protect"),
}
"""Field of :class:`standfast.config.model.VrrpInstance` that is one keyword's value -> how it is said."""

ANNOUNCING_FIELDS: Final[Mapping[str, Wording]] = {
    "repeat": _field("garp_master_repeat", "vrrp_garp_master_repeat", "vrrp_min_garp"),
    "delay": _field("garp_master_delay", "vrrp_garp_master_delay", "vrrp_min_garp"),
    "refresh": _field("garp_master_refresh", "vrrp_garp_master_refresh"),
    "refresh_repeat": _field("garp_master_refresh_repeat", "vrrp_garp_master_refresh_repeat"),
    "lower_prio_repeat": _field(
        "garp_lower_prio_repeat",
        "vrrp_garp_lower_prio_repeat",
        "vrrp_garp_master_repeat",
        "vrrp_min_garp",
        strict=True,
    ),
    "lower_prio_delay": _field(
        "garp_lower_prio_delay", "vrrp_garp_lower_prio_delay", "vrrp_garp_master_delay", "vrrp_min_garp", strict=True
    ),
    "garp_interval": _field("vrrp_garp_interval", "vrrp_garp_interval"),
    "gna_interval": _field("vrrp_gna_interval", "vrrp_gna_interval"),
    "na_router": _field("na_router"),
    "extra": _field("garp_extra_if", "vrrp_garp_extra_if", said=_elsewhere),
}
"""The same for the fields of :class:`standfast.config.model.Announcing`."""

BLOCKS: Final[Mapping[str, str]] = {
    "vips": "virtual_ipaddress",
    "evips": "virtual_ipaddress_excluded",
    "unicast_peers": "unicast_peer",
    "auth": "authentication",
    "hmac": "auth_hmac",
    "routes": "virtual_routes",
    "rules": "virtual_rules",
    "vmac": "use_vmac",
    "ipvlan": "use_ipvlan",
    "trackers": "track_*",
    "evidence": "check_before_master",
    "notify": "notify*",
}
"""Fields that several lines make."""

OTHERS: Final[Mapping[str, str]] = {
    "name": "name",
    "family": "address family",
    "device": "the interface made for it",
    "permanent_fault": "whether it can run",
}
"""Fields that no keyword alone decides."""

TOP: Final[Mapping[str, str]] = {
    "instance_name": "instance",
    "scripts": "vrrp_script",
    "files": "track_file",
    "processes": "vrrp_track_process",
    "bfd_sessions": "bfd_instance",
    "checks": "vrrp_check",
    "sync_groups": "vrrp_sync_group",
    "track_groups": "track_group",
    "static_addresses": "static_ipaddress",
    "announcement_groups": "garp_group",
    "polled_interfaces": "linkbeat_interfaces",
    "poll_all_interfaces": "linkbeat_use_polling",
    "interface_delays": "interface_up_down_delays",
    "config_id": "configuration id",
}
"""Field of the whole configuration -> its block or keyword, where that is another word."""

CANNOT_CHANGE: Final[Mapping[str, str]] = {
    "instance_name": "instance",
    "net_namespace": "net_namespace",
    "net_namespace_ipvs": "net_namespace_ipvs",
    "use_pid_dir": "use_pid_dir",
}
"""What names the run directory and the network namespace cannot change under a running daemon."""


def keyword_of(field: str, *, unicast: bool = False) -> str:
    """What people write for a field of an instance or of its announcements."""
    if field == "source" and unicast:
        return "unicast_src_ip"
    wording = FIELDS.get(field) or ANNOUNCING_FIELDS.get(field)
    return wording.keyword if wording else BLOCKS.get(field) or OTHERS.get(field) or field
