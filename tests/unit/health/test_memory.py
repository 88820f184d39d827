"""What is written down of servers and pools, and what a successor makes of it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standfast.config.load import load_text
from standfast.contract.balancing import Pool
from standfast.contract.checking import Code, bad, good
from standfast.health.memory import FILE, POOLS, Memory, load, load_pools, recollect, remind, save, save_pools
from standfast.health.reconcile import services_of

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
        TCP_CHECK {
        }
    }
    real_server 10.0.0.2 80 {
        alpha
        TCP_CHECK {
        }
    }
    real_server 10.0.0.3 80 {
        TCP_CHECK {
        }
    }
}
"""
NAME = "[192.0.2.10]:tcp:80"


def service(text: str = TEXT):
    return services_of(load_text(text).balancing, 0)[NAME]


def over_disk(tmp_path, before):
    save(tmp_path / FILE, msgspec.json.encode(recollect({NAME: before})))
    found = load(tmp_path)
    assert found is not None
    return found.services.get(NAME, {})


def test_a_successor_stands_as_its_predecessor_did(tmp_path):
    before = service()
    before.begin(0)
    before.take(before.servers[0], 0, bad(Code.REFUSED, "x"), 1)
    before.take(before.servers[1], 0, good(weight=4), 1)
    after = service()
    remind(after, over_disk(tmp_path, before))
    assert [line.line for line in after.begin(0)] == [f"VS {NAME} UP"]
    assert [server.alive for server in after.servers] == [False, True, True]
    assert after.servers[1].weight == 4
    assert after.pool() == before.pool()
    # it is no first result any more: the retry is there
    assert not after.take(after.servers[1], 0, bad(Code.REFUSED, "x"), 2)[0].changed


def test_what_was_never_checked_is_not_written(tmp_path):
    before = service()
    before.begin(0)
    assert over_disk(tmp_path, before) == {}


def test_another_check_of_the_same_server_is_not_reminded(tmp_path):
    before = service()
    before.take(before.servers[0], 0, bad(Code.REFUSED, "x"), 1)
    after = service(TEXT.replace("TCP_CHECK {", "TCP_CHECK {\nconnect_port 81", 1))
    remind(after, over_disk(tmp_path, before))
    assert after.servers[0].alive


@settings(deadline=None)
@given(st.binary(max_size=80))
@example(b"\x81\xa5\x00\x00\x00\x00\x80")  # a name that is not UTF-8
def test_any_file_is_read_or_is_nothing(tmp_path_factory, data):
    directory = tmp_path_factory.mktemp("run")
    for name in (FILE, POOLS):
        (directory / name).write_bytes(data)
    found = load(directory)
    assert found is None or isinstance(found, Memory)
    assert isinstance(load_pools(directory), dict)


def test_pools_survive(tmp_path):
    assert load_pools(tmp_path) == {}
    pools = {"ipvs": [Pool(name="a", family=4, protocol="TCP", entrances=())], "nftables": []}
    save_pools(tmp_path, pools)
    assert load_pools(tmp_path) == pools
    assert [path.name for path in tmp_path.iterdir()] == [POOLS]


def test_a_link_in_the_way_is_not_followed(tmp_path):
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / f".{FILE}.new").symlink_to(target)
    with pytest.raises(OSError, match=r"."):
        save(tmp_path / FILE, b"x")
    assert target.read_text() == "mine"
