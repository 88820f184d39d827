"""Words behind ``use_vmac`` and ``use_ipvlan``, and what they mean beside the rest of an instance."""

from __future__ import annotations

import re
from typing import Any

from standfast.config.draft import Draft
from standfast.config.findings import Findings
from standfast.config.interface_model import Ipvlan, Vmac
from standfast.config.iproute_names import Named, NameTables, known_number
from standfast.config.kinds import DROPPED, Dropped, Reader, Words
from standfast.config.model import VrrpInstance
from standfast.config.settings import Settings
from standfast.config.tree import Word
from standfast.values import Address

_LONGEST_NAME = 15
_DEVICE = re.compile(r"[^\s/:]+")
_MAC = re.compile(r"[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){4,5}")
RFC_RANGES = (bytes.fromhex("00005e0001"), bytes.fromhex("00005e0002"))
"""Reserved for virtual routers of IPv4 and IPv6 (RFC 9568, 7.3)."""

MODES = ("bridge", "private", "vepa")
WORDS = frozenset(("use_vmac", "use_vmac_addr", "use_ipvlan", "vmac_xmit_base"))

RawFields = dict[str, Any]


def read_vmac(words: Words, reader: Reader) -> RawFields | Dropped:
    """``[[name] INTERFACE] [MAC] [netlink_notify_msg] [group GROUP]``."""
    fields: RawFields = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.text == "netlink_notify_msg":
            fields["netlink_notify"] = True
        elif _MAC.fullmatch(word.text):
            mac = _mac(word, reader)
            if mac:
                fields["mac"] = mac
        elif _common(word, rest, fields, reader) is DROPPED:
            return DROPPED
    return fields


def read_ipvlan(words: Words, reader: Reader) -> RawFields | Dropped:
    """``[[name] INTERFACE] [ADDRESS[/LENGTH]] [bridge|private|vepa] [group GROUP]``."""
    fields: RawFields = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        address = _prefix(word.text)
        if word.text in MODES:
            fields["mode"] = word.text
        elif address is not None:
            fields["address"], fields["prefix"] = address
        elif _common(word, rest, fields, reader) is DROPPED:
            return DROPPED
    return fields


def _common(word: Word, rest: list[Word], fields: RawFields, reader: Reader) -> Dropped | None:
    """A name, or the group."""
    keyword = reader.statement.keyword.text
    if word.text in ("name", "group") and not rest:
        return reader.refuse("SF3102", word, f"`{word.text}` needs a value; `{keyword}` is left out")
    if word.text == "group":
        value = rest.pop(0)
        number = known_number("group", value.text)
        fields["group"] = Named("group", value) if number is None else number
        return None
    name = rest.pop(0) if word.text == "name" else word
    if "name" in fields:
        reader.findings.warning("SF2109", reader.statement, f"`{word.text}` means nothing here", word=word)
        return None
    if not _may_be_called(name.text):
        message = f"no interface can be called `{name.text}`; the usual name is used"
        reader.remark("SF3006", name, message, "a name has up to 15 bytes, without blanks, `/` and `:`")
        return None
    fields["name"] = name.text
    return None


def _may_be_called(name: str) -> bool:
    fits = len(name.encode(errors="replace")) <= _LONGEST_NAME
    return fits and name not in (".", "..") and _DEVICE.fullmatch(name) is not None


def _mac(word: Word, reader: Reader) -> bytes:
    """5 or 6 octets; empty after a complaint."""
    mac = bytes(int(octet, 16) for octet in word.text.split(":"))
    if mac[0] & 1:
        reader.remark("SF4151", word, f"`{word.text}` is a multicast address; the usual virtual MAC is used")
        return b""
    if mac[:5] in RFC_RANGES:
        message = f"`{word.text}` is in the range of the RFC's virtual MACs; the usual one is used"
        reader.remark("SF4151", word, message, "leave it out")
        return b""
    return mac


def _prefix(text: str) -> tuple[Address, int] | None:
    host, slash, length = text.partition("/")
    try:
        address = Address.parse(host)
    except ValueError:
        return None
    if not slash:
        return address, address.bits
    good = length.isascii() and length.isdigit() and len(length) < 4 and int(length) <= address.bits
    return (address, int(length)) if good else None


