"""Groups, services and credentials of a whole configuration."""

from __future__ import annotations

import msgspec
import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import Balancing, TlsCredentials
from standfast.values import Address

BASE = "protocol TCP\nlvs_sched rr\nlvs_method NAT\npersistence_timeout 5\n"


def service(head: str, inside: str = "") -> str:
    return f"virtual_server {head} {{\n{BASE}real_server 10.0.0.1 80 {{\n{inside}\n}}\n}}\n"


def group(*lines: str, name: str = "web") -> str:
    return f"virtual_server_group {name} {{\n" + "\n".join(lines) + "\n}\n"


def codes(loaded: Loaded) -> list[str]:
    return [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4107")]


def test_a_group_may_be_used_before_it_is_defined_and_by_several():
    udp = service("group web").replace("TCP", "UDP")
    loaded = load_text(service("group web") + udp + group("192.0.2.1 80", "192.0.2.5-9 80"))
    assert codes(loaded) == []
    assert [each.name for each in loaded.balancing.virtual_servers] == ["[web]:tcp", "[web]:udp"]
    (found,) = loaded.balancing.groups
    assert [line.first for line in found.ranges] == [Address.parse("192.0.2.1"), Address.parse("192.0.2.5")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (service("group wbe") + group("192.0.2.1 80"), ["SF4513"]),
        (service("group web") + group(), ["SF4511", "SF4513"]),
        (service("group web") + group("nonsense 80"), ["SF3005", "SF4513"]),
        (group("192.0.2.1 80") + group("192.0.2.2 80"), ["SF4510"]),
        (group("192.0.2.1 80", "fd00::1 80", "fwmark 5"), ["SF4512"]),
        (group("192.0.2.1 80", "fd00::1 80", "fwmark 5 inet"), []),
        (service("192.0.2.1 80") * 2, ["SF4514"]),
        (service("192.0.2.1 80") + service("192.0.2.1 81"), []),
        ("SSL {\n}\nSSL {\n}\n", ["SF4515"]),
        ("SSL {\npassword\n}\n", ["SF2108"]),
    ],
)
def test_faults_between_blocks(text, found):
    loaded = load_text(text)
    assert sorted(codes(loaded)) == sorted(found)
    assert loaded.stops == []


def test_blocks_of_one_place_are_one_service_as_it_comes_out_with_keepalived():
    first, second, third = service("192.0.2.1 80"), service("192.0.2.1 80"), service("192.0.2.1 81")
    second = second.replace("lvs_sched rr", "lvs_sched wrr").replace(
        "real_server 10.0.0.1 80 {", "real_server 10.0.0.2 80 {\n}\nreal_server 10.0.0.1 80 {\nweight 9"
    )
    loaded = load_text(first + third + second)
    (told,) = (d for d in loaded.diagnostics if d.code == "SF4514")
    assert told.message == (
        "[192.0.2.1]:tcp:80 stands in line 1 already: what is set here does not count, its servers join those"
    )
    one, other = loaded.balancing.virtual_servers
    assert (one.name, one.scheduler, other.port) == ("[192.0.2.1]:tcp:80", "rr", 81)
    assert [(str(server.address), server.weight) for server in one.real_servers] == [("10.0.0.1", 1), ("10.0.0.2", 1)]


def test_the_nearest_group_is_named():
    loaded = load_text(service("group wbesite") + group("192.0.2.1 80", name="website"))
    (told,) = (d for d in loaded.diagnostics if d.code == "SF4513")
    assert told.hint == "did you mean `website`?"
    assert loaded.balancing.virtual_servers == ()


def test_names_must_be_defined_above():
    file = "track_file load {\nfile /run/load\n}\n"
    check = service("192.0.2.1 80", "FILE_CHECK {\ntrack_file load\n}")
    assert codes(load_text(file + check)) == []
    assert codes(load_text(check + file)) == ["SF4502"]


def test_credentials_and_globals():
    loaded = load_text(
        "SSL {\nkey /k\n}\nglobal_defs {\nlvs_timeouts tcp 5\nlvs_flush\nnftables_ipvs\nlvs_sync_daemon eth0\n}\n"
    )
    assert loaded.balancing.tls == TlsCredentials(key="/k")
    found = loaded.balancing.globals
    assert (found.timeouts_s, found.flush, found.nftables_table) == ({"tcp": 5}, True, "keepalived_ipvs")
    assert found.sync_daemon is not None


def test_it_can_be_sent_to_another_process():
    text = group("192.0.2.1 80") + service("group web", "HTTP_GET {\nurl {\npath /\n}\n}\nTCP_CHECK {\n}")
    balancing = load_text(text).balancing
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(balancing), type=Balancing) == balancing


def test_vrrp_does_not_see_it():
    loaded = load_text(service("192.0.2.1 80"))
    assert loaded.config is not None
    assert b"10.0.0.1" not in msgspec.msgpack.encode(loaded.config)
    assert loaded.config.instances == ()


def test_each_line_of_timeouts_counts_for_what_it_names():
    lines = "lvs_timeouts tcp 5 udp 6\nlvs_timeouts udp 7\n"
    assert load_text(f"global_defs {{\n{lines}}}\n").balancing.globals.timeouts_s == {"tcp": 5, "udp": 7}
