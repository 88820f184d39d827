"""What must agree between machines, and what must differ: a table of faults."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.matching import Node
from standfast.config.nodes import compare
from standfast.config.render import render

A = """vrrp_script chk {
    script /bin/true
    weight -60
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    version 2
    authentication {
        auth_type PASS
        auth_pass x
    }
    virtual_ipaddress {
        192.0.2.10/24
        192.0.2.11/24
    }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 150
    virtual_ipaddress {
        198.51.100.10/24
    }
}
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
"""
B = A.replace("priority 150", "priority 100")


def found(*texts: str) -> list[tuple[str, str, int]]:
    nodes = [Node(name, load_text(text)) for name, text in zip("abc", texts, strict=False)]
    return [(d.severity, d.code, d.span.line) for d in compare(nodes)]


def test_two_machines_that_fit():
    assert found(A, B) == []
    assert found(A) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("virtual_router_id 51", "virtual_router_id 61"), ("error", "SF5501", 7)),
        (("    version 2\n", "    version 3\n"), ("error", "SF5502", 10)),
        (("        192.0.2.11/24\n", ""), ("error", "SF5503", 15)),
        (
            ("192.0.2.10/24\n        192.0.2.11/24", "192.0.2.11/24\n        192.0.2.10/24"),
            ("warning", "SF5504", 15),
        ),
        (("advert_int 1", "advert_int 2"), ("error", "SF5505", 9)),
        (("auth_pass x", "auth_pass y"), ("error", "SF5506", 11)),
        (("    version 2\n", "    version 2\n    mcast_dst_ip 224.0.0.99\n"), ("error", "SF5507", 11)),
        (("    version 2\n", "    version 2\n    unicast_peer {\n192.0.2.1\n}\n"), ("error", "SF5507", 11)),
        (("priority 100\n    advert", "priority 150\n    advert"), ("warning", "SF5509", 8)),
        (("        VI_1\n        VI_2", "        VI_1"), ("warning", "SF5511", 5)),
        (("advert_int 1", "advert_int 1\n    down_timer_adverts 5"), ("warning", "SF5515", 10)),
    ],
)
def test_a_difference_is_named_at_its_line(change, finding):
    assert change[0] in B
    assert finding in found(A, B.replace(*change, 1))


def test_both_places_are_told():
    nodes = [Node("lb-a", load_text(A)), Node("lb-b", load_text(B.replace("advert_int 1", "advert_int 2")))]
    (diagnostic,) = compare(nodes)
    text = render(diagnostic)
    assert "`advert_int` is 2 s on lb-b and 1 s on lb-a" in text
    assert "= on lb-a `advert_int 1`: <text>:9:5" in text


def test_a_password_is_not_repeated():
    nodes = [Node("a", load_text(A)), Node("b", load_text(B.replace("auth_pass x", "auth_pass s3cret")))]
    assert all("s3cret" not in d.message for d in compare(nodes))


def test_a_version_3_interval_is_only_a_warning():
    three = [each.replace("version 2", "version 3") for each in (A, B.replace("advert_int 1", "advert_int 2"))]
    assert found(*three) == [("warning", "SF5505", 9)]


def test_a_virtual_router_of_one_machine():
    alone = B[: B.index("vrrp_instance VI_2")]
    assert found(A, alone) == [("warning", "SF5512", 22)]
    assert found(A, B, alone.replace("priority 100", "priority 50")) == [("warning", "SF5512", 22)]


UNICAST = """vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    priority {priority}
    unicast_src_ip {own}
    unicast_peer {{
        {peers}
    }}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


def unicast(own: str, *peers: str, priority: int = 100) -> str:
    return UNICAST.format(own=own, peers="\n".join(peers), priority=priority)


def test_unicast_peers_are_symmetric():
    one = unicast("192.0.2.1", "192.0.2.2", priority=150)
    assert found(one, unicast("192.0.2.2", "192.0.2.1")) == []
    assert found(one, unicast("192.0.2.2", "192.0.2.3")) == [("error", "SF5508", 6), ("warning", "SF5514", 6)]
    assert ("error", "SF5513", 5) in found(one, unicast("192.0.2.1", "192.0.2.2"))
    three = found(
        unicast("192.0.2.1", "192.0.2.2", "192.0.2.3", priority=150),
        unicast("192.0.2.2", "192.0.2.1", "192.0.2.3", priority=120),
        unicast("192.0.2.3", "192.0.2.1"),
    )
    assert three == [("error", "SF5508", 6)]


def test_two_owners_are_an_error():
    owners = [each.replace("priority 150", "priority 255").replace("priority 100", "priority 255") for each in (A, B)]
    assert ("error", "SF5509", 8) in found(*owners)


def test_nopreempt_that_keeps_a_weight_from_working():
    tracked = A.replace("    advert_int", "    track_script {\n        chk weight 0\n    }\n    advert_int")
    weighted = tracked.replace("VI_1\n        VI_2", "VI_2").replace("chk weight 0", "chk")
    other = B.replace("advert_int 1", "nopreempt\n    advert_int 1").replace("VI_1\n        VI_2", "VI_2")
    assert ("warning", "SF5510", 9) in found(weighted, other)
    assert "SF5510" not in {code for _, code, _ in found(tracked, other)}


def test_a_file_that_cannot_be_run_is_not_compared():
    assert found(A, "vrrp_instance a {\n}\n")[0][:2] == ("error", "SF5516")
