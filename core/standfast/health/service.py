"""One virtual server: who of its servers is in the pool, whether it has its quorum, who serves. Pure.

Every call takes ``now`` (microseconds on our clock) and returns what is to be told; :meth:`Service.pool` is what the
data plane is to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from standfast.config.lvs_model import VirtualServer
from standfast.contract.balancing import Entrance, Member, Pool
from standfast.contract.checking import CheckResult
from standfast.events import CheckChange, QuorumChange, ServerChange
from standfast.health import quorum
from standfast.health.server import Key, Server
from standfast.health.telling import Told, server_line, service_line
from standfast.health.verdict import Step, in_words, judge


@dataclass(slots=True, eq=False)
class Service:
    """A virtual server and its real ones."""

    name: str
    """Its key: the configured name, made unique."""
    label: str
    """In FIFO lines."""
    config: VirtualServer
    entrances: tuple[Entrance, ...]
    servers: list[Server]
    tells_first_up: bool = False
    """`rs_init_notifies`."""
    up: bool = False
    since: int = 0
    cause: str = "not started yet"
    suspended: bool = False
    """Not checked at the moment: its address is not on this machine (`ha_suspend`)."""
    weight: int = 0
    """Of the live servers together."""
    _share: dict[Key, int] = field(default_factory=dict)
    """What each server adds to ``weight``."""
    _in: set[Key] = field(default_factory=set)
    """Who is in the pool when servers serve: the live ones, and those that `panic_threshold` keeps there."""

    @classmethod
    def first(
        cls, name: str, label: str, config: VirtualServer, entrances: Sequence[Entrance], now: int, *, first_up: bool
    ) -> Service:
        """As it is before any check; :meth:`begin` is next."""
        servers = [Server.first(server, now) for server in config.real_servers]
        return cls(name, label, config, tuple(entrances), servers, first_up, since=now)

    def is_of(self, label: str, config: VirtualServer, entrances: Sequence[Entrance], *, first_up: bool) -> bool:
        """It would be made of just this."""
        made_of = (self.label, self.config, self.entrances, self.tells_first_up)
        return made_of == (label, config, tuple(entrances), first_up)

    # What happens to it

    def begin(self, now: int) -> list[Told]:
        """The start: servers that need no proof are in; is that enough?"""
        self._count_anew()
        if quorum.has_quorum(False, self.weight, self.config.quorum, self.config.hysteresis):
            return [self._turn(True, f"starting with quorum up: {self._compared(up=True)}", now)]
        self.cause, self.since = f"starting with quorum down: {self._compared(up=False)}", now
        return [self._told_quorum(False, now)] if self.config.sorry_server is not None else []

    def take(self, server: Server, checker: int, result: CheckResult, now: int) -> tuple[Step, list[Told]]:
        """A result of the server's checker of that number."""
        pace = server.config.checkers[checker].pace
        step = judge(server.standings[checker], result, pace, now)
        told = [self._told_check(server, checker, now)] if step.changed else []
        if step.changed or result.weight is not None or result.weight_change is not None:
            kind = server.config.checkers[checker].kind
            return step, [*told, *self.settle(server, self._because(server, checker), now, kind)]
        if step.first and self.tells_first_up and server.alive and not server.told_at_start:
            server.told_at_start = True
            return step, [self._told_server(server, True, "it is up from the start", now)]
        return step, []

    def settle(self, server: Server, cause: str, now: int, checker: str = "") -> list[Told]:
        """Something about the server has changed: draw the consequences. ``checker``: the kind that saw it."""
        told = []
        alive = server.alive
        if alive != server.was_alive:
            server.was_alive, server.since, server.told_at_start = alive, now, True
            server.cause = cause if alive else server.why_down()
            told.append(self._told_server(server, alive, server.cause, now, checker))
        self._count(server, alive=alive)
        return [*told, *self._settle_quorum(now)]

    def drop(self, now: int) -> list[Told]:
        """A reload takes the service away."""
        self.cause = "removed by a reload"
        gone = [self._told_gone(each, self.cause, now) for each in self.servers]
        return [*gone, self._told_quorum(False, now, gone=True)]

    def end(self, now: int) -> list[Told]:
        """The daemon stops: with `omega` as if everybody went down."""
        if not self.config.omega:
            return []
        self.cause = "shutting down"
        gone = [self._told_gone(each, self.cause, now) for each in self.servers if each.alive]
        return [*gone, self._told_quorum(False, now, gone=True)]

    def reconfigure(self, successor: Service, now: int, *, why: str = "removed by a reload") -> list[Told]:
        """Become what ``successor`` (not begun) says; servers and checkers that stay keep how they stand.

        ``why``: what is said of servers that go.
        """
        known = {server.key: server for server in self.servers}
        told = []
        servers = []
        for fresh in successor.servers:
            old = known.pop(fresh.key, None)
            servers.append(fresh if old is None else old.reconfigured(fresh.config, now))
        told += [self._told_gone(gone, why, now) for gone in known.values()]
        self.label, self.config, self.entrances = successor.label, successor.config, successor.entrances
        self.servers, self.tells_first_up = servers, successor.tells_first_up
        for server in servers:
            if server.alive != server.was_alive:
                told += self.settle(server, "its checks are others now", now)
        self._count_anew()
        return [*told, *self._settle_quorum(now)]

    # Counting

    def _count(self, server: Server, *, alive: bool) -> None:
        key, share = server.key, server.weight if alive else 0
        self.weight += share - self._share.get(key, 0)
        self._share[key] = share
        if alive:
            self._in.add(key)
        elif not self._panics() or server.order == "disabled":
            self._in.discard(key)
        if self.config.panic_threshold and not self._panics():
            self._in = {each.key for each in self.servers if each.alive}

    def _count_anew(self) -> None:
        self._share = {each.key: each.weight if each.alive else 0 for each in self.servers}
        self.weight = sum(self._share.values())
        alive = {each.key for each in self.servers if each.alive}
        staying = {each.key for each in self.servers if each.order != "disabled"} if self._panics() else set()
        self._in = alive | (self._in & staying)

    def _panics(self) -> bool:
        """So few servers are alive that it is more likely the checks that fail."""
        threshold = self.config.panic_threshold
        if not threshold:
            return False
        asked = [server for server in self.servers if server.order != "disabled"]
        return sum(server.alive for server in asked) * 100 < threshold * len(asked)

    @property
    def panicking(self) -> bool:
        """`panic_threshold` keeps failed servers in the pool."""
        return any(not server.alive and server.key in self._in for server in self.servers)

    def _settle_quorum(self, now: int) -> list[Told]:
        config = self.config
        up = quorum.has_quorum(self.up, self.weight, config.quorum, config.hysteresis)
        return [] if up == self.up else [self._turn(up, self._compared(up=up), now)]

    def _turn(self, up: bool, cause: str, now: int) -> Told:
        self.up, self.since, self.cause = up, now, cause
        return self._told_quorum(up, now)

    def _compared(self, *, up: bool) -> str:
        return quorum.in_words(self.weight, self.config.quorum, self.config.hysteresis, up=up)

    # Words

    def _because(self, server: Server, checker: int) -> str:
        return f"{server.config.checkers[checker].kind}: {in_words(server.standings[checker])}"

    def _told_check(self, server: Server, number: int, now: int) -> Told:
        standing = server.standings[number]
        event = CheckChange(
            at=now,
            service=self.config.name,
            server=server.label,
            checker=server.config.checkers[number].kind,
            number=number,
            up=standing.up,
            server_up=server.alive,
            words=in_words(standing),
            mail=server.config.smtp_alert,
            line=server_line(self.config, self.label, server, up=server.alive),
        )
        return Told(event, "")

    def _told_server(self, server: Server, up: bool, cause: str, now: int, checker: str = "") -> Told:
        config = server.config
        line = server_line(self.config, self.label, server, up=up)
        event = ServerChange(
            at=now,
            service=self.config.name,
            server=server.label,
            up=up,
            weight=server.weight,
            cause=cause,
            mail=config.smtp_alert,
            line=line,
            checker=checker,
        )
        return Told(event, line, config.notify_up if up else config.notify_down)

    def _told_gone(self, server: Server, cause: str, now: int) -> Told:
        """Of one that was down people have heard already; who keeps states is told all the same."""
        told = self._told_server(server, False, cause, now)
        assert isinstance(told.event, ServerChange)  # noqa: S101 - made a line above
        event = structs.replace(told.event, gone=True)
        if server.alive:
            return Told(event, told.line, told.script)
        return Told(structs.replace(event, mail=False, line=""), "")

    def _told_quorum(self, up: bool, now: int, *, gone: bool = False) -> Told:
        config = self.config
        line = service_line(self.label, up=up)
        event = QuorumChange(
            at=now,
            service=config.name,
            up=up,
            weight=self.weight,
            quorum=config.quorum,
            sorry=self.sorry_serves,
            cause=self.cause,
            mail=config.smtp_alert,
            hysteresis=config.hysteresis,
            line=line,
            gone=gone,
        )
        script = config.quorum_up if up else config.quorum_down
        return Told(event, line, script)

    # What the data plane is to do

    @property
    def sorry_serves(self) -> bool:
        """The sorry server is there instead of all others."""
        return not self.up and self.config.sorry_server is not None

    def pool(self) -> Pool:
        """The service as the kernel is to have it."""
        config = self.config
        members = tuple(self._members())
        busy = any(member.weight for member in members)
        return Pool(
            name=self.name,
            family=config.family,
            protocol=config.protocol,
            entrances=self.entrances,
            group=config.group,
            scheduler=config.scheduler,
            flags=config.flags,
            forwarding=config.forwarding,
            persistence=config.persistence,
            members=members,
            serving="sorry" if self.sorry_serves else "servers" if busy else "nobody",
        )

    def _members(self) -> Iterable[Member]:
        members = {(member.address, member.port): member for member in self._real_members()}
        sorry = self.config.sorry_server
        if sorry is not None and (self.sorry_serves or (sorry.inhibit and (sorry.address, sorry.port) not in members)):
            members[sorry.address, sorry.port] = Member(
                address=sorry.address,
                port=sorry.port,
                weight=1 if self.sorry_serves else 0,
                forwarding=sorry.forwarding,
            )
        return members.values()

    def _real_members(self) -> Iterator[Member]:
        for server in self.servers:
            if server.key in self._in and not self.sorry_serves:
                yield server.member()
            elif server.config.inhibit_on_failure:
                yield server.member(0)
