from __future__ import annotations

import pytest

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Persistence, RealServer, SyncDaemon, VirtualServer
from standfast.config.lvs_model import SorryServer
from standfast_lb.nftables.backend import NftablesBalancer

VIP = Address.parse("192.0.2.1")
WEB = (Entrance(first=VIP, last=VIP, port=80),)
MARK = (Entrance(mark=7, family=4),)
DR, TUN = Forwarding(method="DR"), Forwarding(method="TUN")


def server(number=1, **more):
    return RealServer(**{"address": Address.parse(f"10.0.0.{number}"), "port": 80} | more)


def service(**more):
    usual = {"name": "web", "family": 4, "address": VIP, "port": 80, "protocol": "TCP", "scheduler": "wrr"}
    return VirtualServer(**usual | {"real_servers": (server(1), server(2))} | more)


def keywords(config, entrances=WEB):
    return [objection.keyword for objection in NftablesBalancer.objections(config, entrances)]


def test_global_settings_of_ipvs_have_their_place_elsewhere():
    settings = LvsGlobals(timeouts_s={"udp": 5, "tcp": 9}, sync_daemon=SyncDaemon(interface="eth0"))
    (sync,) = NftablesBalancer.idle(settings)
    assert sync.keyword == "lvs_sync_daemon"
    assert NftablesBalancer.idle(LvsGlobals(flush=True)) == ()


@pytest.mark.parametrize("scheduler", ["rr", "wrr", "sh", "mh", "dh", "fo", "random"])
def test_schedulers_that_rules_can_play(scheduler):
    assert keywords(service(scheduler=scheduler)) == []


@pytest.mark.parametrize("scheduler", ["lc", "wlc", "lblc", "lblcr", "sed", "nq", "ovf", "twos"])
def test_schedulers_that_count_connections_are_an_error_that_names_them(scheduler):
    (objection,) = NftablesBalancer.objections(service(scheduler=scheduler), WEB)
    assert objection.keyword == "lvs_sched"
    assert f"the scheduler {scheduler}" in objection.words
    assert "`lb_backend ipvs`" in objection.hint


def test_a_scheduler_that_nobody_chose_is_no_error():
    assert keywords(service(scheduler="wlc", scheduler_chosen=False)) == []


@pytest.mark.parametrize(
    ("changes", "entrances", "expected"),
    [
        ({"forwarding": TUN}, WEB, ["lvs_method"]),
        ({"real_servers": (server(1), server(2, forwarding=DR))}, WEB, ["lvs_method"]),
        ({"sorry_server": SorryServer(address=VIP, forwarding=TUN)}, WEB, ["lvs_method"]),
        ({"sorry_server": SorryServer(address=VIP, forwarding=DR)}, WEB, []),
        ({"real_servers": (server(1, forwarding=DR),), "forwarding": DR}, MARK, ["lvs_method"]),
        ({"real_servers": (server(1, uthreshold=5),)}, WEB, ["uthreshold"]),
        ({"persistence": Persistence(engine="sip")}, WEB, ["persistence_engine"]),
        ({"real_servers": (server(1), server(2, port=0))}, MARK, ["real_server"]),
        ({"real_servers": (server(1), server(2, port=0))}, WEB, []),
        ({"flags": frozenset({"ops"}), "protocol": "UDP"}, WEB, []),
        ({"flags": frozenset({"ops"}), "protocol": ""}, MARK, ["ops"]),
        ({"flags": frozenset({"ops"}), "persistence": Persistence()}, WEB, ["persistence_timeout"]),
    ],
)
def test_what_cannot_be_done_names_its_keyword(changes, entrances, expected):
    assert keywords(service(**changes), entrances) == expected
