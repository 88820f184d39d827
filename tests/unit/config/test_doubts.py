from __future__ import annotations

import pytest

from standfast.config.load import load_text

INSTANCE = """vrrp_instance {name} {{
    interface eth0
    virtual_router_id {vrid}
    {extra}
    virtual_ipaddress {{
        {vip}
    }}
}}
"""


def instance(name: str = "a", vrid: int = 51, extra: str = "", vip: str = "192.0.2.10/24") -> str:
    return INSTANCE.format(name=name, vrid=vrid, extra=extra, vip=vip)


def found(text: str) -> list[tuple[str, str, int]]:
    return [(d.code, d.severity, d.span.line) for d in load_text(text).diagnostics if d.code != "SF5001"]


def test_an_ordinary_instance_raises_no_doubts():
    assert found(instance()) == []


def test_its_own_address_among_the_peers():
    text = instance(extra="unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n192.0.2.1\n}")
    assert found(text) == [("SF4012", "warning", 7)]


def test_an_address_of_two_instances():
    text = instance() + instance("b", 52)
    assert found(text) == [("SF4028", "warning", 14)]
    assert found(text.replace("51", "51\ninterface eth1", 1)) == []


@pytest.mark.parametrize(
    ("vip", "codes"),
    [
        ("192.0.2.10/24\n192.0.2.11", [("SF4029", "warning", 7)]),
        ("192.0.2.10\n192.0.2.11", []),
        ("192.0.2.10/24\n192.0.2.11/32", []),
        ("192.0.2.10/24\n192.0.2.11\n192.0.2.12", []),
        ("192.0.2.10/24\n198.51.100.1", []),
        ("192.0.2.10/24\n192.0.2.11 dev eth1", []),
        ("192.0.2.10/32 brd 192.0.2.255", [("SF4029", "warning", 6)]),
        ("192.0.2.10 peer 192.0.2.9", []),
    ],
)
def test_a_mask_that_was_probably_meant(vip, codes):
    assert found(instance(vip=vip)) == codes


def test_the_hint_has_the_neighbours_mask():
    (told,) = load_text(instance(vip="192.0.2.10/26\n192.0.2.11")).diagnostics
    assert told.hint == "write `192.0.2.11/26`"


def test_addresses_that_will_not_answer():
    strict = "global_defs {\nvrrp_strict\n}\n" + instance()
    assert ("SF4038", "warning", 2) in found(strict)
    assert ("SF4038", "note", 4) in found(instance(extra="no_accept"))
    assert "SF4038" not in [code for code, _, _ in found(strict.replace("51", "51\npriority 255"))]
    assert "SF4038" not in [code for code, _, _ in found(strict.replace("51", "51\nversion 3\naccept"))]


@pytest.mark.parametrize(
    ("priority", "weight", "idle"),
    [(254, "10", True), (254, "-10", False), (1, "-5", True), (1, "5", False), (100, "2", False), (254, "0", False)],
)
def test_weights_that_change_nothing(priority, weight, idle):
    script = 'vrrp_script s {\nscript "/bin/true"\n}\n'
    extra = f"priority {priority}\ntrack_script {{\ns weight {weight}\n}}"
    codes = [(code, line) for code, _, line in found(script + instance(extra=extra))]
    assert codes == ([("SF4109", 8)] if idle else [])
