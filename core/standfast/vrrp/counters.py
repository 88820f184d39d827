"""Statistics of one virtual router: the objects of RFC 2787 / RFC 6527, keepalived's, and ours."""

from __future__ import annotations

import msgspec


class Counters(msgspec.Struct, kw_only=True):
    """Counts since start (kept over a reload). What drops an advert, and what merely deserves a remark."""

    advert_rcvd: int = 0
    """Adverts that passed the checks up to the owner's."""
    advert_sent: int = 0
    """One for each advert, however many unicast copies leave."""
    become_master: int = 0
    release_master: int = 0
    packet_len_err: int = 0
    advert_interval_err: int = 0
    """Interval 0, or v2 with another interval (dropped); v3 with another interval (learned)."""
    ip_ttl_err: int = 0
    invalid_type_rcvd: int = 0
    addr_list_err: int = 0
    """Address list differs from ours (dropped only if so configured), or empty (dropped)."""
    invalid_authtype: int = 0
    authtype_mismatch: int = 0
    auth_failure: int = 0
    pri_zero_rcvd: int = 0
    pri_zero_sent: int = 0
    chk_err: int = 0
    vers_err: int = 0
    destination_err: int = 0
    """Multicast to a unicast instance, or the reverse."""
    source_err: int = 0
    """Unicast from an address that is no configured peer."""
    self_rcvd: int = 0
    """From our own address: something on the network reflects frames."""
    owner_ignored: int = 0
    """Dropped because we own the addresses and ``owner_ignore_adverts`` is on."""
    auth_ext_missing: int = 0
    """Adverts without the signature that ``auth_hmac`` asks for, and below what was wrong with one."""
    auth_ext_malformed: int = 0
    auth_ext_unknown_key: int = 0
    auth_ext_invalid_hmac: int = 0
    auth_ext_stale: int = 0
    auth_ext_replay: int = 0
    dual_master: int = 0
    """Times another router certainly was master beside us."""
    contested: int = 0
    """Times we yielded to a router that preempted us, or had been master beside us."""
    checksum_form_changes: int = 0
    late_wakeups: int = 0
    """Timer served later than max(A/4, 20 ms)."""
    latest_wakeup: int = 0
    """Worst lateness of a timer, microseconds."""
    addresses_lost: int = 0
    """Addresses that somebody else took off this host while we were MASTER."""
    routing_lost: int = 0
    """Routes and rules that somebody else took off this host while we were MASTER."""
    bounces: int = 0
    """Times the instance let go of everything because addresses kept being taken off."""

    def count(self, reason: str) -> None:
        """Add one to the counter of this name."""
        setattr(self, reason, getattr(self, reason) + 1)

    def clear(self) -> None:
        """Begin anew, all of them."""
        for name in self.__struct_fields__:
            setattr(self, name, 0)
