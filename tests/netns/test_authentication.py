"""AH beside keepalived, in both roles; signed adverts, rolled out step by step."""

from __future__ import annotations

import hmac
import socket
import time

import pytest
from harness.config import VIP, VIP6, instance
from harness.network import Net, eventually, packet
from harness.pairings import ours_alone, ours_on_b, pairing
from harness.timing import master_down_s

from standfast.config.hmac_model import Hmac, HmacKey
from standfast.lab.craft import vrrp
from standfast.lab.daemons import Daemon
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
    kills = time.time()
    duo.daemons[0].kill()
    assert duo.b.wait_address(VIP), duo.logs()
    assert time.time() >= kills + master_down_s(100, 1, version=2) - 1
    duo.restart(duo.daemons[0])
    assert duo.a.wait_address(VIP), duo.logs()
    assert duo.b.wait_address(VIP, held=False)
    assert b.running


def test_s22_ah_by_unicast(duo: Net):
    peers = {duo.a: duo.b, duo.b: duo.a}
    for host, priority in ((duo.a, 150), (duo.b, 100)):
        lines = (f"unicast_src_ip {host.address}", "unicast_peer {", peers[host].address, duo.c.address, "}")
        duo.start(host, ah(*lines, priority=priority))
    assert duo.a.wait_address(VIP)
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
    """Raw frames of a protocol, as c's interface hears them; 51: with an authentication header."""

    def __init__(self, net: Net, *, protocol: int = 51) -> None:
        self.protocol = protocol
        with net.c.namespace.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        self.socket.bind(("eth0", 0x0800))
        self.socket.settimeout(20)
        net.lab.closing.callback(self.socket.close)

    def frame_of(self, source: str) -> bytes:
        """The next one of this source."""
        while True:
            frame = self.socket.recv(2048)
            if frame[23] == self.protocol and frame[26:30] == socket.inet_aton(source):
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
    eventually(lambda: duo.counter(b, "auth_failure") == before + 1, 20, duo.logs)
    if duo.is_keepalived(duo.a):
        return  # KD-3: its index stays what it was, so that nobody accepts it any more
    duo.a.ip(f"addr del {duo.a.address}/24 dev eth0")
    moved = ears.frame_of("10.9.1.1")
    assert moved[38:42] == socket.inet_aton("10.9.1.1")
    accepted = duo.counter(b, "advert_rcvd") or 0
    eventually(lambda: (duo.counter(b, "advert_rcvd") or 0) > accepted, 20, duo.logs)
    assert not duo.b.holds(VIP)


@ours_alone
def test_s21_another_password_makes_itself_heard_as_such(solo: Net):
    a = solo.start_master(solo.a, ah(priority=150))
    solo.inject(priority=200, version=2, interval=1)
    solo.next_advert(solo.a, since=time.time())
    assert solo.counter(a, "advert_rcvd") == 0
    assert solo.a.holds(VIP)


def signing(mode: str, *, keys: dict[int, str] | None = None, active: int = 1) -> tuple[str, ...]:
    """The lines of `auth_hmac`; none for mode ``off``."""
    if mode == "off":
        return ()
    named = [f"key {number} {key}" for number, key in (keys or {1: KEY}).items()]
    return ("auth_hmac {", *named, f"active_key {active}", f"mode {mode}", "time_window 60", "}")


def tell_all(*changes: tuple[Daemon, str]) -> None:
    """New configurations, one after the other; each is at work before the next one comes."""
    for daemon, config in changes:
        done = daemon.log.count(": reloaded")
        daemon.write(config)
        daemon.reload()
        eventually(lambda d=daemon, n=done: d.log.count(": reloaded") > n, 20, lambda d=daemon: d.log)  # type: ignore[misc]


@ours_alone
def test_s23_every_kind_of_bad_signature_has_its_counter(solo: Net):
    """A weaker router speaks: what is accepted is answered, what is refused is counted and changes nothing."""
    a = solo.start_master(solo.a, instance(*signing("enforce"), priority=150))
    key = HmacKey(id=1, secret=KEY.encode())
    message = vrrp(packet(priority=100))
    sender = Sender(3, 51, socket.inet_aton(solo.c.address))

    def signed(number: int = 1, wall: float | None = None) -> bytes:
        how = Hmac(keys=(HmacKey(id=number, secret=key.secret),), active=number, window_s=60, mode="enforce")
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
        eventually(lambda c=counter, n=before: solo.counter(a, c) == n + 1, 20, lambda c=counter: c + solo.logs())
    assert solo.a.holds(VIP)


