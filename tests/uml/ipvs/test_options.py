"""Everything that a service and a server can be, read back by ipvsadm."""

from __future__ import annotations

import pytest
from guest.ipvs import inside, member, namespace, pool, saved, started

from standfast.api import Address, Entrance, Forwarding, LvsGlobals, Persistence, PoolChange, SyncDaemon
from standfast_lb.ipvs.notation import saved as our_words
from standfast_lb.ipvs.table import table_of

pytestmark = pytest.mark.uml


@pytest.fixture(scope="module")
def one_place():
    with namespace("ipvs") as made:
        yield made


@pytest.fixture
def place(one_place):
    yield one_place
    one_place.run("ipvsadm", "-C")


def entrance(text: str, port: int = 80, last: str = "") -> Entrance:
    return Entrance(first=Address.parse(text), last=Address.parse(last or text), port=port)


def tunnel(kind: str, port: int = 0, checksum: str = "nocsum") -> Forwarding:
    return Forwarding(method="TUN", tunnel=kind, port=port, checksum=checksum)


SCHEDULERS = ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh", "mh", "sed", "nq", "fo", "ovf"]
SIX = {"family": 6, "entrances": (entrance("2001:db8::1"),)}
MARK = {"protocol": "", "entrances": (Entrance(mark=7),)}

