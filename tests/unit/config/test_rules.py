"""The whole configuration: global values, and what no two instances may share."""

from __future__ import annotations

import time

import pytest

from standfast.config.load import load_text
from standfast.config.model import GlobalDefs, Scheduling


def instance(name: str, body: str) -> str:
    return f"vrrp_instance {name} {{\nno_virtual_ipaddress\n{body}\n}}\n"


ONE = "interface eth0\nvirtual_router_id 51"
PEERS = "unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n192.0.2.3\n}"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (ONE, ONE, True),
        (ONE, "interface eth1\nvirtual_router_id 51", False),
        (ONE, "interface eth0\nvirtual_router_id 52", False),
        (ONE, f"{ONE}\nnative_ipv6", False),
        (ONE, f"{ONE}\nmcast_dst_ip 224.0.0.99", False),
        (ONE, f"{ONE}\n{PEERS}", False),
        (f"{ONE}\n{PEERS}", f"{ONE}\n{PEERS.replace('192.0.2.2', '192.0.2.9')}", True),
        (f"{ONE}\n{PEERS}", f"{ONE}\nunicast_src_ip 192.0.2.1\nunicast_peer {{\n192.0.2.9\n}}", False),
        (f"{ONE}\n{PEERS}", f"{ONE}\n{PEERS.replace('2.1', '2.8')}", False),
    ],
)
def test_a_virtual_router_exists_once_on_a_network(first, second, same):
    loaded = load_text(instance("one", first) + instance("two", second))
    assert [d.code for d in loaded.stops] == (["SF4011"] if same else [])
    assert (loaded.config is None) is same


def test_the_complaint_names_both_and_stands_at_the_number():
    (stop,) = load_text(instance("one", ONE) + instance("two", ONE)).stops
    assert stop.message.startswith("two: `virtual_router_id 51` on eth0 is one's already")
    assert stop.span.line == 9


def test_on_changeable_interfaces_the_later_one_waits():
    text = "global_defs {\ndynamic_interfaces allow_if_changes\n}\n" + instance("one", ONE) + instance("two", ONE)
    loaded = load_text(text)
    assert loaded.config is not None
    assert [bool(i.permanent_fault) for i in loaded.config.instances] == [False, True]


GLOBALS = """
net_namespace blue
instance web
use_pid_dir
child_wait_time 9
global_defs {
    router_id lb-a
    dynamic_interfaces
    default_interface eth7
    vrrp_startup_delay 5.5
    vrrp_delay_after_boot 30
    log_unknown_vrids
    vrrp_rx_bufs_policy ADVERT
    vrrp_rx_bufs_multiplier 4
    disable_local_igmp
    vrrp_rt_priority 0
    vrrp_rlimit_rttime 1
    vrrp_priority -20
    vrrp_cpu_affinity 0 2
    vrrp_no_swap
    umask 022
    vrrp_netlink_monitor_rcv_bufs 1000000
    status_group adm
}
"""


def test_global_settings_reach_the_model():
    loaded = load_text(GLOBALS)
    assert loaded.diagnostics == []
    assert loaded.config is not None
    config = loaded.config
    assert (config.net_namespace, config.instance_name, config.use_pid_dir, config.child_wait_time) == (
        "blue",
        "web",
        True,
        9,
    )
    assert config.global_defs == GlobalDefs(
        router_id="lb-a",
        dynamic_interfaces=True,
        default_interface="eth7",
        startup_delay=5_500_000,
        delay_after_boot=30_000_000,
        log_unknown_vrids=True,
        rx_buffer="advert",
        rx_buffer_multiplier=4,
        disable_local_igmp=True,
        scheduling=Scheduling(rt_priority=0, rlimit_rttime=2, nice=-20, cpu_affinity=(0, 2), no_swap=True),
        umask=0o022,
        netlink_receive_buffer=1_000_000,
        status_group="adm",
    )


def test_first_wins_for_names_of_the_daemon():
    loaded = load_text("instance a\ninstance b\n")
    assert [d.code for d in loaded.diagnostics] == ["SF2111"]
    assert loaded.config is not None
    assert loaded.config.instance_name == "a"


def test_many_instances_take_time_in_proportion():
    def seconds(count: int) -> float:
        text = "".join(
            instance(f"i{n}", f"interface eth{n // 255}\nvirtual_router_id {n % 255 + 1}") for n in range(count)
        )
        began = time.process_time()
        assert load_text(text).config is not None
        return time.process_time() - began

    seconds(100)
    assert seconds(3200) < 80 * max(seconds(200), 0.005)  # sixteen times the work; quadratic would be 256 times
