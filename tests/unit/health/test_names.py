"""Real servers by name: what a configuration becomes, when names are asked for, what counts without an answer."""

from __future__ import annotations

import socket
import threading

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rrset
import pytest
import trio
import trio.lowlevel
from trio.testing import MockClock

from standfast.config.load import load_text
from standfast.config.lvs_model import Balancing
from standfast.health.names import LONGEST_S, SHORTEST_S, Answer, LookUpFailed, Name, Names, look_up, names_of, resolved
from standfast.values import Address

WEB = Name("web.example.com", 4)
SERVER = "real_server {} 80 {{\n{}\nTCP_CHECK {{\n{}\n}}\n}}"


def service(*servers: str) -> Balancing:
    loaded = load_text(
        "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\nquorum 3\n"
        + "\n".join(servers)
        + "\n}\n"
    )
    assert loaded.diagnostics == []
    return loaded.balancing


def addresses(*texts: str) -> tuple[Address, ...]:
    return tuple(map(Address.parse, texts))


def shown(balancing: Balancing) -> list[str]:
    servers = balancing.virtual_servers[0].real_servers
    return [f"{each.address} checked at {each.checkers[0].target.address}" for each in servers]  # type: ignore[union-attr]


NAMED = SERVER.format("10.0.0.1", "dns_name web.example.com", "")


def test_a_server_for_each_address_with_its_checks():
    config = service(NAMED)
    assert names_of(config) == {WEB}
    assert shown(resolved(config, {})) == ["10.0.0.1 checked at 10.0.0.1"]
    answers = {WEB: addresses("10.0.0.7", "10.0.0.8")}
    assert shown(resolved(config, answers)) == ["10.0.0.7 checked at 10.0.0.7", "10.0.0.8 checked at 10.0.0.8"]
    assert resolved(config, answers).virtual_servers[0].quorum == 3  # so many may come


def test_a_check_of_another_address_stays_and_nobody_stands_there_twice():
    config = service(
        SERVER.format("10.0.0.1", "dns_name web.example.com", "connect_ip 10.9.9.9"), SERVER.format("10.0.0.8", "", "")
    )
    answers = {WEB: addresses("10.0.0.7", "10.0.0.8")}
    assert shown(resolved(config, answers)) == ["10.0.0.7 checked at 10.9.9.9", "10.0.0.8 checked at 10.9.9.9"]


def test_without_names_it_is_the_very_same():
    config = load_text("virtual_server 192.0.2.1 80 {\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}\n").balancing
    assert resolved(config, {}) is config


class World:
    def __init__(self, run_dir):
        self.answer: Answer | None = Answer(addresses("10.0.0.7"), 60)
        self.asked: list[float] = []
        self.changes: list[tuple[Address, ...]] = []
        self.said: list[str] = []
        self.names = Names(run_dir, self.look_up, self.changed, lambda _level, _event, words: self.said.append(words))

    async def look_up(self, name):
        self.asked.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        if self.answer is None:
            raise LookUpFailed("the name does not exist")
        return self.answer

    async def changed(self):
        self.changes.append(self.names.answers[WEB])


def play(main):
    async def run():
        async with trio.open_nursery() as nursery:
            await main(nursery)
            nursery.cancel_scope.cancel()

    trio.run(run, clock=MockClock(autojump_threshold=0))


@pytest.mark.parametrize(("ttl", "every"), [(0, SHORTEST_S), (60, 60), (86_400, LONGEST_S)])
def test_it_asks_again_when_the_time_to_live_is_over_within_bounds(tmp_path, ttl, every):
    world = World(tmp_path)
    world.answer = Answer(addresses("10.0.0.7"), ttl)

    async def main(nursery):
        world.names.follow({WEB}, nursery)
        await trio.sleep(every * 2.5)
        first, second, third = world.asked
        assert (second - first, third - second) == (pytest.approx(every), pytest.approx(every))
        assert world.changes == [addresses("10.0.0.7")]

    play(main)


def test_the_last_good_answer_stays_also_for_a_successor(tmp_path):
    world = World(tmp_path)

    async def main(nursery):
        world.names.follow({WEB}, nursery)
        await trio.sleep(1)
        world.answer = None
        await trio.sleep(200)
        assert world.names.answers == {WEB: addresses("10.0.0.7")}
        assert [words for words in world.said if "stays: 10.0.0.7" in words] == [
            "dns_name web.example.com: the name does not exist; what it meant last stays: 10.0.0.7"
        ]
        world.answer = Answer(addresses("10.0.0.9", "10.0.0.8"), 60)
        await trio.sleep(SHORTEST_S)
        assert world.changes[-1] == addresses("10.0.0.8", "10.0.0.9")

    play(main)
    successor = World(tmp_path)
    successor.names.remember()
    assert successor.names.answers == {WEB: addresses("10.0.0.8", "10.0.0.9")}
    (tmp_path / "names.json").write_bytes(b"{")
    World(tmp_path).names.remember()  # what cannot be read is no answer


def test_who_is_not_named_any_more_is_not_asked_for(tmp_path):
    world = World(tmp_path)

    async def main(nursery):
        world.names.follow({WEB}, nursery)
        world.names.follow({WEB}, nursery)
        await trio.sleep(1)
        assert len(world.asked) == 1
        world.names.follow(set(), nursery)
        await trio.sleep(1000)
        assert len(world.asked) == 1

    play(main)


@pytest.fixture
def server(monkeypatch):
    """A name server on this machine that knows web.example.com, by way of another name."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)

        def answer():
            for _ in range(2):
                data, asker = listening.recvfrom(512)
                question = dns.message.from_wire(data)
                reply = dns.message.make_response(question)
                name = question.question[0].name
                if str(name) == "web.example.com.":
                    reply.answer.append(dns.rrset.from_text(name, 900, "IN", "CNAME", "pool.example.com."))
                    reply.answer.append(dns.rrset.from_text("pool.example.com.", 40, "IN", "A", "10.0.0.7", "10.0.0.8"))
                else:
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                listening.sendto(reply.to_wire(), asker)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()

        class Here(dns.asyncresolver.Resolver):
            def __init__(self):
                super().__init__(configure=False)
                self.nameservers, self.port = ["127.0.0.1"], listening.getsockname()[1]

        monkeypatch.setattr(dns.asyncresolver, "Resolver", Here)
        yield
        thread.join(10)


async def test_it_asks_a_real_name_server(server):
    found = await look_up(WEB)
    assert (set(found.addresses), found.ttl_s) == (set(addresses("10.0.0.7", "10.0.0.8")), 40)
    with pytest.raises(LookUpFailed, match="does not exist"):
        await look_up(Name("nowhere.example.com", 4))