@ours_twice
@pytest.mark.parametrize(
    ("first", "family", "modes"),
    [
        ("backup", 4, ("receive-only", "permissive", "enforce", "permissive", "receive-only", "off")),
        ("master", 6, ("receive-only", "permissive", "enforce")),
    ],
)
def test_s23_signatures_are_rolled_out_without_a_flap(duo: Net, first: str, family: int, modes: tuple[str, ...]):
    """Whoever is changed first in a step, and back again; both sides of each step understand each other."""
    vips = (f"{VIP}/24",) if family == 4 else (f"{VIP6}/64",)
    held = vips[0].split("/")[0]

    def config(priority: int, mode: str = "off") -> str:
        return instance(*signing(mode), priority=priority, vips=vips)

    a = duo.start_master(duo.a, config(150), address=held)
    b = duo.start(duo.b, config(100))
    source = duo.a.address if family == 4 else duo.a.link_local
    duo.next_advert(duo.a, since=time.time(), v6=family == 6)
    mark = time.time()
    for mode in modes:
        changes = [(b, config(100, mode)), (a, config(150, mode))]
        tell_all(*(changes if first == "backup" else changes[::-1]))
        duo.next_advert(duo.a, since=time.time() + master_down_s(100, 0.1), v6=family == 6)
    assert duo.a.holds(held)
    duo.silent(duo.b, since=mark, v6=family == 6)
    assert {each.source for each in duo.wire.adverts(since=mark)} == {source}
    duo.steady(duo.wire.adverts(source, since=mark), 0.1)
    assert "refused" not in b.log
    if modes[-1] == "enforce":
        before = duo.counter(b, "auth_ext_missing") or 0
        duo.inject(source=duo.c.link_local, addresses=(held,), priority=200)
        eventually(lambda: (duo.counter(b, "auth_ext_missing") or 0) > before, 20, duo.logs)
        assert duo.a.holds(held)


@ours_twice
def test_s23_another_key_makes_two_masters_and_a_new_one_is_brought_in_without_a_flap(duo: Net):
    """Both count what they refuse, and say so. Then the key is changed as it should be: known to all before its use."""
    other = KEY[::-1]
    a = duo.start_master(duo.a, instance(*signing("enforce"), priority=150))
    b = duo.start_master(duo.b, instance(*signing("enforce", keys={1: other}), priority=100))
    for daemon in (a, b):
        eventually(lambda d=daemon: (duo.counter(d, "auth_ext_invalid_hmac") or 0) > 3, 20, duo.logs)
        eventually(lambda d=daemon: "refused: its signature" in d.log, 20, duo.logs)
    tell_all((b, instance(*signing("enforce"), priority=100)))
    assert duo.b.wait_address(VIP, held=False)
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    both = {1: KEY, 2: other}
    for keys, active in ((both, 1), (both, 2), ({2: other}, 2)):
        lines = signing("enforce", keys=keys, active=active)
        tell_all((b, instance(*lines, priority=100)), (a, instance(*lines, priority=150)))
    duo.next_advert(duo.a, since=time.time() + master_down_s(100, 0.1))
    duo.silent(duo.b, since=mark)
    duo.steady(duo.wire.adverts(duo.a.address, since=mark), 0.1)
    assert "unknown" not in b.log


@ours_twice
def test_s23_what_was_captured_is_refused(duo: Net):
    """A farewell of the master, sent again: nobody takes over because of it."""
    a = duo.start_master(duo.a, instance(*signing("enforce"), priority=150))
    b = duo.start(duo.b, instance(*signing("enforce"), priority=100))
    duo.next_advert(duo.a, since=time.time())
    ears = Ears(duo, protocol=112)
    captured = ears.frame_of(duo.a.address)
    a.stop()
    assert duo.b.wait_address(VIP)
    duo.restart(a)
    assert duo.a.wait_address(VIP)
    duo.next_advert(duo.a, since=time.time())
    mark = time.time()
    for _ in range(3):
        ears.socket.send(captured)
    eventually(lambda: (duo.counter(b, "auth_ext_replay") or 0) >= 3, 20, duo.logs)
    duo.wait_until(mark + master_down_s(100, 0.1))
    duo.silent(duo.b, since=mark + 0.1)
    duo.steady(duo.wire.adverts(duo.a.address, since=mark), 0.1)
