"""What the typed configuration says of each block of the file: the effective side of ``config show``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from standfast.config.addressing import address_of
from standfast.config.effective import Around, Counts, Known, line_item
from standfast.config.findings import Findings
from standfast.config.iproute_names import NameTables
from standfast.config.knowledge_lvs import checker, paired, server, servers_of, service
from standfast.config.load import Loaded
from standfast.config.model import VirtualAddress, VrrpInstance
from standfast.config.routing import Routing
from standfast.config.settings import Settings, Value
from standfast.config.shown import Item, Origin, item, line_origin
from standfast.config.source import DiskReader
from standfast.config.track_entries import Weight
from standfast.config.tracking_model import TrackedScript, Tracker
from standfast.config.wording import ANNOUNCING_FIELDS, FIELDS

SOURCES = ("mcast_src_ip", "unicast_src_ip")


class Knowledge:
    """Looks blocks up in a loaded configuration; call it as :data:`standfast.config.effective.Knows`."""

    def __init__(self, loaded: Loaded) -> None:
        """Raises :class:`ValueError` for a configuration that cannot be run."""
        if loaded.config is None:
            raise ValueError("this configuration cannot be run, so nothing of it is effective")
        self.config = loaded.config
        self._instances = {instance.name: instance for instance in self.config.instances}
        self._scripts = {script.name: script for script in self.config.scripts}
        self._groups = {group.name: group for group in self.config.sync_groups}
        settings = loaded.settings
        self._firsts = {id(block) for block in _firsts(settings)}
        self._services = dict(paired(settings.blocks.get("virtual_server", ()), loaded.balancing.virtual_servers))
        self._servers = dict(servers_of(settings.blocks.get("virtual_server", ()), self._services))
        defaults = settings.block("global_defs")
        names = NameTables(DiskReader())
        names.vendor = defaults.get("iproute_usr_dir", names.vendor)
        names.local = defaults.get("iproute_etc_dir", names.local)
        self._routing = Routing(names, Findings())
        self._looks: dict[str, Callable[[Settings, Around], Known]] = {
            "": lambda block, _: self._top(block),
            "global_defs": lambda *_: Known({"router_id": Counts(self.config.global_defs.router_id)}),
            "vrrp_instance": self._instance,
            "vrrp_instance/authentication": lambda _, around: Known(left_out=self._without(around, "auth")),
            "vrrp_instance/auth_hmac": lambda _, around: Known(left_out=self._without(around, "hmac")),
            "vrrp_sync_group": lambda block, _: self._group(block),
            "vrrp_script": lambda block, _: self._script(block),
            "track_file": lambda block, _: Known(left_out=id(block) not in self._firsts),
            "vrrp_track_file": lambda block, _: Known(left_out=id(block) not in self._firsts),
            "vrrp_track_process": lambda block, _: Known(left_out=id(block) not in self._firsts),
            "vrrp_check": lambda block, _: Known(left_out=id(block) not in self._firsts),
            "virtual_server": lambda block, _: service(self._services[id(block)]),
            "virtual_server/real_server": lambda block, _: server(self._servers.get(id(block))),
        }

    def __call__(self, path: str, settings: Settings, around: Around) -> Known:
        """What is known of one block."""
        looks = self._looks.get(path)
        if looks is not None:
            return looks(settings, around)
        within, _, name = path.rpartition("/")
        return self._checker(name, settings, around) if within == "virtual_server/real_server" else Known()

    def _top(self, settings: Settings) -> Known:
        return Known(lines={
            "static_routes": self._routes(settings.all("static_routes"), "static_routes"),
            "static_rules": self._rules(settings.all("static_rules"), "static_rules"),
        })  # fmt: skip

    def _routes(self, values: Iterable[Value], name: str) -> list[Item]:
        return [line_item(name, value) for value in values if self._routing.routes([value])]

    def _rules(self, values: Iterable[Value], name: str) -> list[Item]:
        return [line_item(name, value) for value in values if self._routing.rules([value])]

    # Instances

    def _instance(self, settings: Settings, around: Around) -> Known:
        instance = self._instances.get(settings.name)
        if instance is None:
            return Known(left_out=True)
        counts = dict(_instance_counts(instance, _strict(settings, around)))
        lines: dict[str, Sequence[Item]] = {
            name: list(_trackers(instance.trackers, name, settings)) for name in settings.lists if "track_" in name
        }
        lines["virtual_ipaddress"] = list(_addresses(instance.vips, "virtual_ipaddress", settings))
        lines["virtual_ipaddress_excluded"] = list(_addresses(instance.evips, "virtual_ipaddress_excluded", settings))
        lines["unicast_peer"] = list(_peers(instance, settings))
        lines["virtual_routes"] = self._routes(settings.all("virtual_routes"), "virtual_routes")
        lines["virtual_rules"] = self._rules(settings.all("virtual_rules"), "virtual_rules")
        lines["mcast_src_ip"] = list(_source(instance, settings))
        lines["unicast_src_ip"] = ()
        return Known(counts, lines)

    def _without(self, around: Around, field: str) -> bool:
        instance = self._instances.get(around.levels[0][1].name)
        return instance is None or getattr(instance, field) is None

    def _group(self, settings: Settings) -> Known:
        group = self._groups.get(settings.name)
        if group is None:
            return Known(left_out=True)
        lines: dict[str, Sequence[Item]] = {
            name: list(_trackers(group.trackers, name, settings)) for name in settings.lists if "track_" in name
        }
        lines["group"] = [
            item("group", word.text, line_origin(value.statement))
            for value in settings.all("group")
            for word in value.value
            if word.text in group.members
        ]
        return Known(lines=lines)

    def _script(self, settings: Settings) -> Known:
        script: TrackedScript | None = self._scripts.get(settings.name)
        if script is None or id(settings) not in self._firsts:
            return Known(left_out=True)
        return Known({
            "interval": Counts(script.interval),
            "timeout": Counts(script.timeout),
            "weight": Counts(Weight(script.weight, script.reverse)),
            "rise": Counts(script.rise),
            "fall": Counts(script.fall),
            "init_fail": Counts(script.init_fail),
            "user": Counts(script.command.identity, ("script_user",)),
        })  # fmt: skip

    def _checker(self, name: str, settings: Settings, around: Around) -> Known:
        server_block = around.levels[0][1]
        record = self._servers.get(id(server_block))
        if record is None:
            return Known(left_out=True)
        records = [each for each in record.checkers if each.kind == name]
        blocks = server_block.blocks.get(name, [])
        if len(records) != len(blocks):
            return Known()  # some are left out or bring others along: only what is written is known
        return checker(next(r for r, b in zip(records, blocks, strict=True) if b is settings))


def _firsts(settings: Settings) -> Iterator[Settings]:
    """The first definition of each name is the one that counts."""
    seen: set[tuple[str, str]] = set()
    for keyword, kind in (("vrrp_script", "script"), ("track_file", "file"), ("vrrp_track_file", "file"),
                          ("vrrp_track_process", "process"), ("vrrp_check", "check")):  # fmt: skip
        for block in settings.blocks.get(keyword, ()):
            whole = any(block.blocks.values()) if kind == "check" else block.get(kind) is not None
            if (kind, block.name) not in seen and whole:
                yield block
            seen.add((kind, block.name))


def _strict(settings: Settings, around: Around) -> Origin | None:
    """Where strict mode was switched on, if it is."""
    own, above = settings.scalars.get("strict_mode"), around.defaults.scalars.get("vrrp_strict")
    if own is not None:
        return line_origin(own.statement) if own.value else None
    return line_origin(above.statement, inherited_from="global_defs") if above is not None and above.value else None


def _instance_counts(instance: VrrpInstance, strict: Origin | None) -> Iterator[tuple[str, Counts]]:
    fields = ((wording, getattr(instance, field)) for field, wording in FIELDS.items())
    more = ((wording, getattr(instance.announcing, field)) for field, wording in ANNOUNCING_FIELDS.items())
    for wording, value in (*fields, *more):
        inherits = tuple(name for name in wording.inherits if _of_family(name, instance))
        yield wording.keyword, Counts(wording.said(value), inherits, strict if wording.strict else None)
    yield "strict_mode", Counts(strict is not None, ("vrrp_strict",))


def _of_family(name: str, instance: VrrpInstance) -> bool:
    return not name.startswith("vrrp_mcast_group") or name.endswith(str(instance.family))


def _addresses(addresses: Iterable[VirtualAddress], name: str, settings: Settings) -> Iterator[Item]:
    written = [*settings.all(name), *settings.all("virtual_ipaddress")]
    for address in addresses:
        value = next(v for v in written if address_of(v) == address.address and v.value.dev in ("", address.dev))
        shown = f"{address.address}/{address.prefix} dev {address.dev}"
        more = {"peer": address.peer, "brd": address.broadcast, "label": address.label}
        text = " ".join([shown, *(f"{word} {said}" for word, said in more.items() if said)])
        made = item(name, address, line_origin(value.statement))
        yield Item(keyword=name, text=text, value=made.value, origin=made.origin)


def _peers(instance: VrrpInstance, settings: Settings) -> Iterator[Item]:
    for peer in instance.unicast_peers:
        value = next(v for v in settings.all("unicast_peer") if address_of(v) == peer.address)
        origin = line_origin(value.statement)
        made = item("unicast_peer", peer, origin)
        yield Item(keyword="unicast_peer", text=str(peer.address), value=made.value, origin=origin)


def _source(instance: VrrpInstance, settings: Settings) -> Iterator[Item]:
    said = [value for value in settings.sequence if value.setting in SOURCES]
    value = next((v for v in reversed(said) if v.value == instance.source), None)
    if value is not None:
        yield item(value.setting, instance.source, line_origin(value.statement))
        return
    keyword = "unicast_src_ip" if instance.unicast else "mcast_src_ip"
    yield Item(keyword=keyword, text="the first address of the interface", origin=Origin(kind="default"))


def _trackers(trackers: Iterable[Tracker], name: str, settings: Settings) -> Iterator[Item]:
    for tracker in trackers:
        if f"track_{tracker.kind}" == name:
            value = next(v for v in settings.all(name) if v.value.name == tracker.name)
            text = f"{tracker.name} weight {tracker.weight}{' reverse' if tracker.reverse else ''}"
            made = item(name, tracker, line_origin(value.statement))
            yield Item(keyword=name, text=text, value=made.value, origin=made.origin)
