"""The whole process, forked into an empty network namespace of its own, speaking unicast on the loopback."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from standfast.config import model
from standfast.config.model import Config, GlobalDefs, Scheduling, UnicastPeer, VrrpInstance
from standfast.control.client import ask
from standfast.control.protocol import Request
from standfast.supervise import logpipe, messages, state_file
from standfast.supervise.logpipe import LogPipe
from standfast.supervise.messages import Abort, Can, Cannot, Commit, Committed, Prepare, Ready, Stop, Stopped
from standfast.supervise.page import MASTER, SharedPage
from standfast.supervise.setup import HEARTBEAT, ChildSetup
from standfast.values import Address

pytestmark = pytest.mark.netns

CLONE_NEWNET = 0x40000000
PATIENCE_S = 60
NORMAL = GlobalDefs(scheduling=Scheduling(rt_priority=0))


def into_an_empty_namespace() -> None:
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def memory_file(data: bytes) -> int:
    descriptor = os.memfd_create("config")
    os.write(descriptor, data)
    return descriptor


def listening(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    made.listen()
    return made


class Parent:
    """The other end of everything that a child is given."""

    def __init__(self, run_dir: Path, config: Config, page: SharedPage | None = None, *, resume: bool = False) -> None:
        self.run_dir = run_dir
        self.page = page or SharedPage()
        self.channel, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(PATIENCE_S)
        child.setblocking(False)
        sender, self.log = logpipe.pair()
        descriptor = memory_file(model.encode(config))
        sockets = [listening(run_dir / name) for name in ("vrrp.ctl", "vrrp.status")]
        self.pid = os.fork()
        if self.pid == 0:
            self._be_the_child(
                ChildSetup(
                    generation=1,
                    config=descriptor,
                    channel=child,
                    page=self.page,
                    log=LogPipe(sender, "vrrp"),
                    control=sockets[0],
                    status=sockets[1],
                    run_dir=run_dir,
                    resume=resume,
                )
            )
        os.close(descriptor)
        for used in (child, sender, *sockets):
            used.close()

    def _be_the_child(self, setup: ChildSetup) -> None:
        status = 70
        try:
            self.channel.close()
            into_an_empty_namespace()
            from standfast.vrrp.process import main

            status = main(setup)
        finally:
            os._exit(status)

    def hears(self) -> messages.FromChild:
        return messages.decode_from_child(self.channel.recv(65_536))

    def says(self, message: messages.Message, *descriptors: int) -> None:
        socket.send_fds(self.channel, [messages.encode(message)], list(descriptors))

    def offers(self, config: bytes, generation: int) -> messages.FromChild:
        descriptor = memory_file(config)
        self.says(Prepare(generation=generation), descriptor)
        os.close(descriptor)
        return self.hears()

    def status(self, name: str = "vrrp.status") -> dict:
        return ask(self.run_dir, name, Request(do="status"), patience_s=PATIENCE_S)

    def ended(self) -> int:
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def instance(**options) -> VrrpInstance:
    vips = (model.VirtualAddress(address=Address.parse("10.9.0.100"), prefix=32, dev="lo"),)
    defaults = {
        "name": "VI",
        "vrid": 51,
        "family": 4,
        "version": 3,
        "interface": "lo",
        "advert_interval": 50_000,
        "source": Address.parse("127.0.0.1"),
        "unicast_peers": (UnicastPeer(address=Address.parse("127.0.0.2")),),
        "vips": vips,
    }
    return VrrpInstance(**(defaults | options))


CONFIG = Config(global_defs=NORMAL, instances=(instance(),))


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Parent]]:
    started: list[Parent] = []

    def begin(config: Config = CONFIG, **options) -> Parent:
        run_dir = tmp_path / str(len(started))
        run_dir.mkdir()
        parent = Parent(run_dir, config, **options)
        started.append(parent)
        assert parent.hears() == Ready(generation=1)
        return parent

    yield begin
    for parent in started:
        if parent.pid:
            os.kill(parent.pid, 9)
            os.waitpid(parent.pid, 0)
        parent.channel.close()
        parent.log.close()


def eventually(check: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def is_master(parent: Parent) -> bool:
    slot = parent.page.read(0, instance().key)
    return slot is not None and slot.state == MASTER


def test_it_takes_over_tells_of_it_and_leaves(start):
    parent = start()
    eventually(lambda: is_master(parent))
    eventually(lambda: parent.status()["instances"][0]["addresses_present"] == ["10.9.0.100/32 dev lo"])
    assert state_file.load(parent.run_dir).addresses
    events = ask(parent.run_dir, "vrrp.status", Request(do="events"), patience_s=PATIENCE_S)["events"]
    moves = [(event["old"], event["new"]) for event in events if event["type"] == "vrrp.transition"]
    assert moves == [("INIT", "BACKUP"), ("BACKUP", "MASTER")]
    parent.says(Stop())
    assert parent.hears() == Stopped()
    assert parent.ended() == 0
    assert not (parent.run_dir / state_file.NAME).exists()


def test_its_heart_beats(start):
    parent = start()
    first = parent.page.heartbeat
    eventually(lambda: parent.page.heartbeat >= first + 2 * HEARTBEAT)


def test_a_stop_at_once_hurries_a_slow_one(start):
    parent = start(Config(global_defs=NORMAL, instances=(instance(advert_interval=40_000_000, stop_hold=60_000_000),)))
    parent.says(Stop())
    parent.says(Stop(now=True))
    assert parent.hears() == Stopped()
    assert parent.ended() == 0


def test_the_end_of_the_parent_is_the_order_to_leave(start):
    parent = start()
    eventually(lambda: is_master(parent))
    parent.channel.close()
    assert parent.ended() == 0
    assert not (parent.run_dir / state_file.NAME).exists()


def test_a_reload_in_two_steps(start):
    parent = start()
    assert parent.offers(model.encode(CONFIG), 2) == Can(generation=2)
    parent.says(Commit(generation=2))
    assert parent.hears() == Committed(generation=2)
    other = Config(global_defs=NORMAL, instances=(instance(priority=120),))
    assert parent.offers(model.encode(other), 3) == Can(generation=3)
    assert parent.status()["generation"] == 2  # prepared is not committed
    parent.says(Commit(generation=3))
    assert parent.hears() == Committed(generation=3, changes=("VI: priority changed",))
    status = parent.status()
    assert (status["generation"], status["instances"][0]["priority"]) == (3, 120)


def test_a_reload_changes_how_the_kernel_runs_it_and_says_what_waits_for_a_new_process(start):
    parent = start()
    cpu = min(os.sched_getaffinity(parent.pid))
    changed = structs.replace(
        NORMAL, scheduling=Scheduling(rt_priority=0, nice=3, cpu_affinity=(cpu,)), netlink_receive_buffer=1 << 20
    )
    assert parent.offers(model.encode(structs.replace(CONFIG, global_defs=changed)), 2) == Can(generation=2)
    parent.says(Commit(generation=2))
    committed = parent.hears()
    assert isinstance(committed, Committed)
    assert "`vrrp_netlink_monitor_rcv_bufs` takes effect when the VRRP process starts anew" in committed.changes
    assert (os.sched_getaffinity(parent.pid), os.getpriority(os.PRIO_PROCESS, parent.pid)) == ({cpu}, 3)


def test_what_cannot_be_read_or_was_not_prepared_is_refused(start):
    parent = start()
    assert isinstance(parent.offers(b"nonsense", 2), Cannot)
    parent.says(Commit(generation=2))
    assert isinstance(parent.hears(), Cannot)
    assert parent.offers(model.encode(CONFIG), 3) == Can(generation=3)
    parent.says(Abort(generation=3))
    parent.says(Commit(generation=3))
    assert isinstance(parent.hears(), Cannot)


def test_an_interface_that_is_not_there_is_refused_and_nothing_changes(start):
    parent = start()
    eventually(lambda: is_master(parent))
    other = Config(global_defs=NORMAL, instances=(instance(interface="d1", priority=120),))
    answer = parent.offers(model.encode(other), 2)
    assert isinstance(answer, Cannot)
    assert answer.reason.startswith("VI: interface d1 does not exist; ")
    parent.says(Commit(generation=2))
    assert isinstance(parent.hears(), Cannot)
    status = parent.status()
    (router,) = status["instances"]
    assert (status["generation"], router["state"], router["priority"]) == (1, "MASTER", 100)


def test_orders_for_the_daemon_are_refused_politely(start):
    parent = start()
    outcome = ask(parent.run_dir, "vrrp.ctl", Request(do="reload"), patience_s=PATIENCE_S)
    assert outcome["ok"] is False
    assert "daemon.ctl" in outcome["words"]


def test_a_successor_carries_on(start):
    parent = start()
    eventually(lambda: is_master(parent))
    os.kill(parent.pid, 9)
    parent.ended()
    slow = Config(global_defs=NORMAL, instances=(instance(advert_interval=20_000_000),))
    successor = start(slow, page=parent.page, resume=True)
    assert successor.status()["instances"][0]["cause"] == "carries on for a predecessor that died"
