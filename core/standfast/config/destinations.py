"""Where adverts go and where addresses live: unicast or multicast, interface, source (repairs 7 to 12 and 18)."""

from __future__ import annotations

from standfast.config.draft import Draft
from standfast.values import Address

GROUPS = {4: Address.parse("224.0.0.18"), 6: Address.parse("ff02::12")}
UNICAST_WORDS = ("unicast_peer", "unicast_src_ip", "check_unicast_src", "old_unicast_checksum", "unicast_fault_no_peer")
"""Keywords that say unicast was meant."""


def decide_destination(draft: Draft) -> None:
    """Peers if there are any, else the group, unless that was ruled out."""
    settings = draft.settings
    draft.check_source = draft.check_source or draft.inherited("check_unicast_src", "vrrp_check_unicast_src", True)
    if draft.peers:
        if "mcast_dst_ip" in settings.scalars:
            draft.warning("SF4017", "mcast_dst_ip", "`mcast_dst_ip` means nothing with unicast peers")
        return
    meant = [word for word in UNICAST_WORDS if word in settings.seen]
    if meant and settings.get("unicast_fault_no_peer"):
        draft.permanent_fault = "`unicast_fault_no_peer` is set, and there is no usable unicast peer"
        draft.warning("SF4014", "unicast_fault_no_peer", "no usable unicast peer; the instance stays in FAULT")
    elif "unicast_peer" in settings.seen:
        # By multicast it would hear nobody, and be a second master: here keepalived is not followed.
        draft.permanent_fault = "`unicast_peer` is there, but no usable peer stands in it"
        message = "no usable peer stands in `unicast_peer`: the instance stays in FAULT rather than be a second master"
        draft.warning("SF4014", "unicast_peer", message, "name the other machines in it, or take the block out")
    elif meant:
        message = f"`{meant[0]}` says unicast, but there is no usable unicast peer; multicast is used"
        draft.warning("SF4014", meant[0], message, "add the other machines under `unicast_peer`")
    if "unicast_ttl" in settings.scalars:
        draft.error("SF4018", "unicast_ttl", "`unicast_ttl` means nothing without unicast peers; it is ignored")
    draft.group = _group(draft)


def _group(draft: Draft) -> Address:
    usual: Address = draft.defaults.get(f"vrrp_mcast_group{draft.family}", GROUPS[draft.family])
    own: Address | None = draft.settings.get("mcast_dst_ip")
    if own is None:
        return usual
    wrong = ""
    if own.family != draft.family:
        wrong = f"`{own}` is not an IPv{draft.family} address"
    elif own.family == 6 and own.packed[1] & 0xF != 2:  # scope nibble: 2 is the link (RFC 4291, 2.7)
        wrong = f"`{own}` reaches beyond the link; an IPv6 group must begin with ff02"
    if wrong:
        draft.error("SF4019", "mcast_dst_ip", f"{wrong}; used: {usual}")
        return usual
    return own


def check_strict_unicast(draft: Draft) -> None:
    """In strict mode there is no unicast where multicast is possible, and that is every usual interface."""
    if draft.strict and draft.peers and draft.interface:
        message = "strict mode has no unicast; adverts go to the peers all the same"
        draft.warning("SF4016", "unicast_peer", message, "remove `vrrp_strict` or `strict_mode`, or the peers")


def check_interface(draft: Draft) -> None:
    """Only unicast with a configured source (not a link-local one) can do without an interface."""
    if draft.interface == "lo":
        message = "the loopback interface cannot carry VRRP; nothing starts like this"
        draft.stop("SF4002", "interface", message, "name the interface of the network that the other machines are on")
        return
    if draft.interface:
        return
    hint = "add a line such as `interface eth0`"
    if not draft.peers:
        draft.stop("SF4002", "interface", "no usable `interface`; nothing starts like this", hint)
    elif draft.source is None:
        draft.stop("SF4002", "interface", "neither `interface` nor `unicast_src_ip`; nothing starts like this", hint)
    elif draft.source.family == 6 and draft.source.is_link_local:
        draft.stop(
            "SF4002", "unicast_src_ip", "a link-local source needs an `interface`; nothing starts like this", hint
        )


def check_addresses(draft: Draft) -> None:
    """There should be at least one address; the first IPv6 one should be link-local (RFC 9568, 5.2.9)."""
    if not draft.vips:
        _no_addresses(draft)
    elif draft.family == 6 and not draft.peers and not draft.vips[0].address.is_link_local:
        message = f"the first address of an IPv6 instance should be link-local (fe80::), not {draft.vips[0].address}"
        draft.warning("SF4024", "virtual_ipaddress", message)


def _no_addresses(draft: Draft) -> None:
    meant = draft.settings.get("no_virtual_ipaddress", False)
    if draft.strict and meant:
        draft.error(
            "SF4026", "no_virtual_ipaddress", "strict mode does not allow `no_virtual_ipaddress`; it is ignored"
        )
        meant = False
    if meant:
        return
    if draft.strict or draft.version == 3:
        why = "in strict mode" if draft.strict else "with version 3"
        hint = "add a `virtual_ipaddress` block, or `no_virtual_ipaddress` if none is meant"
        draft.stop("SF4025", "virtual_ipaddress", f"no virtual address {why}; nothing starts like this", hint)
    elif not _had_lines(draft):  # or each of them has been complained of
        hint = "add a `virtual_ipaddress` block, or `no_virtual_ipaddress` if none is meant"
        draft.warning("SF4025", "virtual_ipaddress", "no virtual address", hint)


def _had_lines(draft: Draft) -> bool:
    statements = draft.statement.block or ()
    return any(each.keyword.text == "virtual_ipaddress" and each.block for each in statements)
