"""Cases on disk: what happens to one virtual router, line by line, and all it does, bytes included.

``CASE/input.jsonl``: the first line is the instance, every further line happens ``at`` a time (seconds):

    {"at": 1.0, "advert": {"priority": 200, "source": "10.9.0.2"}}   an advert (fields as in packet.Advert)
    {"at": 1.0, "datagram": "45c0..."}                               the same as bytes from the wire
    {"at": 1.0, "call": "stop", "with": {"hold": false}}             a call of the router
    {"at": 9.0}                                                      nothing; time passes
    {"at": 9.0, "asleep": true, ...}                                 time passed, but the process did not run

``CASE/output.jsonl``: the router's actions, and at the end its counters. ``STANDFAST_RECORD=1`` rewrites it:
read the difference before you commit it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from standfast.config.model import VrrpInstance
from standfast.supervise.page import Slot
from standfast.values import SECOND, Address
from standfast.vrrp import packet
from standfast.vrrp.actions import SendAdvert, Tell
from standfast.vrrp.packet import Advert
from standfast.vrrp.receive import Receiver
from standfast.vrrp.router import Router

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/input.jsonl"))
OWN, OTHER = "10.9.0.1", "10.9.0.2"


def instance(fields):
    family = fields.get("family", 4)
    group = None if "unicast_peers" in fields else {4: "224.0.0.18", 6: "ff02::12"}[family]
    vips = [vip(text) for text in fields.pop("vips", ["10.9.0.100"])]
    evips = [vip(text) for text in fields.pop("evips", [])]
    peers = [{"address": parsed(text)} for text in fields.pop("unicast_peers", [])]
    base = {"name": "VI_1", "vrid": 51, "family": family, "version": 2, "interface": "eth0"}
    lists = {"vips": vips, "evips": evips, "unicast_peers": peers, "group": group and parsed(group)}
    return msgspec.convert(base | fields | lists, VrrpInstance)


def vip(text):
    return {"address": parsed(text), "prefix": 24, "dev": "eth0"}


def parsed(text):
    return msgspec.to_builtins(Address.parse(text), builtin_types=(bytes,))


class Stage:
    """A router with its receiver, driven by the lines of a case."""

    def __init__(self, first):
        source = first.pop("from", OWN)
        self.router = Router(instance(first))
        self.router.set_source(Address.parse(source), 0)
        self.now = 0
        self.lines = []
        self.receiver = Receiver(self.router, lambda event: self.note((Tell(event),)))

    def play(self, line):
        moment = round(line["at"] * SECOND)
        while not line.get("asleep") and (due := self.router.deadline) is not None and due <= moment:
            self.now = max(due, self.now)
            self.note(self.router.tick(self.now))
        self.now = moment
        if "advert" in line:
            self.hear(self.datagram(line["advert"]))
        elif "datagram" in line:
            self.hear(bytes.fromhex(line["datagram"]))
        elif "call" in line:
            self.call(line["call"], line.get("with", {}))
        if line.get("asleep"):
            self.note(self.router.tick(self.now))

    def datagram(self, fields):
        config = self.router.config
        form = "message" if config.version == 2 else "pseudo"
        to = str(config.group) if config.group is not None else str(self.router.source)
        fields = {"version": config.version, "vrid": config.vrid, "interval": SECOND, "checksum": form} | fields
        fields["source"] = Address.parse(fields.get("source", OTHER))
        fields["destination"] = Address.parse(fields.get("destination", to))
        own = [str(address.address) for address in config.vips]
        fields["addresses"] = tuple(Address.parse(text) for text in fields.get("addresses", own))
        advert = Advert(**fields)
        return packet.encode_ipv4(advert, 1) if config.family == 4 else advert

    def hear(self, data):
        if isinstance(data, Advert):
            ends = data.source.packed, data.destination.packed
            envelope = packet.open_ipv6(packet.encode(data), *ends, data.ttl, self.now)
        else:
            envelope = packet.open_ipv4(data, self.now)
        advert = self.receiver.judge(envelope)
        if advert is not None:
            self.note(self.router.hear(advert, self.now))

    def call(self, name, arguments):
        arguments = dict(arguments)
        if "slot" in arguments:
            arguments["slot"] = Slot(**arguments["slot"])
        if name == "address_lost":
            arguments["address"] = next(a for a in self.router.addresses if str(a.address) == arguments["address"])
        if name == "set_source":
            arguments["address"] = arguments["address"] and Address.parse(arguments["address"])
        if name == "reconfigure":
            arguments["config"] = instance(arguments["config"])
        self.note(getattr(self.router, name)(now=self.now, **arguments))

    def note(self, actions):
        self.lines += [{"at": self.now / SECOND} | self.described(action) for action in actions]

    def described(self, action):
        if isinstance(action, Tell):
            event = msgspec.to_builtins(action.event)
            return {"do": "Tell"} | {key: value for key, value in event.items() if key not in ("at", "instance")}
        if isinstance(action, SendAdvert):
            sent = [
                {"to": str(out.destination), "bytes": packet.encode(out).hex()} for out in self.router.outgoing(action)
            ]
            return {"do": "SendAdvert", "priority": action.priority, "sent": sent}
        names = [str(address.address) for address in getattr(action, "addresses", ())]
        forced = {"forced": True} if getattr(action, "forced", False) else {}
        return {"do": type(action).__name__} | ({"addresses": names} if names else {}) | forced

    def finish(self):
        counters = self.router.counters
        counted = {name: value for name in counters.__struct_fields__ if (value := getattr(counters, name))}
        cause, deadline = self.router.cause, self.router.deadline
        self.lines.append({"state": self.router.state.name, "cause": cause, "deadline": deadline, "counters": counted})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    first, *lines = [json.loads(line) for line in (case / "input.jsonl").read_text().splitlines()]
    stage = Stage(first["instance"])
    for line in lines:
        stage.play(line)
    stage.finish()
    recorded = case / "output.jsonl"
    if os.environ.get("STANDFAST_RECORD"):
        recorded.write_text("".join(json.dumps(line) + "\n" for line in stage.lines))
    assert stage.lines == [json.loads(line) for line in recorded.read_text().splitlines()]


def test_there_are_cases():
    assert len(CASES) >= 15
