"""AH beside keepalived, in both roles; signed adverts, rolled out step by step."""

from __future__ import annotations

import hmac
import socket
import time

import pytest
from harness.config import VIP, instance
from harness.network import Net, eventually, packet
from harness.pairings import ours_alone, ours_on_b, pairing
from harness.timing import master_down_s

from standfast.config.hmac_model import Hmac, HmacKey
from standfast.lab.craft import vrrp
from standfast.vrrp.trailer import Sender, Signer

AH = ("authentication {", "auth_type AH", "auth_pass secret", "}")
KEY = "0123456789abcdef0123456789abcdef"
ours_twice = pytest.mark.parametrize("duo", [pairing("standfast", "standfast")], indirect=True)


def ah(*lines: str, priority: int) -> str:
    return instance(*AH, *lines, priority=priority, version=2, interval=1)


def test_s21_ah_fails_over_and_comes_back(duo: Net):
    duo.start_master(duo.a, ah(priority=150))
    b = duo.start(duo.b, ah(priority=100))
    duo.wait_until(time.time() + 2.5)
    assert not duo.b.holds(VIP), "b understands a"
    killed = duo.daemons[0].kill()
    assert duo.b.wait_address(VIP, timeout_s=6), duo.logs()
    assert time.time() >= killed + master_down_s(100, 1, version=2) - 1
    duo.restart(duo.daemons[0])
    assert duo.a.wait_address(VIP, timeout_s=8), duo.logs()
    assert duo.b.wait_address(VIP, held=False)
    assert b.running


def test_s22_ah_by_unicast(duo: Net):
    peers = {duo.a: duo.b, duo.b: duo.a}
    for host, priority in ((duo.a, 150), (duo.b, 100)):
        lines = (f"unicast_src_ip {host.address}", "unicast_peer {", peers[host].address, duo.c.address, "}")
        duo.start(host, ah(*lines, priority=priority))
    assert duo.a.wait_address(VIP, timeout_s=6)
    heard_by_c = Ears(duo).frame_of(duo.a.address)
    assert heard_by_c[30:34] == socket.inet_aton(duo.c.address)
    assert value_of(heard_by_c) == heard_by_c[46:58], "the other peer's is right as well"
    duo.wait_until(time.time() + 2.5)
    assert not duo.b.holds(VIP), duo.logs()


def value_of(frame: bytes) -> bytes:
    """The first 12 bytes of an HMAC-MD5 over everything; by unicast the TTL counts as 0 (RFC 2402, 3.3.3.1.1)."""
    covered = bytearray(frame[14 : 14 + int.from_bytes(frame[16:18], "big")])
    covered[1] = covered[8] = 0
    covered[6:8] = covered[10:12] = bytes(2)
    covered[32:44] = bytes(12)
    return hmac.digest(b"secret\0\0", bytes(covered), "md5")[:12]


class Ears:
    """Raw frames with an authentication header, as c's interface hears them."""

    def __init__(self, net: Net) -> None:
        with net.c.namespace.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.bind(("eth0", 0x0800))
        self.socket.settimeout(5)
        net.lab.closing.callback(self.socket.close)

    def frame_of(self, source: str) -> bytes:
        """The next one of this source."""
        while True:
            frame = self.socket.recv(2048)
            if frame[23] == 51 and frame[26:30] == socket.inet_aton(source):
                return frame


@ours_on_b
def test_s21_what_was_captured_is_refused_and_the_index_follows_the_source(duo: Net):
    duo.a.ip("addr add 10.9.1.1/24 dev eth0")
    duo.start_master(duo.a, ah(priority=150))
    b = duo.start(duo.b, ah(priority=100))
    ears = Ears(duo)
    captured = ears.frame_of(duo.a.address)
    assert captured[38:42] == socket.inet_aton(duo.a.address)
    ears.frame_of(duo.a.address)
    before = duo.counter(b, "auth_failure") or 0
    ears.socket.send(captured)
    eventually(lambda: duo.counter(b, "auth_failure") == before + 1, 5, duo.logs)
    if duo.is_keepalived(duo.a):
        return  # KD-3: its index stays what it was, so that nobody accepts it any more
    duo.a.ip(f"addr del {duo.a.address}/24 dev eth0")
    moved = ears.frame_of("10.9.1.1")
    assert moved[38:42] == socket.inet_aton("10.9.1.1")
    accepted = duo.counter(b, "advert_rcvd") or 0
    eventually(lambda: (duo.counter(b, "advert_rcvd") or 0) > accepted, 5, duo.logs)
    assert not duo.b.holds(VIP)


@ours_alone
def test_s21_another_password_makes_itself_heard_as_such(solo: Net):
    a = solo.start_master(solo.a, ah(priority=150))
    solo.inject(priority=200, version=2, interval=1)
    counters = a.instance()["counters"]  # type: ignore[attr-defined]
    assert counters["advert_rcvd"] == 0
    assert solo.a.holds(VIP)


@ours_alone
def test_s23_every_kind_of_bad_signature_has_its_counter(solo: Net):
    """A weaker router speaks: what is accepted is answered, what is refused is counted and changes nothing."""
    block = ("auth_hmac {", f"key 1 {KEY}", "active_key 1", "mode enforce", "}")
    a = solo.start_master(solo.a, instance(*block, priority=150))
    key = HmacKey(id=1, secret=KEY.encode())
    message = vrrp(packet(priority=100))
    sender = Sender(3, 51, socket.inet_aton(solo.c.address))

    def signed(number: int = 1, wall: float | None = None) -> bytes:
        how = Hmac(keys=(HmacKey(id=number, secret=key.secret),), active=number, window_s=5, mode="enforce")
        return Signer().sign(how, message, sender, time.time() if wall is None else wall)

    good = signed()
    cases = [
        ("advert_rcvd", good),
        ("auth_ext_replay", good),
        ("auth_ext_stale", signed(wall=time.time() - 100)),
        ("auth_ext_unknown_key", signed(9)),
        ("auth_ext_invalid_hmac", good[:-1] + bytes([good[-1] ^ 1])),
        ("auth_ext_malformed", bytes(1) + good[1:]),
        ("auth_ext_missing", b""),
    ]
    for counter, trailer in cases:
        before = solo.counter(a, counter)
        solo.inject(priority=100, trailer=trailer)
        eventually(lambda c=counter, n=before: solo.counter(a, c) == n + 1, 5, lambda c=counter: c + solo.logs())
    assert solo.a.holds(VIP)


@ours_twice
def test_s23_signatures_are_rolled_out_without_a_flap(duo: Net):
    def config(priority: int, mode: str = "") -> str:
        block = ("auth_hmac {", f"key 1 {KEY}", "active_key 1", f"mode {mode}", "}") if mode else ()
        return instance(*block, priority=priority)

    a = duo.start_master(duo.a, config(150))
    b = duo.start(duo.b, config(100))
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    for mode in ("receive-only", "permissive", "enforce"):
        for daemon, priority in ((b, 100), (a, 150)):
            daemon.config_file.write_text(config(priority, mode))
            daemon.tell("reload")  # type: ignore[attr-defined]
        duo.wait_until(time.time() + 0.5)
    assert duo.a.holds(VIP)
    assert not duo.wire.adverts(duo.b.address, since=mark), "b never spoke"
    duo.steady(duo.wire.adverts(duo.a.address, since=mark), 0.1)
    duo.inject(priority=200)
    duo.wait_until(time.time() + 0.2)
    counters = b.instance()["counters"]  # type: ignore[attr-defined]
    assert counters["auth_ext_missing"] >= 1
    assert duo.a.holds(VIP)