CASES = {
    **{name: (pool(scheduler=name), [f"-A -t 192.0.2.1:80 -s {name}"]) for name in SCHEDULERS},
    "udp": (pool(protocol="UDP"), ["-A -u 192.0.2.1:80 -s rr"]),
    "sctp": (pool(protocol="SCTP"), ["-A --sctp-service 192.0.2.1:80 -s rr"]),
    "ipv6": (
        pool(**SIX, members=(member("2001:db8::11", 8080, 5),)),
        ["-A -t [2001:db8::1]:80 -s rr", "-a -t [2001:db8::1]:80 -r [2001:db8::11]:8080 -m -w 5"],
    ),
    "mark": (
        pool(**MARK, members=(member("10.0.0.1", 0),)),
        ["-A -f 7 -s rr", "-a -f 7 -r 10.0.0.1:0 -m -w 1"],
    ),
    "mark and a port of DR": (
        pool(**MARK, members=(member("10.0.0.1", 80, method="DR"),)),
        ["-A -f 7 -s rr", "-a -f 7 -r 10.0.0.1:0 -g -w 1"],
    ),
    "mark of IPv6": (
        pool(protocol="", family=6, entrances=(Entrance(mark=8),), members=(member("2001:db8::11", 0),)),
        ["-A -f 8 -6 -s rr", "-a -f 8 -6 -r [2001:db8::11]:0 -m -w 1"],
    ),
    "sh with port and fallback": (
        pool(scheduler="sh", flags=frozenset({"flag-1", "flag-2"})),
        ["-A -t 192.0.2.1:80 -s sh -b sh-fallback,sh-port"],
    ),
    "mh with port and fallback": (
        pool(scheduler="mh", flags=frozenset({"flag-1", "flag-2"})),
        ["-A -t 192.0.2.1:80 -s mh -b mh-fallback,mh-port"],
    ),
    "all flags": (
        pool(flags=frozenset({"flag-1", "flag-2", "flag-3"})),
        ["-A -t 192.0.2.1:80 -s rr -b flag-1,flag-2,flag-3"],
    ),
    "one packet": (pool(protocol="UDP", flags=frozenset({"ops"})), ["-A -u 192.0.2.1:80 -s rr -o"]),
    "persistence": (
        pool(persistence=Persistence(timeout_s=50)),
        ["-A -t 192.0.2.1:80 -s rr -p 50"],
    ),
    "persistence by network": (
        pool(persistence=Persistence(timeout_s=360, granularity=24)),
        ["-A -t 192.0.2.1:80 -s rr -p 360 -M 255.255.255.0"],
    ),
    "persistence by a mask with holes": (
        pool(persistence=Persistence(mask=Address.parse("255.0.255.0"))),
        ["-A -t 192.0.2.1:80 -s rr -p 360 -M 255.0.255.0"],
    ),
    "persistence of IPv6": (
        pool(**SIX, persistence=Persistence(granularity=64)),
        ["-A -t [2001:db8::1]:80 -s rr -p 360 -M 64"],
    ),
    "persistence of all ports": (
        pool(entrances=(entrance("192.0.2.1", 0),), persistence=Persistence(), members=(member("10.0.0.1", 0),)),
        ["-A -t 192.0.2.1:0 -s rr -p 360", "-a -t 192.0.2.1:0 -r 10.0.0.1:0 -m -w 1"],
    ),
    "engine": (
        pool(protocol="UDP", persistence=Persistence(engine="sip")),
        ["-A -u 192.0.2.1:80 -s rr -p 360 --pe sip"],
    ),
    "group": (
        pool(
            entrances=(entrance("192.0.2.1", 80, "192.0.2.3"), entrance("192.0.2.9", 443)),
            members=(member("10.0.0.1", 8080),),
        ),
        [
            line
            for vip in ("192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:80", "192.0.2.9:443")
            for line in (f"-A -t {vip} -s rr", f"-a -t {vip} -r 10.0.0.1:8080 -m -w 1")
        ],
    ),
    "DR keeps the port": (
        pool(members=(member("10.0.0.1", 8080, method="DR"),)),
        ["-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 1"],
    ),
    "weights": (
        pool(members=(member("10.0.0.1", 80, 0), member("10.0.0.2", 80, 65_535), member("10.0.0.3", 80, 2**31 - 1))),
        [
            "-A -t 192.0.2.1:80 -s rr",
            "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 0",
            "-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 65535",
            "-a -t 192.0.2.1:80 -r 10.0.0.3:80 -m -w 2147483647",
        ],
    ),
    "tunnels": (
        pool(
            members=(
                member("10.0.0.1", forwarding=tunnel("ipip")),
                member("10.0.0.2", forwarding=tunnel("gue", 6080)),
                member("10.0.0.3", forwarding=tunnel("gue", 6080, "csum")),
                member("10.0.0.4", forwarding=tunnel("gue", 6080, "remcsum")),
                member("10.0.0.5", forwarding=tunnel("gre")),
                member("10.0.0.6", forwarding=tunnel("gre", 0, "csum")),
            )
        ),
        [
            "-A -t 192.0.2.1:80 -s rr",
            "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 --tun-type ipip",
            "-a -t 192.0.2.1:80 -r 10.0.0.2:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum",
            "-a -t 192.0.2.1:80 -r 10.0.0.3:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum",
            "-a -t 192.0.2.1:80 -r 10.0.0.4:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum",
            "-a -t 192.0.2.1:80 -r 10.0.0.5:80 -i -w 1 --tun-type gre --tun-nocsum",
            "-a -t 192.0.2.1:80 -r 10.0.0.6:80 -i -w 1 --tun-type gre --tun-csum",
        ],
    ),
    "tunnel to the other IP version": (
        pool(members=(member("2001:db8::11", 80, method="TUN"),)),
        ["-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r [2001:db8::11]:80 -i -w 1 --tun-type ipip"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_ipvsadm_reads_what_was_meant(name, one_place):
    wanted, lines = CASES[name]

    async def work(backend):
        await started(backend, wanted)
        assert sorted(saved(one_place)) == sorted(lines)
        assert await backend.repair() == ()
        assert await backend.read() == (wanted,)
        await backend.stop(leave=False)

    inside(one_place, work)
    assert sorted(our_words(table_of([wanted], {}))) == sorted(lines)


def test_limits_are_in_the_kernel(place):
    limited = pool(members=(member("10.0.0.1", uthreshold=100, lthreshold=50),))

    async def work(backend):
        await started(backend, limited)
        last = place.run("ipvsadm", "-Ln", "--thresholds").splitlines()[-1]  # -S forgets them
        assert last.split()[1:4] == ["10.0.0.1:80", "100", "50"]
        place.run("ipvsadm", "-e", "-t", "192.0.2.1:80", "-r", "10.0.0.1:80", "-m")
        assert [each.words for each in await backend.repair()] == [
            "server 10.0.0.1:80 of -t 192.0.2.1:80 was -m -w 1, is -m -w 1 -x 100 -y 50 again"
        ]
        await backend.stop(leave=False)

    inside(place, work)


def test_time_outs_come_back_at_the_end(place):
    def timeouts():
        return place.run("ipvsadm", "-L", "--timeout").split(":")[-1].split()

    async def work(backend):
        await started(backend, settings=LvsGlobals(timeouts_s={"tcp": 77, "udp": 55}))
        assert timeouts() == ["77", "120", "55"]
        await backend.reconfigure(LvsGlobals(timeouts_s={"udp": 44}))
        assert timeouts() == ["900", "120", "44"]
        await backend.stop(leave=False)

    inside(place, work)
    assert timeouts() == ["900", "120", "300"]


def test_the_sync_daemon_follows_its_instance():
    settings = LvsGlobals(sync_daemon=SyncDaemon(interface="sync0", instance="VI_1", id=9, maxlen=1000, ttl=3))
    with namespace("sync") as place:

        def daemons():
            lines = place.run("ipvsadm", "-L", "--daemon").splitlines()
            return [line.split("(")[0].removesuffix(" sync daemon ") + f" {'syncid=9' in line}" for line in lines]

        async def work(backend):
            failures = await backend.start(settings, adopt=())
            assert [each.words for each in failures] == [
                "cannot start the sync daemon that receives: there is no interface sync0"
            ]
            place.run("ip", "link", "add", "sync0", "type", "dummy")
            place.run("ip", "addr", "add", "10.7.0.1/24", "dev", "sync0")
            place.run("ip", "link", "set", "sync0", "up")
            assert await backend.follow(frozenset()) == ()
            assert daemons() == ["backup True"]
            assert await backend.follow(frozenset({"VI_1"})) == ()
            assert daemons() == ["master True"]
            assert await backend.follow(frozenset({"VI_1", "VI_2"})) == ()
            assert daemons() == ["master True"]
            await backend.reconfigure(LvsGlobals(sync_daemon=SyncDaemon(interface="sync0", id=9)))
            assert sorted(daemons()) == ["backup True", "master True"]
            await backend.stop(leave=False)

        inside(place, work)
        assert daemons() == []


@pytest.mark.parametrize("mode", ["", "VS", "all"])
def test_what_is_not_ours_stays(mode, place):
    place.run("ipvsadm", "-A", "-t", "198.51.100.9:99", "-s", "wrr")
    place.run("ipvsadm", "-a", "-t", "198.51.100.9:99", "-r", "10.9.9.9:99", "-m", "-w", "3")
    foreign = saved(place)

    async def work(backend):
        await started(backend, pool(members=(member("10.0.0.1"),)), settings=LvsGlobals(flush_on_stop=mode))
        place.run("ipvsadm", "-a", "-t", "192.0.2.1:80", "-r", "10.8.8.8:80", "-m", "-w", "3")
        assert await backend.repair() == ()
        assert len(saved(place)) == 5
        await backend.stop(leave=False)

    inside(place, work)
    assert saved(place) == ([] if mode == "all" else foreign)


def test_flush_empties_the_table_at_the_start_but_not_for_a_successor(place):
    place.run("ipvsadm", "-A", "-t", "198.51.100.9:99", "-s", "wrr")
    ours = pool(members=(member("10.0.0.1"),))

    async def first(backend):
        await started(backend, ours, settings=LvsGlobals(flush=True))
        await backend.stop(leave=True)

    async def second(backend):
        await backend.start(LvsGlobals(flush=True), adopt=[ours])
        assert await backend.read() == (ours,)
        await backend.stop(leave=False)

    inside(place, first)
    assert len(saved(place)) == 2
    inside(place, second)
    assert saved(place) == []


def test_drift_is_repaired_and_told(place):
    wanted = pool(members=(member("10.0.0.1"), member("10.0.0.2", weight=5), member("10.0.0.3")))
    gone = pool("gone", entrances=(entrance("192.0.2.2"),), members=(member("10.0.0.1"),))

    async def work(backend):
        await started(backend, wanted, gone)
        fewer = pool(members=wanted.members[:2])
        await backend.apply([PoolChange(old=wanted, new=fewer)])
        right = saved(place)
        for words in (
            "-E -t 192.0.2.1:80 -s wlc -p 10",
            "-d -t 192.0.2.1:80 -r 10.0.0.1:80",
            "-e -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 9",
            "-a -t 192.0.2.1:80 -r 10.0.0.3:80 -m -w 1",
            "-D -t 192.0.2.2:80",
        ):
            place.run("ipvsadm", *words.split())
        assert [(each.pool, each.words) for each in await backend.repair()] == [
            ("web", "service -t 192.0.2.1:80 was -s wlc -p 10, is -s rr again"),
            ("web", "server 10.0.0.1:80 of -t 192.0.2.1:80 was gone"),
            ("web", "server 10.0.0.2:80 of -t 192.0.2.1:80 was -m -w 9, is -m -w 5 again"),
            ("web", "server 10.0.0.3:80 of -t 192.0.2.1:80 was back, and is gone again"),
            ("gone", "service -t 192.0.2.2:80 was gone"),
        ]
        assert sorted(saved(place)) == sorted(right)
        assert await backend.repair() == ()
        await backend.stop(leave=False)

    inside(place, work)


def test_changes_get_through_whatever_somebody_else_did(place):
    old = pool(members=(member("10.0.0.1"), member("10.0.0.2"), member("10.0.0.3")))
    new = pool(scheduler="wrr", members=(member("10.0.0.1", weight=2), member("10.0.0.4")))

    async def work(backend):
        for words in (
            [],
            ["-C"],
            ["-d -t 192.0.2.1:80 -r 10.0.0.1:80", "-d -t 192.0.2.1:80 -r 10.0.0.2:80"],
            ["-a -t 192.0.2.1:80 -r 10.0.0.4:80 -m"],
        ):
            place.run("ipvsadm", "-C")
            await started(backend, old)
            for each in words:
                place.run("ipvsadm", *each.split())
            assert await backend.apply([PoolChange(old=old, new=new)]) == ()
            assert sorted(saved(place)) == sorted(our_words(table_of([new], {})))
            await backend.stop(leave=False)

    inside(place, work)


def test_a_refusal_names_service_and_reason(place):
    async def work(backend):
        await backend.start(LvsGlobals(), adopt=())
        bad, fine = pool(scheduler="fancy"), pool("fine", entrances=(entrance("192.0.2.2"),))
        failures = await backend.apply([PoolChange(old=None, new=each) for each in (bad, fine)])
        assert [(each.pool, each.words) for each in failures] == [
            (
                "web",
                "cannot add service -t 192.0.2.1:80: the kernel has no ip_vs_fancy; load it with `modprobe`, or "
                "install the kernel's modules",
            )
        ]
        assert saved(place) == ["-A -t 192.0.2.2:80 -s rr"]
        await backend.stop(leave=False)

    inside(place, work)
