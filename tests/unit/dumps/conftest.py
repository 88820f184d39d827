from __future__ import annotations

import pytest

from standfast.config.model import Authentication, Config, VirtualAddress, VrrpInstance
from standfast.config.script_model import Notifications, ScriptCall
from standfast.config.tracking_model import SyncGroup, TrackedProcess, TrackedScript, Tracker
from standfast.values import Address


def address(text, prefix=24, **more):
    return VirtualAddress(address=Address.parse(text), prefix=prefix, dev="eth0", **more)


@pytest.fixture
def config():
    instance = VrrpInstance(
        name="VI_1",
        vrid=51,
        family=4,
        version=2,
        interface="eth0",
        priority=150,
        vips=(address("10.9.0.100"), address("10.9.0.101", broadcast=Address.parse("10.9.0.255"))),
        evips=(address("10.9.0.102"),),
        auth=Authentication(kind="pass", password=b"secret"),
        group=Address.parse("224.0.0.18"),
        trackers=(Tracker(kind="script", name="chk", weight=-20), Tracker(kind="process", name="web")),
        notify=Notifications(master=ScriptCall(argv=("/bin/true", "m"))),
    )
    return Config(
        instances=(instance,),
        scripts=(TrackedScript(name="chk", command=ScriptCall(argv=("/bin/check",)), weight=-20),),
        processes=(TrackedProcess(name="web", command="nginx", weight=7, reverse=True),),
        sync_groups=(SyncGroup(name="G", members=("VI_1",)),),
    )


@pytest.fixture
def status():
    counters = {"advert_rcvd": 3, "advert_sent": 5, "become_master": 1, "ip_ttl_err": 2}
    present = ["10.9.0.100/24 dev eth0", "10.9.0.101/24 dev eth0", "10.9.0.102/24 dev eth0"]
    instance = {
        "name": "VI_1",
        "state": "MASTER",
        "since": "2026-01-02T03:04:05.678+00:00",
        "cause": "no advert from 10.9.0.2 for 3.61 s",
        "source": "10.9.0.1",
        "master_priority": 150,
        "priority": 130,
        "master_interval_ms": 1000.0,
        "addresses_wanted": present,
        "addresses_present": present,
        "counters": counters,
    }
    trackers = [
        {"kind": "script", "name": "chk", "good": False, "value": 0},
        {"kind": "process", "name": "web", "good": True, "value": 4},
    ]
    groups = [{"name": "G", "state": "MASTER", "members": ["VI_1"]}]
    return {"instances": [instance], "trackers": trackers, "groups": groups, "turned_at": 0}
