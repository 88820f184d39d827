"""Virtual and static routes and rules in the real kernel."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from harness.config import VIP, instance
from harness.network import Net, eventually
from harness.pairings import ours_alone
from tests.unit.net.routing_cases import ROUTES, RULES

from standfast.lab.namespace import Namespace, batch, unique_prefix
from standfast.net.command import Changer
from standfast.net.routing import add_message, delete_message, key_of

RESTORED_S = 0.05

ROUTING = (
    "virtual_routes {",
    f"    10.55.0.0/16 via 10.9.0.3 dev eth0 src {VIP}",
    "    default via 10.9.0.3 dev eth0 table 77",
    "    10.56.0.0/16 via 10.9.0.3 dev eth0 no_track",
    "}",
    "virtual_rules {",
    "    from 10.57.0.0/16 table 77 preference 1000",
    "}",
)


@pytest.fixture(scope="module")
def namespace():
    made = Namespace(f"{unique_prefix()}-r")
    subprocess.run(["ip", "netns", "add", made.name], check=True)
    lines = ["link set lo up", "link add eth0 type veth peer name eth1", "link set eth0 up", "link set eth1 up"]
    batch([*lines, "addr add 192.0.2.1/24 dev eth0", "addr add 2001:db8::1/64 dev eth0 nodad"], inside=made)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def changer(namespace):
    with namespace.entered():
        made = Changer()
    yield made
    made.close()


@pytest.mark.parametrize(("shown", "wanted"), [*ROUTES.items(), *RULES.items()], ids=[*ROUTES, *RULES])
def test_the_kernel_takes_it_as_meant_tells_of_it_and_gives_it_up(namespace, changer, shown, wanted):
    indices = {link.name: link.index for link in changer.links()}
    (number,) = changer.perform([(add_message(wanted, wanted.table, indices.__getitem__), None)])
    assert number == 0, os.strerror(number)
    what = ["route", "show", "table", "all"] if wanted in ROUTES.values() else ["rule"]
    listed = " ".join(namespace.run("ip", f"-{wanted.family}", "-d", *what).split()).replace(" proto keepalived", "")
    assert shown in listed
    assert key_of(wanted, wanted.table) in {seen.key for seen in (*changer.routes(18), *changer.rules(18))}
    assert changer.perform([(delete_message(wanted, wanted.table, indices.__getitem__), None)]) == [0]
    assert not changer.routes(18)
    assert not changer.rules(18)


def test_a_dump_gives_only_what_bears_our_number(namespace, changer):
    namespace.run("ip", "route", "add", "10.99.0.0/16", "dev", "eth0")
    assert changer.routes(18) == []
    namespace.run("ip", "route", "del", "10.99.0.0/16", "dev", "eth0")


def has(net: Net, text: str, *, there: bool = True) -> None:
    """Wait until `ip route` and `ip rule` show a line, or no longer do."""

    def shown() -> str:
        return net.a.run("ip", "route", "show", "table", "all") + net.a.run("ip", "rule")

    eventually(lambda: (text in shown()) is there, 20, lambda: f"{text!r}: {shown()}\n{net.logs()}")


def test_routes_and_rules_come_and_go_with_mastership(solo: Net):
    daemon = solo.start_master(solo.a, instance(*ROUTING, priority=150))
    for line in ("10.55.0.0/16 via 10.9.0.3", "default via 10.9.0.3 dev eth0 table 77", "from 10.57.0.0/16 lookup 77"):
        has(solo, line)
    with solo.speaking(0.1, priority=200):
        has(solo, "10.55.0.0/16", there=False)
        has(solo, "lookup 77", there=False)
        assert not solo.a.holds(VIP)
    solo.inject(priority=0)
    assert solo.a.wait_address(VIP)
    has(solo, "10.55.0.0/16")
    daemon.stop()
    has(solo, "table 77", there=False)
    has(solo, "lookup 77", there=False)


@ours_alone
def test_s50_a_deleted_route_or_rule_is_put_back(solo: Net):
    solo.start_master(solo.a, instance(*ROUTING, priority=150))
    has(solo, "10.55.0.0/16")
    has(solo, "10.56.0.0/16")
    mark = time.time()
    for command, line in (
        ("route del 10.55.0.0/16", "10.55.0.0/16"),
        ("rule del preference 1000", "from 10.57.0.0/16 lookup 77"),
        ("route del default table 77", "default via 10.9.0.3 dev eth0 table 77"),
        (f"addr del {VIP}/24 dev eth0", "10.55.0.0/16"),  # which had it as its source
    ):
        solo.a.ip(command)
        has(solo, line)
    solo.a.ip("route del 10.56.0.0/16")  # no_track
    solo.wait_until(time.time() + 0.3)
    has(solo, "10.56.0.0/16", there=False)
    own = solo.wire.adverts(solo.a.address, since=mark)
    assert {each.priority for each in own} == {150}, "no state change"
    solo.steady(own, 0.1)
    assert (solo.counter(solo.daemons[0], "routing_lost") or 0) >= 3


@ours_alone
def test_a_reload_changes_only_what_differs_and_kd18_leftovers_go(solo: Net):
    daemon = solo.start_master(solo.a, instance(*ROUTING, priority=150))
    has(solo, "10.55.0.0/16")
    changed = [line.replace("10.55.0.0/16", "10.58.0.0/16") for line in ROUTING]
    daemon.config_file.write_text(instance(*changed, priority=150))
    daemon.reload()
    has(solo, "10.58.0.0/16")
    has(solo, "10.55.0.0/16", there=False)
    daemon.kill()  # everything, at once
    has(solo, "10.58.0.0/16")
    with solo.speaking(0.1, priority=254):
        solo.restart(daemon)
        has(solo, "10.58.0.0/16", there=False)


@ours_alone
def test_static_objects_stay_whoever_is_master_and_return_when_deleted(solo: Net):
    static = (
        "static_ipaddress {\n    10.60.0.1/24 dev eth0\n}\n"
        "static_routes {\n    10.61.0.0/16 via 10.60.0.9 dev eth0\n}\n"
        "static_rules {\n    from 10.62.0.0/16 table 78 preference 1100\n}\n"
    )
    daemon = solo.start(solo.a, static + instance(priority=150))
    assert solo.a.wait_address("10.60.0.1")
    has(solo, "10.61.0.0/16 via 10.60.0.9")
    has(solo, "from 10.62.0.0/16 lookup 78")
    solo.a.ip("addr del 10.60.0.1/24 dev eth0")
    assert solo.a.wait_address("10.60.0.1")
    solo.a.ip("rule del preference 1100")
    has(solo, "from 10.62.0.0/16 lookup 78")
    solo.a.ip("link set eth0 down", "link set eth0 up")
    has(solo, "10.61.0.0/16 via 10.60.0.9")
    daemon.stop()
    assert solo.a.wait_address("10.60.0.1", held=False)
    has(solo, "10.62.0.0/16", there=False)
