from __future__ import annotations

import pytest

from standfast.config.interface_model import Firewall
from standfast.config.model import Config, GlobalDefs
from standfast.net.nft.commands import encode, render
from standfast.values import Address
from standfast.vrrp.firewall import (
    Wanted,
    element,
    everything,
    nothing,
    put_in,
    silent_addresses,
    table_name,
    take_out,
)

WANTED = Wanted("t", below={"vrrp.51": 2}, sources=frozenset({("vrrp.51", Address.parse("fe80::1"))}))


def lines(commands) -> list[str]:
    assert encode(commands)
    return render(commands)


def test_who_is_silent(make_settings, make_vip):
    quiet = make_settings(accept=False, evips=(make_vip("10.1.0.1", "eth1"),))
    owner = make_settings("10.9.0.7", accept=False, priority=255)
    talks = make_settings("10.9.0.8")
    assert silent_addresses(Config(instances=(quiet, owner, talks))) == {*quiet.vips, *quiet.evips}


@pytest.mark.parametrize(
    ("table", "instance", "name"),
    [("", "", "standfast_vrrp"), ("mine", "", "mine"), ("", "left one", "standfast_vrrp_left_one"), ("k", "a", "k_a")],
)
def test_the_name_carries_the_daemons_name(table, instance, name):
    settings = GlobalDefs(firewall=Firewall(table=table))
    assert table_name(Config(global_defs=settings, instance_name=instance)) == name


def test_the_tables_are_made_anew(make_vip):
    text = lines(everything(WANTED, [make_vip("10.9.0.100/24")]))
    assert text[:4] == ["add table ip t", "delete table ip t", "add table ip6 t", "delete table ip6 t"]
    assert [line for line in text if line.startswith("add rule ip t")] == [
        "add rule ip t in ip daddr @silent drop",
        "add rule ip t out meta l4proto igmp dup to ip daddr device meta oifname map @below",
        "add rule ip t out meta l4proto igmp meta oifname @virtual drop",
        "add rule ip t out ip saddr @silent drop",
    ]
    assert "add element ip t silent { 10.9.0.100 }" in text
    assert 'add element ip6 t source_below { fe80::1 . "vrrp.51" }' in text
    six = [line.removeprefix("add rule ip6 t ") for line in text if line.startswith("add rule ip6 t")]
    assert six.index("in icmpv6 type { 135, 136 } accept") == 0, "neighbour discovery passes before anything is dropped"
    own_source = six.index("out icmpv6 type 136 ip6 saddr . meta oifname @source_below drop")
    assert own_source < six.index("out icmpv6 type { 135, 136 } accept")


def test_a_kernel_that_cannot_redirect_drops_reports():
    text = lines(everything(Wanted("t", below={"vrrp.51": 2}, redirects=False), []))
    assert not any(" dup " in line for line in text)
    assert "add rule ip t out meta l4proto igmp meta oifname @virtual drop" in text


def test_rules_count_if_that_is_asked_for():
    text = lines(everything(Wanted("t", Firewall(counters=True, priority=7)), []))
    assert "add rule ip t in ip daddr @silent counter drop" in text
    assert any("hook input priority 7" in line for line in text)


def test_silent_addresses_come_and_go_together(make_vip):
    found = {element("t", make_vip(text)) for text in ("10.9.0.1", "10.9.0.2", "fe80::9", "2001:db8::1")}
    assert lines(put_in(found)) == [
        "add element ip t silent { 10.9.0.1, 10.9.0.2 }",
        "add element ip6 t silent { 2001:db8::1 }",
        'add element ip6 t silent_on_link { fe80::9 . "eth0" }',
    ]
    assert lines(take_out({element("t", make_vip("10.9.0.1"))})) == ["delete element ip t silent { 10.9.0.1 }"]


def test_nothing_is_left():
    assert lines(nothing("t"))[-1] == "delete table ip6 t"