def made_interfaces(
    block: Settings, defaults: Settings, instance: VrrpInstance, findings: Findings, names: NameTables
) -> tuple[Vmac | None, Ipvlan | None]:
    """The interface that is made for an instance: at most one, and only above another."""
    draft = Draft(block, _statement(block), defaults, findings, name=instance.name)
    draft.strict = draft.inherited("strict_mode", "vrrp_strict", False)
    vmac: RawFields | None = block.get("use_vmac")
    ipvlan: RawFields | None = block.get("use_ipvlan")
    if vmac is not None and ipvlan is not None:
        draft.error("SF4152", "use_ipvlan", "`use_vmac` and `use_ipvlan` exclude each other; `use_ipvlan` is ignored")
        ipvlan = None
    if vmac is not None and not instance.interface:
        draft.error("SF4152", "use_vmac", "`use_vmac` needs an `interface` below it; it is ignored")
        vmac = None
    if ipvlan is not None and not instance.interface:
        draft.error("SF4152", "use_ipvlan", "`use_ipvlan` needs an `interface` below it; it is ignored")
        ipvlan = None
    vmac, ipvlan = (
        _another_name(draft, keyword, fields, instance)
        for keyword, fields in (("use_vmac", vmac), ("use_ipvlan", ipvlan))
    )
    return _vmac(draft, vmac, instance, names), _ipvlan(draft, ipvlan, instance, names)


def _another_name(draft: Draft, keyword: str, fields: RawFields | None, instance: VrrpInstance) -> RawFields | None:
    name = "" if fields is None else fields.get("name", "")
    if fields is None or not name or name not in (instance.interface, "lo"):
        return fields
    message = f"`{name}` is there already, and not made for an instance; the usual name is used"
    draft.error("SF3006", keyword, message, "leave the name out, or choose another")
    return {key: value for key, value in fields.items() if key != "name"}


def _statement(block: Settings) -> Any:
    return block.statement


def _vmac(draft: Draft, fields: RawFields | None, instance: VrrpInstance, names: NameTables) -> Vmac | None:
    base = draft.settings.get("vmac_xmit_base", False)
    addresses = draft.settings.get("use_vmac_addr", False)
    if fields is None:
        if base:
            draft.warning("SF4152", "vmac_xmit_base", "`vmac_xmit_base` means nothing without `use_vmac`")
        return Vmac(for_addresses=True, for_instance=False) if addresses else None
    if instance.unicast and not base:
        message = "unicast with `use_vmac` sends through the interface below; `vmac_xmit_base` is set"
        draft.warning("SF4152", "use_vmac", message, "add `vmac_xmit_base`")
    if draft.strict and (base or "mac" in fields):
        message = "strict mode has adverts come from the RFC's virtual MAC; `vmac_xmit_base` and own MACs are ignored"
        draft.error("SF6203", "use_vmac", message)
        base, fields = False, {name: value for name, value in fields.items() if name != "mac"}
    resolved = _grouped(draft, "use_vmac", fields, names)
    return Vmac(**resolved, xmit_base=base or instance.unicast, for_addresses=addresses)


def _ipvlan(draft: Draft, fields: RawFields | None, instance: VrrpInstance, names: NameTables) -> Ipvlan | None:
    if fields is None:
        return None
    address = fields.get("address")
    if address is None and instance.family == 4:
        message = "`use_ipvlan` for IPv4 needs an address of its own; the instance would stay in FAULT"
        draft.error("SF4152", "use_ipvlan", message, "write `use_ipvlan 192.0.2.2/24`, for example")
    elif address is not None and address.family != instance.family:
        message = f"`{address}` is not an IPv{instance.family} address; it is ignored"
        draft.error("SF4021", "use_ipvlan", message)
        fields = {name: value for name, value in fields.items() if name not in ("address", "prefix")}
    return Ipvlan(**_grouped(draft, "use_ipvlan", fields, names))


def _grouped(draft: Draft, keyword: str, fields: RawFields, names: NameTables) -> RawFields:
    """With the number of the link group for its name."""
    group = fields.get("group")
    if not isinstance(group, Named):
        return fields
    number = names.number("group", group.word.text)
    if number is None:
        draft.error("SF3119", keyword, f"no link group is called `{group.word.text}`; it is ignored")
    return {**fields, "group": number}
