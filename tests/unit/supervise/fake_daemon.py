"""A daemon whose children are fakes: ``python fake_daemon.py FILE RUN_DIR [--dont-respawn]``.

FILE is JSON (see ``load``). The fake VRRP process writes what happens to it to RUN_DIR/events, one JSON object a line,
and does at once what RUN_DIR/orders says: ``busy`` (loop for ever), ``die`` (exit status 9).
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import trio

from standfast.clock import now
from standfast.config.diagnostics import Diagnostic, Span
from standfast.config.health_model import HealthConfig, Listener, Web
from standfast.config.model import Announcing, Config, GlobalDefs, Scheduling, VrrpInstance, decode
from standfast.config.operation_model import TimedReload
from standfast.config.script_model import Fifo, ProgramRules, ScriptCall
from standfast.health.part import Part
from standfast.health.process import main as run_health
from standfast.supervise import messages
from standfast.supervise.family import Programs
from standfast.supervise.generation import read_all
from standfast.supervise.options import Options, Parts
from standfast.supervise.spawner import main as spawn
from standfast.supervise.watchdog import run


def note(run_dir, **what):
    with (run_dir / "events").open("a") as out:
        out.write(json.dumps(what | {"pid": os.getpid(), "at": now()}) + "\n")


def load(file, *, config_id, environ, guard):
    if not Path(file).exists():
        missing = Diagnostic("error", "SF1001", Span(file, 1, 1, 1), "no such file")
        return SimpleNamespace(config=None, diagnostics=[missing], stops=[missing], files=[])
    wanted = json.loads(Path(file).read_text())
    if gate := wanted.get("gate"):
        Path(gate, "read").touch()
        while not Path(gate, "open").exists():
            time.sleep(0.01)
    span = Span(file, 1, 1, 2)
    found = [Diagnostic("error", "SF2001", span, words, source_line=words) for words in wanted.get("errors", ())]
    if wanted.get("fatal"):
        return SimpleNamespace(config=None, diagnostics=found, stops=found, files=[file])
    instances = tuple(
        VrrpInstance(name=name, interface="eth0", vrid=51, family=4, version=2, priority=100, announcing=Announcing())
        for name in wanted.get("instances", ("VI_1",))
    )
    config = Config(
        instances=instances,
        config_id=config_id,
        instance_name=wanted.get("instance", ""),
        child_wait_time=wanted.get("child_wait_time", 1),
        global_defs=GlobalDefs(
            programs=ProgramRules(
                startup=own_script(wanted, "startup"),
                shutdown=own_script(wanted, "shutdown"),
                fifos={name: Fifo(path=path) for name, path in wanted.get("fifos", {}).items()},
            ),
            process_names=wanted.get("names", {}),
            checker_scheduling=Scheduling(nice=wanted.get("checker_nice")),
            timed_reload=TimedReload(time_file=wanted.get("time_file", ""), repeat=wanted.get("repeat", False)),
        ),
    )
    health = HealthConfig(
        web=Web(listeners=(Listener(),)) if wanted.get("health") else Web(),
        router_id=wanted.get("router_id", ""),
        scripts=bool(wanted.get("scripts")),
        plugins=tuple(wanted.get("plugins", ())),
    )
    return SimpleNamespace(config=config, health=health, diagnostics=found)


def own_script(wanted, name):
    return ScriptCall(argv=("/bin/sh", "-c", wanted[name])) if name in wanted else None


def reap(run_dir, config, log):
    note(run_dir, what="reaped", instances=[instance.name for instance in decode(config).instances])
    return 0


def say_hello(pipes):
    for name, pipe in pipes.items():
        os.write(pipe, f"{name}\n".encode())


class Child:
    def __init__(self, setup):
        self.setup = setup
        self.said = set()

    def run(self):
        setup = self.setup
        names = [instance.name for instance in decode(read_all(setup.config)).instances]
        note(setup.run_dir, what="started", generation=setup.generation, resume=setup.resume, instances=names)
        say_hello(setup.pipes)
        self.obey_orders()
        self.say(messages.Ready(generation=setup.generation))
        while True:
            setup.page.beat(now())
            self.obey_orders()
            if select.select([setup.channel], [], [], 0.05)[0]:
                data, descriptors, _, _ = socket.recv_fds(setup.channel, 65536, 4)
                if not data:
                    note(setup.run_dir, what="orphaned")
                    return 0
                if self.hear(messages.decode_from_parent(data), descriptors):
                    return 0

    def hear(self, message, descriptors):
        setup = self.setup
        if isinstance(message, messages.Prepare):
            names = [instance.name for instance in decode(read_all(descriptors[0])).instances]
            if "die_on_prepare" in names:
                os._exit(9)
            self.pipes = dict(zip(message.pipes, descriptors[1:], strict=True))
            if "never" in names:
                self.say(messages.Cannot(generation=message.generation, reason="no interface of that name"))
            else:
                self.say(messages.Can(generation=message.generation))
        elif isinstance(message, messages.Commit):
            note(setup.run_dir, what="committed", generation=message.generation)
            say_hello(self.pipes)
            self.say(messages.Committed(generation=message.generation, changes=("1 instance added",)))
        elif isinstance(message, messages.Stop):
            note(setup.run_dir, what="stop", now=message.now)
            if (setup.run_dir / "hold").exists() and not message.now:
                return False
            self.say(messages.Stopped())
            return True
        return False

    def say(self, message):
        self.setup.channel.send(messages.encode(message))

    def obey_orders(self):
        orders = self.setup.run_dir / "orders"
        if not orders.exists():
            return
        order = orders.read_text()
        if order == "busy":
            orders.unlink()
            while True:
                pass
        if order == "die":
            os._exit(9)
        if order == "refuse":
            os._exit(2)
        if order == "flood":
            for number in range(20_000):
                self.setup.log.log("info", "flood", f"{number} " + "x" * 500)
                self.setup.page.beat(now())
            orders.unlink()
            note(self.setup.run_dir, what="flooded", dropped=self.setup.log.dropped)


def child(setup):
    return Child(setup).run()


class FakePart(Part):
    """Writes down what happens to it, and takes orders as the fake VRRP process does, from RUN_DIR/health_orders."""

    name = "fake"

    async def run(self):
        note(self.hub.run_dir, what="health started", generation=self.hub.generation, plugins=self.hub.config.plugins)
        while True:
            with trio.move_on_after(0.02):
                await trio.sleep_forever()
            orders = self.hub.run_dir / "health_orders"
            order = orders.read_text() if orders.exists() else ""
            if order == "busy":
                orders.unlink()
                while True:
                    pass
            if order == "die":
                os._exit(9)

    async def prepare(self, config):
        if config.router_id == "die":
            os._exit(9)
        return "no such checker here" if config.router_id == "refuse" else ""

    async def commit(self, config):
        if config.router_id == "die late":
            os._exit(9)
        note(self.hub.run_dir, what="health committed", generation=self.hub.generation)
        return ("1 server added",)

    def describe(self):
        return {"well": True}

    async def stop(self, *, leave):
        note(self.hub.run_dir, what="health stopped")


def health_child(setup):
    return run_health(setup, makers=(FakePart,))


if __name__ == "__main__":
    options = Options(
        file=sys.argv[1],
        run_dir=Path(sys.argv[2]),
        log_format="json",
        beside=True,
        respawn="--dont-respawn" not in sys.argv,
    )
    sys.exit(run(options, Parts(programs=Programs(child, health_child, spawn), load=load, reap=reap)))
