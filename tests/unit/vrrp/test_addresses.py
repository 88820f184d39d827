from __future__ import annotations

import errno

import pytest
from msgspec.structs import replace

from standfast.net.decode import HostAddress
from standfast.values import Address


def test_a_batch_goes_on_and_off_in_one_call_each(keeper, kernel, make_vip):
    vips = [make_vip(f"10.9.0.{n}/24") for n in range(100, 104)]
    assert keeper.add(vips) == []
    assert all(keeper.present(address) for address in vips)
    assert keeper.remove(vips) == []
    assert [kind for kind, _ in kernel.calls] == ["add", "delete"]
    assert keeper.installed == {}


def test_what_the_kernel_refuses_is_told_and_not_ours(keeper, kernel, make_vip):
    good, bad = make_vip("10.9.0.100/24"), make_vip("10.9.0.101/24")
    kernel.refuse["10.9.0.101"] = errno.EINVAL
    (failure,) = keeper.add([good, bad])
    assert failure.subject == bad
    assert failure.words == "10.9.0.101/24 on eth0: Invalid argument"
    assert list(keeper.installed.values()) == [good]


def test_an_interface_that_is_not_there_fails_alone(keeper, make_vip):
    failures = keeper.add([make_vip("10.9.0.100/24"), make_vip("10.9.1.100/24", dev="lan")])
    assert [(f.subject.dev, f.number) for f in failures] == [("lan", errno.ENODEV)]


def test_what_is_prepared_is_encoded_and_joined_once(keeper, kernel, make_vip, monkeypatch):
    vips = tuple(make_vip(f"10.9.0.{n}/24") for n in range(100, 104))
    keeper.prepare(vips)
    monkeypatch.setattr(kernel, "join", None)
    assert keeper.add(vips) == keeper.remove(()) == []
    assert kernel.calls == [("add", ["10.9.0.100", "10.9.0.101", "10.9.0.102", "10.9.0.103"])]
    assert list(keeper.installed.values()) == list(vips)


def test_what_is_prepared_may_be_refused(keeper, kernel, make_vip):
    good, bad = make_vip("10.9.0.100/24"), make_vip("10.9.0.101/24")
    keeper.prepare((good, bad))
    kernel.refuse["10.9.0.101"] = errno.EINVAL
    assert [failure.subject for failure in keeper.add((good, bad))] == [bad]
    assert list(keeper.installed.values()) == [good]


def test_what_was_prepared_for_an_interface_that_has_gone_is_made_anew(keeper, kernel, host, make_vip):
    vips = (make_vip("10.9.0.100/24"),)
    keeper.prepare(vips)
    link = host.link("eth0")
    host.link_gone(link.index)
    assert [failure.number for failure in keeper.add(vips)] == [errno.ENODEV]
    host.link_is(replace(link, index=7))
    assert keeper.add(vips) == []
    assert [place[0] for place in keeper.installed] == [7]


def test_an_owners_own_address_is_left_alone_however_prepared(keeper, kernel, make_vip):
    vips = (make_vip("10.9.0.1/24"), make_vip("10.9.0.7/24"))
    keeper.prepare(vips)
    keeper.respect(vips, set())
    keeper.add(vips)
    assert kernel.calls == [("add", ["10.9.0.7"])]


def test_what_nobody_names_any_more_is_not_kept_ready(keeper, kernel, make_vip, monkeypatch):
    kept, dropped = (make_vip("10.9.0.100/24"),), (make_vip("10.9.0.101/24"),)
    for vips in (kept, dropped):
        keeper.prepare(vips)
    keeper.forget_all_but({kept})
    joined = []
    monkeypatch.setattr(kernel, "join", lambda batch: joined.append(len(batch)) or batch)
    assert keeper.add((*kept, *dropped)) == []
    assert keeper.add(kept) == keeper.add(dropped) == []
    assert joined == [2, 1]


