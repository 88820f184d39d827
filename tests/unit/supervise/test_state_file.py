from __future__ import annotations

import pytest
from msgspec import structs

from standfast.config.interface_model import Device
from standfast.config.model import VirtualAddress
from standfast.net.decode import HostAddress, Link
from standfast.net.encode import IFA_PROTO, AddressEncoder
from standfast.supervise import state_file
from standfast.supervise.state_file import Entry, Installed, clean, entry_of, leftovers, load, save
from standfast.values import Address

ETH0 = Link(2, "eth0", 0x1043, b"", 1500)
VIP = Entry("eth0", "10.9.0.100/24")


def on_host(text: str = "10.9.0.100", protocol: int = IFA_PROTO, index: int = 2) -> HostAddress:
    return HostAddress(index, Address.parse(text), 24, 0x80, 0, protocol)


def test_what_was_saved_is_loaded(tmp_path):
    installed = Installed((VIP,), {"net/ipv4/conf/eth0/promote_secondaries": "0"})
    save(tmp_path, installed)
    assert structs.replace(load(tmp_path), namespace="") == installed


def test_what_was_done_in_another_namespace_is_not_cleaned_up_here(tmp_path, monkeypatch):
    monkeypatch.setattr(state_file, "_namespace", lambda: "net:[1]")
    save(tmp_path, Installed((VIP,)))
    monkeypatch.undo()
    with pytest.raises(state_file.ElsewhereError, match=r"another network namespace .net:.1."):
        clean(tmp_path, changer=None, encode=None)  # type: ignore[arg-type] # never asked
    assert load(tmp_path).addresses == (VIP,)


def test_an_empty_record_is_no_file(tmp_path):
    save(tmp_path, Installed((VIP,)))
    save(tmp_path, Installed())
    assert list(tmp_path.iterdir()) == []
    assert load(tmp_path) == Installed()


@pytest.mark.parametrize("content", [b"", b"{", b'{"addresses": 7}', b"\xff\xfe"])
def test_a_file_that_nobody_of_us_wrote_is_none(tmp_path, content):
    (tmp_path / state_file.NAME).write_bytes(content)
    assert load(tmp_path) == Installed()


def test_an_address_is_named_with_its_interface_and_prefix():
    address = VirtualAddress(address=Address.parse("10.9.0.100"), prefix=24, dev="eth0")
    assert entry_of(address) == VIP


@pytest.mark.parametrize(
    ("listed", "configured", "marked", "marks", "ours"),
    [
        (True, False, True, True, True),
        (True, False, False, True, False),  # put there by somebody else meanwhile
        (True, False, False, False, True),  # a kernel that cannot mark: the list decides
        (False, True, True, True, True),
        (False, True, False, True, False),
        (False, False, True, True, False),  # another daemon's of ours, on the same host
    ],
)
def test_whose_leftovers(listed, configured, marked, marks, ours):
    found = leftovers(
        Installed((VIP,) if listed else ()),
        [ETH0],
        [on_host(protocol=IFA_PROTO if marked else 0)],
        marks=marks,
        configured=[VIP] if configured else [],
    )
    assert bool(found) is ours


def test_the_same_address_on_another_interface_is_not_ours():
    lan = Link(3, "lan", 0x1043, b"", 1500)
    assert leftovers(Installed((VIP,)), [ETH0, lan], [on_host(index=3)], marks=True) == []


def test_cleaning_takes_off_what_is_ours_and_the_file(tmp_path):
    class Kernel:
        deleted = 0

        def links(self):
            return [ETH0]

        def addresses(self):
            return [on_host(), on_host("10.9.0.1", protocol=0)]

        def perform(self, batch):
            self.deleted += len(batch)
            return [0] * len(batch)

    kernel = Kernel()
    save(tmp_path, Installed((VIP,)))
    assert clean(tmp_path, kernel, AddressEncoder()) == ["10.9.0.100"]
    assert kernel.deleted == 1
    assert list(tmp_path.iterdir()) == []


def test_interfaces_of_ours_go_unless_somebody_else_has_taken_the_name(tmp_path):
    mac = bytes.fromhex("00005e000133")

    class Kernel:
        def __init__(self, made_as: str, mac: bytes) -> None:
            self.link, self.gone = Link(9, "vrrp.51", 0x1043, mac, 1500, 1, made_as, 2, 1), []

        def links(self):
            return [ETH0, self.link]

        def addresses(self):
            return []

        def perform(self, batch):
            self.gone += [index for _message, index in batch]
            return [0] * len(batch)

    for kernel, gone in ((Kernel("macvlan", mac), [9]), (Kernel("bridge", mac), []), (Kernel("macvlan", b"x" * 6), [])):
        save(tmp_path, Installed(devices=(Device(name="vrrp.51", base="eth0", family=4, mac=mac),)))
        assert clean(tmp_path, kernel, AddressEncoder()) == ["vrrp.51"] * len(gone)
        assert kernel.gone == gone
