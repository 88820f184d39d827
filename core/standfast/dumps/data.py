"""The data dump: what is configured and how it stands, in the lines that keepalived's has.

Keywords are those of keepalived where both have them; sections about its own buffers and descriptors are left out.
Passwords are never written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from standfast.config.model import Config, VrrpInstance
from standfast.config.tracking_model import TrackedFile, TrackedProcess, TrackedScript
from standfast.dumps.documents import Status, pairs
from standfast.dumps.instance import HIDDEN, Standing, address_words, command, group_of, whole
from standfast.dumps.layout import heading
from standfast.dumps.links import Link
from standfast.dumps.links import lines as link_lines
from standfast.dumps.services import services
from standfast.net.routing import words as routing_words
from standfast.values import SECOND

_HOW = {True: "enabled", False: "disabled"}


def of_parent(config: Config) -> bytes:
    """What the parent writes: global definitions."""
    return _text(_global_definitions(config))


def of_vrrp(config: Config, status: Status, found: list[Link]) -> bytes:
    """What the VRRP process would write; ``found``: the interfaces of its namespace."""
    return _text(_vrrp(config, status, found))


def of_checks(balancing: dict[str, Any]) -> bytes:
    """Virtual servers as the health process tells of them."""
    return _text(services(balancing))


def _text(lines: Iterator[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _global_definitions(config: Config) -> Iterator[str]:
    given = config.global_defs
    yield heading("Global definitions")
    yield f" Network namespace = {config.net_namespace or '(default)'}"
    if config.instance_name:
        yield f" Instance name = {config.instance_name}"
    yield f" Router ID = {given.router_id}"
    yield f" Dynamic interfaces = {str(given.dynamic_interfaces).lower()}"
    yield f" Default interface = {given.default_interface}"
    yield f" Disable local IGMP = {'yes' if given.disable_local_igmp else 'no'}"
    yield f" VRRP process priority = {given.scheduling.nice or 0}"
    yield f" VRRP don't swap = {str(given.scheduling.no_swap).lower()}"
    yield f" VRRP realtime priority = {50 if given.scheduling.rt_priority is None else given.scheduling.rt_priority}"
    yield f" Script security {_HOW[given.programs.secure]}"
    yield f" umask = {given.umask:04o}"


def _vrrp(config: Config, status: Status, found: list[Link]) -> Iterator[str]:
    yield from _global_definitions(config)
    yield heading("VRRP Topology")
    for instance, standing in pairs(config, status):
        yield from _instance(instance, standing, config)
    if config.scripts:
        yield heading("VRRP Scripts")
        for script in config.scripts:
            yield from _script(script, config, status)
    if config.sync_groups:
        yield heading("VRRP Sync groups")
        for group in status["groups"]:
            yield f" VRRP Sync Group = {group['name']}, {group['state']}"
            yield "   VRRP member instances :"
            yield from (f"     {name}" for name in group["members"])
    if config.files:
        yield heading("VRRP Track files")
        for file in config.files:
            yield from _file(file, config, status)
    if config.processes:
        yield heading("VRRP Track processes")
        for process in config.processes:
            yield from _process(process, config, status)
    yield heading("Interfaces")
    yield from link_lines(found, _users(config))


def _users(config: Config) -> dict[str, list[str]]:
    """Interface -> who needs or tracks it."""
    users: dict[str, list[str]] = {}
    for instance in config.instances:
        weights = {instance.interface: 0} if instance.interface else {}
        weights |= {each.name: each.weight for each in instance.trackers if each.kind == "interface"}
        for name, weight in weights.items():
            users.setdefault(name, []).append(f"{instance.name}, weight {weight}")
    return users


def _instance(instance: VrrpInstance, standing: Standing, config: Config) -> Iterator[str]:
    yield f" VRRP Instance = {instance.name}"
    yield f"   VRRP Version = {instance.version}"
    group = group_of(instance, config)
    if group is not None:
        yield f"   Sync group = {group.name}"
    yield f"   State = {standing['state']}"
    yield f"   Wantstate = {standing['state']}"
    yield f"   Last transition = {_moment(standing['since'])}"
    yield f"   Cause = {standing['cause']}"
    yield f"   Interface = {instance.interface}"
    yield f"   Using src_ip = {standing['source'] or '(none)'}"
    if instance.unicast:
        yield "   Unicast peers :"
        yield from (f"     {peer.address}" for peer in instance.unicast_peers)
    else:
        yield f"   Multicast address {instance.group}"
    yield from _announcements(instance)
    yield f"   Virtual Router ID = {instance.vrid}"
    yield f"   Priority = {instance.priority}"
    yield f"   Effective priority = {standing['priority']}"
    yield f"   Total priority = {standing['priority']}"
    yield f"   Advert interval = {_interval(instance)}"
    yield f"   Accept = {_HOW[instance.accept]}"
    yield f"   Preempt = {_HOW[instance.preempt]}"
    if instance.preempt and instance.preempt_delay:
        yield f"   Preempt delay = {whole(instance.preempt_delay)} secs"
    yield f"   Promote_secondaries = {_HOW[instance.promote_secondaries]}"
    if instance.auth is not None:
        yield f"   Authentication type = {'SIMPLE_PASSWORD' if instance.auth.kind == 'pass' else 'IPSEC_AH'}"
        yield f"   Password = {HIDDEN}"
    yield from _belongings(instance, standing)
    yield f"   Using smtp notification = {'yes' if instance.notify.mail else 'no'}"
    for words, call in (("Backup", instance.notify.backup), ("Master", instance.notify.master),
                        ("Fault", instance.notify.fault), ("Stop", instance.notify.stop),
                        ("Generic", instance.notify.change)):  # fmt: skip
        if call is not None:
            yield f"   {words} state transition script = {command(call)}"


def _announcements(instance: VrrpInstance) -> Iterator[str]:
    announcing = instance.announcing
    yield f"   Gratuitous ARP delay = {whole(announcing.delay)}"
    yield f"   Gratuitous ARP repeat = {announcing.repeat}"
    yield f"   Gratuitous ARP refresh = {whole(announcing.refresh)}"
    yield f"   Gratuitous ARP refresh repeat = {announcing.refresh_repeat}"
    yield f"   Gratuitous ARP lower priority delay = {whole(announcing.lower_prio_delay)}"
    yield f"   Gratuitous ARP lower priority repeat = {announcing.lower_prio_repeat}"
    yield f"   Down timer adverts = {instance.down_timer_adverts}"
    yield f"   Send advert after receive lower priority advert = {str(not instance.lower_prio_no_advert).lower()}"
    yield f"   Send advert after receive higher priority advert = {str(instance.higher_prio_send_advert).lower()}"


def _interval(instance: VrrpInstance) -> str:
    if instance.version == 2:
        return f"{whole(instance.advert_interval)} sec"
    return f"{instance.advert_interval / 1000:g} milli-sec"


def _belongings(instance: VrrpInstance, standing: Standing) -> Iterator[str]:
    present = standing["addresses_present"]
    for words, addresses in ((f"Virtual IP ({len(instance.vips)}):", instance.vips),
                             ("Virtual IP Excluded :", instance.evips)):  # fmt: skip
        if addresses:
            yield f"   {words}"
            yield from (f"     {address_words(address, present)}" for address in addresses)
    for words, objects in (("Virtual Routes :", instance.routes), ("Virtual Rules :", instance.rules)):
        if objects:
            yield f"   {words}"
            yield from (f"     {routing_words(each)}" for each in objects)
    for kind in ("interface", "script", "process", "file", "check"):
        tracked = [tracker for tracker in instance.trackers if tracker.kind == kind]
        if tracked:
            plural = "processes" if kind == "process" else f"{kind}s"
            yield f"   Tracked {plural} :"
            reverse = {True: " reverse", False: ""}
            yield from (f"     {each.name} weight {each.weight}{reverse[each.reverse]}" for each in tracked)


def _script(script: TrackedScript, config: Config, status: Status) -> Iterator[str]:
    thing = _thing("script", script.name, status)
    yield f" VRRP Script = {script.name}"
    yield f"   Command = {command(script.command)}"
    yield f"   Interval = {whole(script.interval)} sec"
    yield f"   Timeout = {whole(script.timeout)} sec"
    yield f"   Weight = {script.weight}"
    yield f"   Rise = {script.rise}"
    yield f"   Fall = {script.fall}"
    yield "   Insecure = no"
    good = thing.get("good")
    yield f"   Status = {'GOOD' if good else 'INIT' if good is None else 'BAD'}"
    yield from _trackers_of("script", script.name, config)
    yield f"   State = {'running' if thing.get('running') else 'idle'}"


def _file(file: TrackedFile, config: Config, status: Status) -> Iterator[str]:
    value = _thing("file", file.name, status).get("value")
    yield f" Track file = {file.name}"
    yield f"   File = {file.path}"
    yield f"   Status = {'INIT' if value is None else value}"
    yield f"   Weight = {file.weight}"
    yield from _trackers_of("file", file.name, config)


def _process(process: TrackedProcess, config: Config, status: Status) -> Iterator[str]:
    thing = _thing("process", process.name, status)
    yield f" VRRP Track process = {process.name}"
    yield f"   Process = {process.command}"
    if process.parameters:
        yield f"   Parameters = {' '.join(process.parameters)}"
    yield f"   Min processes = {process.quorum}"
    if process.quorum_max is not None:
        yield f"   Max processes = {process.quorum_max}"
    yield f"   Current processes = {thing.get('value') or 0}"
    yield f"   Have quorum = {str(thing.get('good') is True).lower()}"
    yield f"   Weight = {process.weight}{' reverse' if process.reverse else ''}"
    yield f"   Terminate delay = {process.terminate_delay / SECOND:.6f}s"
    yield f"   Fork delay = {process.fork_delay / SECOND:.6f}s"
    yield f"   Full command = {str(process.full_command).lower()}"
    yield from _trackers_of("process", process.name, config)


def _thing(kind: str, name: str, status: Status) -> Status:
    return next((each for each in status["trackers"] if (each["kind"], each["name"]) == (kind, name)), {})


def _trackers_of(kind: str, name: str, config: Config) -> Iterator[str]:
    yield "   Tracking instances :"
    for instance in config.instances:
        for tracker in instance.trackers:
            if (tracker.kind, tracker.name) == (kind, name):
                yield f"     {instance.name}, weight {tracker.weight}{' reverse' if tracker.reverse else ''}"


def _moment(since: str) -> str:
    moment = datetime.datetime.fromisoformat(since)
    local = moment.astimezone()
    return f"{moment.timestamp():.6f} ({local:%a %b %d %H:%M:%S}.{local.microsecond:06d} {local.year})"