def test_absent_addresses_cost_no_system_call(keeper, kernel, make_vip):
    assert keeper.remove([make_vip("10.9.0.100/24")]) == []
    assert kernel.calls == []


def test_our_own_deletion_is_no_loss(keeper, make_vip):
    address = make_vip("10.9.0.100/24")
    keeper.add([address])
    entry = HostAddress(2, address.address, 24, 0x80)
    keeper.remove([address])
    assert keeper.vanished(entry) is None


def test_somebody_elses_deletion_is_a_loss_once(keeper, make_vip):
    address = make_vip("10.9.0.100/24")
    keeper.add([address])
    entry = HostAddress(2, address.address, 24, 0x80)
    assert keeper.vanished(entry) == address
    assert keeper.vanished(entry) is None


def test_kd19_an_owners_own_address_is_left_alone(keeper, kernel, host, make_vip):
    own, extra = make_vip("10.9.0.1/24"), make_vip("10.9.0.7/24")
    keeper.respect([own, extra], set())
    keeper.add([own, extra])
    keeper.remove([own, extra])
    assert kernel.calls == [("add", ["10.9.0.7"]), ("delete", ["10.9.0.7"])]
    assert host.has(2, Address.parse("10.9.0.1"))


@pytest.mark.parametrize("vip", ["10.9.0.1/32", "10.9.0.1/24"])
def test_kd19_it_is_the_owners_with_whichever_prefix_length(keeper, host, make_vip, vip):
    """`virtual_ipaddress` says /32 unless told otherwise, the interface hardly ever does."""
    keeper.respect([make_vip(vip)], set())
    assert keeper.owned == {(2, Address.parse("10.9.0.1"), 24)}


def test_an_owners_address_that_we_had_installed_is_ours(keeper, make_vip):
    keeper.respect([make_vip("10.9.0.1/24")], {("eth0", "10.9.0.1/24")})
    assert keeper.owned == set()


def test_an_owners_own_address_that_has_gone_is_put_on(keeper, kernel, host, make_vip):
    own = make_vip("10.9.0.1/24")
    keeper.respect([own], set())
    host.address_gone(HostAddress(2, own.address, 24, 0x80))
    keeper.add([own])
    assert kernel.calls == [("add", ["10.9.0.1"])]


def tell_flags(host, flags: dict[str, int], index: int = 2) -> None:
    """What the kernel says of addresses once they are there."""
    for text, value in flags.items():
        address, _, prefix = text.partition("/")
        host.address_is(HostAddress(index, Address.parse(address), int(prefix), value))


def test_primary_addresses_go_last(keeper, host, make_vip):
    texts = ["10.9.1.1/24", "10.9.1.2/24", "10.9.2.1/24", "10.9.1.3/24", "10.9.2.2/24"]
    keeper.add([make_vip(text) for text in texts])
    tell_flags(
        host,
        dict.fromkeys(("10.9.1.1/24", "10.9.2.1/24"), 0x80)
        | dict.fromkeys(("10.9.1.2/24", "10.9.1.3/24", "10.9.2.2/24"), 0x81),
    )
    ordered = keeper.in_order_of_removal([make_vip(text) for text in texts])
    assert [f"{address.address}/{address.prefix}" for address in ordered] == [
        "10.9.1.2/24",
        "10.9.1.3/24",
        "10.9.2.2/24",
        "10.9.2.1/24",
        "10.9.1.1/24",
    ]


def test_what_the_kernel_has_not_told_of_yet_goes_in_reverse(keeper, make_vip):
    vips = [make_vip(f"10.9.1.{n}/24") for n in (1, 2, 3)]
    assert keeper.in_order_of_removal(vips) == tuple(reversed(vips))


def test_host_addresses_and_ipv6_keep_their_order(keeper, make_vip):
    vips = [make_vip(text) for text in ("10.9.1.1/32", "2001:db8::1/64", "10.9.1.2", "2001:db8::2/64")]
    assert keeper.in_order_of_removal(vips) == tuple(vips)
