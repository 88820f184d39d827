"""Which interfaces the instances need made (macvlan with the virtual MAC, ipvlan), and what lives on them. Pure.

The plan is made anew at every start and reload, from the configuration and the interfaces that there are: a fitting
interface is kept under the name that it has, so the same configuration gives the same plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import count
from typing import Final, NamedTuple

from msgspec import structs

from standfast.config.interface_model import Device, Ipvlan, Vmac
from standfast.config.model import Config, VirtualAddress, VrrpInstance
from standfast.net.decode import ARPHRD_ETHER, Link
from standfast.net.links import PRIVATE
from standfast.values import Family

LONGEST_NAME: Final = 15
RFC_PREFIX: Final[dict[Family, bytes]] = {4: bytes.fromhex("00005e0001"), 6: bytes.fromhex("00005e0002")}


class Plan(NamedTuple):
    """What is to be."""

    devices: tuple[Device, ...] = ()
    config: Config = Config()
    """The same configuration, in which addresses stand where they will live."""


class Refused(Exception):  # noqa: N818 - a verdict
    """Why an instance cannot have its interface, in words."""


def plan(config: Config, links: Iterable[Link], ours: Collection[Device] = ()) -> Plan:
    """``ours``: what this daemon or its predecessor has made; it may be changed or replaced."""
    planner = _Planner(config, links, ours)
    return planner.result() if planner.needed() else Plan(config=config)


def fits(device: Device, link: Link, base: Link) -> bool:
    """Is the interface what is wanted, but for its name?"""
    if link.made_as != device.kind or link.base != base.index:
        return False
    return device.kind == "ipvlan" or (link.mode == PRIVATE and link.mac == device.mac)


class _Planner:
    def __init__(self, config: Config, links: Iterable[Link], ours: Collection[Device]) -> None:
        self._config = config
        self._links = {link.name: link for link in links}
        self._by_index = {link.index: link for link in self._links.values()}
        self._ours = {device.name: device for device in ours}
        self._devices: dict[str, Device] = {}
        self._users: dict[str, list[int]] = {}
        """Device -> places of the instances that speak on it."""
        self._group_of = {name: group.name for group in config.sync_groups for name in group.members}

    def needed(self) -> bool:
        """Does anybody ask for an interface, or for announcements elsewhere?"""
        return any(_asks(made) for made in self._config.instances)

    def result(self) -> Plan:
        placed = [self._instance(place, made) for place, made in enumerate(self._config.instances)]
        for name, users in self._users.items():
            groups = {self._group_of.get(placed[place].name) for place in users}
            if len(users) > 1 and (len(groups) > 1 or None in groups):
                first = placed[users[0]]
                other = placed[users[1]].name
                words = f"its interface {name} would be that of {other} too, which is not in one sync group with it"
                placed[users[0]] = structs.replace(first, permanent_fault=first.permanent_fault or words)
        for place, made in enumerate(placed):
            placed[place] = self._with_extra(made)
        wants_ipv6 = {each.dev for made in placed for each in made.vips + made.evips if each.address.family == 6}
        devices = tuple(
            structs.replace(device, ipv6=True) if device.name in wants_ipv6 else device
            for device in self._devices.values()
        )
        return Plan(devices, structs.replace(self._config, instances=tuple(placed)))

    # One instance

    def _instance(self, place: int, made: VrrpInstance) -> VrrpInstance:
        try:
            device = self._own_device(made)
            moved = {
                field: tuple(self._address(each, made, device) for each in getattr(made, field))
                for field in ("vips", "evips")
            }
        except Refused as refused:
            return structs.replace(made, permanent_fault=made.permanent_fault or str(refused))
        if device is None:
            return structs.replace(made, **moved)
        self._users.setdefault(device.name, []).append(place)
        source = made.source if made.ipvlan is None or made.source is not None else made.ipvlan.address
        return structs.replace(made, device=device.name, source=source, **moved)

    def _own_device(self, made: VrrpInstance) -> Device | None:
        if made.ipvlan is not None:
            return self._ipvlan(made, made.ipvlan)
        if made.vmac is None or not made.vmac.for_instance:
            return None
        own_source = made.source if made.family == 6 and made.source and made.source.is_link_local else None
        wanted = self._macvlan(made.vmac, made.interface, made.vrid, made.family)
        wanted = structs.replace(wanted, speaks=not made.vmac.xmit_base, source=own_source)
        prefix = self._config.global_defs.vmac_prefix
        return self._shared(wanted) or self._claim(wanted, made.vmac.name, _names(made.vmac.name, prefix, made))

    def _address(self, address: VirtualAddress, made: VrrpInstance, device: Device | None) -> VirtualAddress:
        family = address.address.family
        if device is not None and address.dev == made.interface and family == made.family:
            return structs.replace(address, dev=device.name)
        if not address.vmac and not (
            made.vmac is not None and made.vmac.for_addresses and self._elsewhere(address, made)
        ):
            return address
        own = made.vmac if made.vmac is not None and family == made.family else Vmac()
        wanted = structs.replace(self._macvlan(own, address.dev, made.vrid, family), speaks=False)
        prefix = self._config.global_defs.vmac_addr_prefix
        extra = self._shared(wanted) or self._claim(wanted, "", _names("", prefix, made, family))
        return structs.replace(address, dev=extra.name)

    @staticmethod
    def _elsewhere(address: VirtualAddress, made: VrrpInstance) -> bool:
        return address.dev != made.interface or address.address.family != made.family

    # One device

    def _macvlan(self, how: Vmac, base: str, vrid: int, family: Family) -> Device:
        return Device(
            name="",
            base=self._real(base),
            family=family,
            mac=_mac(how.mac, vrid, family),
            group=how.group,
            netlink_notify=how.netlink_notify,
            ipv6=family == 6,
        )

    def _shared(self, wanted: Device) -> Device | None:
        """The same interface, if somebody needs it already; it does what both need."""
        known = next((one for one in self._devices.values() if one.base == wanted.base and one.mac == wanted.mac), None)
        if known is not None and wanted.speaks and not known.speaks:
            known = self._devices[known.name] = structs.replace(known, speaks=True, source=wanted.source)
        return known

    def _ipvlan(self, made: VrrpInstance, how: Ipvlan) -> Device:
        wanted = Device(
            name="",
            base=self._real(made.interface),
            family=made.family,
            kind="ipvlan",
            mode=how.mode,
            group=how.group,
            ipv6=made.family == 6,
            source=how.address,
            prefix=how.prefix or (how.address.bits if how.address is not None else 64),
        )
        prefix = self._config.global_defs.vmac_prefix
        return self._claim(wanted, how.name, _names(how.name, prefix, made))

    def _claim(self, wanted: Device, configured: str, names: Iterator[str]) -> Device:
        base = self._links.get(wanted.base)
        if base is not None and base.kind != ARPHRD_ETHER:
            raise Refused(f"interface {wanted.base} is not Ethernet: nothing with a MAC of its own can stand above it")
        name = self._adoptable(wanted, base) or next(name for name in names if self._usable(name, wanted, configured))
        device = self._devices[name] = structs.replace(wanted, name=name)
        return device

    def _adoptable(self, wanted: Device, base: Link | None) -> str:
        """A macvlan of this MAC: the kernel takes no second one. Ipvlans are known by being ours."""
        if base is None or wanted.kind != "macvlan":
            return ""
        found = (name for name, link in self._links.items() if name not in self._devices and fits(wanted, link, base))
        return next(found, "")

    def _usable(self, name: str, wanted: Device, configured: str) -> bool:
        if name in self._devices:
            if name == configured:
                raise Refused(f"the interface name {name} is given to two virtual routers")
            return False
        link = self._links.get(name)
        if link is None:
            return True
        before = self._ours.get(name)
        same_base = before is not None and before.base == wanted.base and before.kind == wanted.kind
        if name != configured:
            return same_base
        if before is None and not (link.made_as == "macvlan" and link.mode == PRIVATE and wanted.kind == "macvlan"):
            raise Refused(f"an interface {name} exists already and is not ours: choose another name, or remove it")
        return True

    def _real(self, name: str) -> str:
        """Above a macvlan the kernel puts a new one beside it."""
        link = self._links.get(name)
        while link is not None and link.made_as == "macvlan" and link.base in self._by_index:
            link = self._by_index[link.base]
        return name if link is None else link.name

    # Announcements elsewhere

    def _with_extra(self, made: VrrpInstance) -> VrrpInstance:
        how = made.announcing.extra
        if not how.period:
            return made
        carriers = dict.fromkeys(each.dev for each in made.vips + made.evips)
        elsewhere = [name for name in carriers if name != made.speaks_on and (how.everywhere or name in self._devices)]
        extra = structs.replace(how, interfaces=tuple(elsewhere))
        return structs.replace(made, announcing=structs.replace(made.announcing, extra=extra))


def _asks(made: VrrpInstance) -> bool:
    return (
        made.vmac is not None
        or made.ipvlan is not None
        or bool(made.announcing.extra.period)
        or any(each.vmac for each in made.vips + made.evips)
    )


def _mac(configured: bytes, vrid: int, family: Family) -> bytes:
    octets = configured or RFC_PREFIX[family]
    return octets if len(octets) == 6 else octets + bytes((vrid,))


def _names(configured: str, prefix: str, made: VrrpInstance, family: Family | None = None) -> Iterator[str]:
    """In the order in which they are tried."""
    if configured:
        yield configured
        return
    yield _short(prefix, made.vrid)
    if (family or made.family) == 6:
        yield _short(f"{prefix}6", made.vrid)
    for number in count(1):
        yield _short(f"{prefix}{number}", made.vrid)


def _short(prefix: str, vrid: int) -> str:
    """Interface names have at most 15 characters; the number is what tells them apart."""
    number = f".{vrid}"
    return prefix[: LONGEST_NAME - len(number)] + number
