from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.lvs_model import SyncDaemon

INSTANCE = """
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    %s
    virtual_ipaddress {
        192.0.2.1/24
    }
}
"""
PLAIN = INSTANCE % ""
SERVICE = """
virtual_server 192.0.2.1 80 {
    protocol TCP
    lvs_sched rr
    lvs_method TUN
    real_server 2001:db8::1 80 {
    }
}
"""


def defs(line: str) -> str:
    return f"global_defs {{\n {line}\n}}\n"


@pytest.mark.parametrize(
    ("text", "daemon"),
    [
        (PLAIN, None),
        (defs("lvs_sync_daemon eth1") + PLAIN, SyncDaemon(interface="eth1", id=0)),
        (defs("lvs_sync_daemon eth1 VI_1") + PLAIN, SyncDaemon(interface="eth1", instance="VI_1", id=51)),
        (defs("lvs_sync_daemon eth1 VI_1 id 7") + PLAIN, SyncDaemon(interface="eth1", instance="VI_1", id=7)),
        (INSTANCE % "lvs_sync_daemon_interface eth2", SyncDaemon(interface="eth2", instance="VI_1", id=51)),
        (
            defs("lvs_sync_daemon eth1") + INSTANCE % "lvs_sync_daemon_interface eth2",
            SyncDaemon(interface="eth1", id=0),
        ),
    ],
)
def test_it_has_the_number_of_its_instance(text, daemon):
    assert load_text(text).balancing.globals.sync_daemon == daemon


def codes(text: str) -> set[str]:
    return {each.code for each in load_text(text).diagnostics if each.code.startswith("SF67")}


def test_an_unknown_instance_is_told_and_nothing_runs():
    loaded = load_text(defs("lvs_sync_daemon eth1 VI_l") + PLAIN)
    (found,) = [each for each in loaded.diagnostics if each.code == "SF6701"]
    assert "VI_1" in found.hint
    assert loaded.balancing.globals.sync_daemon is None


def test_a_tunnel_to_the_other_ip_version_is_told():
    assert codes(defs("lvs_sync_daemon eth1") + PLAIN + SERVICE) == {"SF6702"}
    assert codes(PLAIN + SERVICE) == set()
