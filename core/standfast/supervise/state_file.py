"""What we have put into the kernel, written down so that somebody can undo it after SIGKILL.

The VRRP process writes the file *before* it may touch the kernel and removes it when nothing of ours is left.
Its successor, ``standfast reap`` and the next start read it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from standfast.config.interface_model import Device
from standfast.config.model import Config, VirtualAddress
from standfast.config.route_model import Route, Rule
from standfast.net.command import Changer
from standfast.net.decode import HostAddress, Link
from standfast.net.encode import IFA_PROTO, AddressEncoder
from standfast.net.host import Host
from standfast.net.links import delete as delete_link
from standfast.net.nft.channel import Channel
from standfast.net.nft.commands import AddTable, DeleteTable
from standfast.net.routing import RoutingObject, words
from standfast.net.routing_keeper import RoutingKeeper

NAME: Final = "installed.json"

_PIECE = 64
_MARKS_SINCE = (5, 18)


class Entry(msgspec.Struct, frozen=True, order=True):
    """One address that is, or may be, on an interface because of us."""

    interface: str
    address: str
    """``10.9.0.100/24``"""


class Installed(msgspec.Struct, frozen=True):
    """The whole file."""

    addresses: tuple[Entry, ...] = ()
    sysctls: dict[str, str] = {}
    """Path under ``/proc/sys`` -> what it was before we changed it."""
    routes: tuple[Route, ...] = ()
    rules: tuple[Rule, ...] = ()
    devices: tuple[Device, ...] = ()
    """Interfaces that we made."""
    table: str = ""
    """The nf_tables table that we made."""
    namespace: str = ""
    """The network namespace that all this is about, as the kernel names it; :func:`save` fills it in."""


class ElsewhereError(OSError):
    """The file tells of another network namespace than ours; the message says what to do."""


def entry_of(address: VirtualAddress) -> Entry:
    """As the file names it."""
    return Entry(address.dev, f"{address.address}/{address.prefix}")


def load(run_dir: Path) -> Installed:
    """What the file says; nothing if there is none or it cannot be read (it was written by rename: never half)."""
    try:
        return msgspec.json.decode((run_dir / NAME).read_bytes(), type=Installed)
    except (OSError, msgspec.DecodeError):
        return Installed()


def save(run_dir: Path, installed: Installed) -> None:
    """Replace the file in one step; an empty record removes it."""
    path = run_dir / NAME
    if structs.replace(installed, namespace="") == Installed():
        path.unlink(missing_ok=True)
        return
    temporary = path.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(structs.replace(installed, namespace=_namespace())))
    temporary.replace(path)


def _namespace() -> str:
    return str(Path("/proc/self/ns/net").readlink())


def kernel_marks() -> bool:
    """Does this kernel keep IFA_PROTO, by which our addresses are known?"""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= _MARKS_SINCE


def leftovers(
    installed: Installed,
    links: Iterable[Link],
    addresses: Iterable[HostAddress],
    *,
    marks: bool,
    configured: Collection[Entry] = (),
) -> list[HostAddress]:
    """Which of the host's addresses are ours.

    Listed, or marked and configured.  The list is written ahead of the deed, so on a kernel that marks
    addresses a listed one without our mark is somebody else's.
    """
    names = {link.index: link.name for link in links}
    listed, ours = set(installed.addresses), set(configured)
    found = []
    for address in addresses:
        entry = Entry(names.get(address.index, ""), f"{address.address}/{address.prefix}")
        marked = address.protocol == IFA_PROTO
        if (entry in listed and (marked or not marks)) or (entry in ours and marked):
            found.append(address)
    return found


class Configured(NamedTuple):
    """What a configuration may install."""

    addresses: Collection[Entry] = ()
    routing: Collection[RoutingObject] = ()


def configured_by(config: Config) -> Configured:
    """Everything that this configuration may install, static objects included."""
    addresses = [address for made in config.instances for address in made.vips + made.evips]
    routing = [each for made in config.instances for each in made.routes + made.rules]
    return Configured(
        {entry_of(address) for address in (*addresses, *config.static_addresses)},
        dict.fromkeys((*routing, *config.static_routes, *config.static_rules)),
    )


def clean(
    run_dir: Path, changer: Changer, encode: AddressEncoder, *, configured: Configured | None = None
) -> list[str]:
    """Take off everything that is ours, set sysctls back, remove the file; give what was taken off, in words.

    Routes and rules before the addresses that they may need; our protocol number in them is the mark.

    Raises :class:`ElsewhereError` in another network namespace, where none of it can be found: the file stays.
    """
    configured = configured or Configured()
    installed = load(run_dir)
    if installed.namespace not in ("", _namespace()):
        words = f"{run_dir / NAME} tells of another network namespace ({installed.namespace}, this is {_namespace()})"
        raise ElsewhereError(f"{words}: run this there, with `ip netns exec NAME`; if it is gone, remove the file")
    links = changer.links()
    names = {link.index: link.name for link in links}
    gone = _clean_routing(changer, links, dict.fromkeys((*installed.routes, *installed.rules, *configured.routing)))
    ours = leftovers(installed, links, changer.addresses(), marks=kernel_marks(), configured=configured.addresses)
    batch = []
    for found in ours:
        virtual = VirtualAddress(address=found.address, prefix=found.prefix, dev=names[found.index])
        batch.append((encode(virtual).delete, found.index))
    for start in range(0, len(batch), _PIECE):
        changer.perform(batch[start : start + _PIECE])
    made = [device.name for device in installed.devices if _remove_device(device, changer, links)]
    for path, before in reversed(installed.sysctls.items()):
        _write_sysctl(path, before)
    if installed.table:
        _remove_tables(installed.table)
    save(run_dir, Installed())
    return [*gone, *(str(found.address) for found in ours), *made]


def _remove_device(device: Device, changer: Changer, links: Iterable[Link]) -> bool:
    """Remove an interface of ours, if it still is what we made."""
    for link in links:
        if link.name == device.name and link.made_as == device.kind and device.mac in (b"", link.mac):
            return changer.perform([(delete_link(), link.index)]) == [0]
    return False


def _clean_routing(changer: Changer, links: Iterable[Link], candidates: Collection[RoutingObject]) -> list[str]:
    if not candidates:
        return []
    host = Host()
    for link in links:
        host.link_is(link)
    keeper, gone = RoutingKeeper(changer, host), list[str]()
    for each in reversed(list(candidates)):
        if keeper.take_off(each):
            gone.append(words(each))
    return gone


def _remove_tables(name: str) -> None:
    channel = Channel()
    try:
        channel.commit([command for table in channel.tables(name) for command in (AddTable(table), DeleteTable(table))])
    finally:
        channel.close()


def _write_sysctl(path: str, value: str) -> None:
    place = Path("/proc/sys") / path
    if place.exists():  # the interface may have gone
        place.write_text(value)
