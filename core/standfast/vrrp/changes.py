"""What a reload did to an instance, in the words of the configuration file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from standfast.config.model import Announcing, VrrpInstance

KEYWORDS: Final = {
    "vrid": "virtual_router_id",
    "family": "address family",
    "owner_state": "state",
    "advert_interval": "advert_int",
    "vips": "virtual_ipaddress",
    "evips": "virtual_ipaddress_excluded",
    "source": "mcast_src_ip",
    "track_source": "track_src_ip",
    "group": "mcast_dst_ip",
    "unicast_peers": "unicast_peer",
    "check_unicast_source": "check_unicast_src",
    "auth": "authentication",
    "hmac": "auth_hmac",
    "track_primary": "dont_track_primary",
    "routes": "virtual_routes",
    "rules": "virtual_rules",
    "vmac": "use_vmac",
    "ipvlan": "use_ipvlan",
    "permanent_fault": "whether it can run",
}
"""Field of :class:`VrrpInstance` -> what people write, where that is another word."""

ANNOUNCING: Final = {
    "repeat": "garp_master_repeat",
    "delay": "garp_master_delay",
    "refresh": "garp_master_refresh",
    "refresh_repeat": "garp_master_refresh_repeat",
    "lower_prio_repeat": "garp_lower_prio_repeat",
    "lower_prio_delay": "garp_lower_prio_delay",
    "garp_interval": "vrrp_garp_interval",
    "gna_interval": "vrrp_gna_interval",
}
"""The same for the fields of :class:`Announcing`."""


def changed(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: priority, virtual_ipaddress changed``."""
    return f"{new.name}: {', '.join(_words(old, new, new.__struct_fields__))} changed"


def anew(old: VrrpInstance, new: VrrpInstance) -> str:
    """``VI_1: starts anew (virtual_router_id changed)``: of the same name, but another virtual router by its key."""
    way = ("unicast_peers",) if old.unicast != new.unicast else ("source",) if new.unicast else ("group",)
    return f"{new.name}: starts anew ({', '.join(_words(old, new, ('vrid', 'family', 'interface', *way)))} changed)"


def _words(old: VrrpInstance, new: VrrpInstance, fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        if getattr(old, field) == getattr(new, field):
            continue
        if field == "announcing":
            yield from _announcing_words(old.announcing, new.announcing)
        elif field == "source" and new.unicast:
            yield "unicast_src_ip"
        else:
            yield KEYWORDS.get(field, field)


def _announcing_words(old: Announcing, new: Announcing) -> Iterator[str]:
    for field in new.__struct_fields__:
        if getattr(old, field) != getattr(new, field):
            yield ANNOUNCING.get(field, field)
