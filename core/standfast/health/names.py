"""Real servers by name (`dns_name`): what a configuration becomes by what the names mean now. The first half is pure.

The address that stands in the configuration counts until there is an answer; after that the last good answer does,
whatever becomes of the name, also in a successor.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import msgspec
import trio
from msgspec import structs

from standfast.config.lvs_model import Balancing, Checker, RealServer, VirtualServer
from standfast.health import memory
from standfast.health.probe import Say
from standfast.values import Address, Family

FILE: Final = "names.json"
SHORTEST_S: Final = 5.0
"""A name is not asked for more often, whatever its time to live."""

LONGEST_S: Final = 300.0
"""Nor less often."""


class Name(NamedTuple):
    """What is asked for: A records for IPv4, AAAA for IPv6."""

    text: str
    family: Family


Answers: TypeAlias = Mapping[Name, tuple[Address, ...]]


class Answer(NamedTuple):
    """Of a name server."""

    addresses: tuple[Address, ...]
    ttl_s: float


LookUp: TypeAlias = Callable[[Name], Awaitable[Answer]]
"""Raises :class:`LookUpFailed` if there is no answer with an address in it."""


class LookUpFailed(Exception):  # noqa: N818 - what happened
    """``str()`` says why, for people."""


def names_of(balancing: Balancing) -> set[Name]:
    """Everything that has to be asked for."""
    servers = (server for service in balancing.virtual_servers for server in service.real_servers)
    return {Name(server.dns_name, server.address.family) for server in servers if server.dns_name}


def resolved(balancing: Balancing, answers: Answers) -> Balancing:
    """The same with the servers that names mean: one for each address. Whoever stands there first counts."""
    if not any(server.dns_name for service in balancing.virtual_servers for server in service.real_servers):
        return balancing
    return structs.replace(
        balancing, virtual_servers=tuple(_service(service, answers) for service in balancing.virtual_servers)
    )


def _service(service: VirtualServer, answers: Answers) -> VirtualServer:
    found: dict[tuple[Address, int], RealServer] = {}
    for server in service.real_servers:
        for each in _servers(server, answers):
            found.setdefault((each.address, each.port), each)
    return structs.replace(service, real_servers=tuple(found.values()))


def _servers(server: RealServer, answers: Answers) -> Iterator[RealServer]:
    addresses = answers.get(Name(server.dns_name, server.address.family)) if server.dns_name else None
    for address in addresses or (server.address,):
        checkers = tuple(_aimed(checker, server.address, address) for checker in server.checkers)
        yield structs.replace(server, address=address, checkers=checkers)


def _aimed(checker: Checker, written: Address, address: Address) -> Checker:
    """A check that looks at the server looks at its new address; one with another `connect_ip` goes on."""
    if checker.target is None or checker.target.address != written:
        return checker
    return structs.replace(checker, target=structs.replace(checker.target, address=address))


# The rest asks


@dataclass(slots=True)
class Names:
    """Asks for names again and again, and tells when one means something else."""

    run_dir: Path
    look_up: LookUp
    changed: Callable[[], Awaitable[None]]
    say: Say
    answers: dict[Name, tuple[Address, ...]] = field(default_factory=dict)
    _asking: dict[Name, trio.CancelScope] = field(default_factory=dict)
    _failed: set[Name] = field(default_factory=set)

    def remember(self) -> None:
        """Last good answers of an earlier process."""
        try:
            noted = msgspec.json.decode((self.run_dir / FILE).read_bytes(), type=dict[str, list[str]])
            for text, addresses in noted.items():
                known = tuple(Address.parse(each) for each in addresses)
                if known:
                    self.answers[Name(text.rpartition("/")[0], known[0].family)] = known
        except (OSError, ValueError, msgspec.DecodeError):
            return

    def follow(self, names: set[Name], nursery: trio.Nursery) -> None:
        """Ask for these and no others from now on."""
        for name in self._asking.keys() - names:
            self._asking.pop(name).cancel()
            self._failed.discard(name)
        for name in sorted(names - self._asking.keys()):
            self._asking[name] = trio.CancelScope()
            nursery.start_soon(self._ask_for_ever, name, self._asking[name])

    async def _ask_for_ever(self, name: Name, scope: trio.CancelScope) -> None:
        with scope:
            while True:
                pause_s = await self._ask(name)
                await trio.sleep(pause_s)

    async def _ask(self, name: Name) -> float:
        """Once; how long to wait until the next time (seconds)."""
        try:
            answer = await self.look_up(name)
        except LookUpFailed as error:
            if name not in self._failed:
                self._failed.add(name)
                known = self.answers.get(name)
                kept = f"what it meant last stays: {_listed(known)}" if known else "the address as written counts"
                self.say("warning", "health.name", f"dns_name {name.text}: {error}; {kept}")
            return SHORTEST_S
        self._failed.discard(name)
        addresses = tuple(sorted(set(answer.addresses), key=lambda address: address.packed))
        if addresses != self.answers.get(name):
            self.answers[name] = addresses
            self.say("info", "health.name", f"dns_name {name.text} means {_listed(addresses)}")
            self._note()
            await self.changed()
        return min(max(answer.ttl_s, SHORTEST_S), LONGEST_S)

    def _note(self) -> None:
        texts = {f"{name.text}/{name.family}": list(map(str, found)) for name, found in self.answers.items()}
        try:
            memory.save(self.run_dir / FILE, msgspec.json.encode(texts))
        except OSError as error:
            self.say("warning", "health.memory", f"what names mean cannot be noted: {error.strerror}")


def _listed(addresses: tuple[Address, ...]) -> str:
    return ", ".join(map(str, addresses))


async def look_up(name: Name) -> Answer:
    """Ask the machine's name servers (``/etc/resolv.conf``, read every time; not ``/etc/hosts``)."""
    import dns.asyncresolver
    import dns.exception

    try:
        resolver = dns.asyncresolver.Resolver()
        found = await resolver.resolve(name.text, "A" if name.family == 4 else "AAAA", lifetime=10.0)
    except (dns.exception.DNSException, OSError) as error:
        raise LookUpFailed(str(error) or type(error).__name__) from error
    addresses = tuple(Address.parse(str(record)) for record in found)
    return Answer(addresses, found.chaining_result.minimum_ttl)
