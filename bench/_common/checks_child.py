"""standfast's side of bench/checks: the checks of a configuration by core's scheduler, in one process.

python -m _common.checks_child FILE      until SIGTERM; then one line of JSON
"""

from __future__ import annotations

import json
import signal
import sys

import trio

from standfast.config.load import load
from standfast.contract.checking import CheckResult, ScriptEnd
from standfast.health.heap import settling
from standfast.health.lent import Lent
from standfast.health.roster import Roster
from standfast.health.scheduler import Scheduler
from standfast.plugins import installed_plugins


class Asker:
    """Wants to know how each check ended, and the next one after the same time."""

    suspended = False

    def __init__(self, wait: int) -> None:
        self._wait = wait
        self.bad = 0

    @property
    def eager(self) -> bool:
        """As servers are: nothing waits for its first result."""
        return False

    def heard(self, result: CheckResult, now: int) -> int:
        """As the bookkeeping of a server would, with nothing to keep."""
        self.bad += result.verdict != "good"
        return self._wait


async def run(path: str) -> None:
    """Until SIGTERM."""
    loaded = load(path, config_id="")
    scheduler = Scheduler(lambda *words: print(*words, file=sys.stderr))
    lent = Lent(_no_script, lambda *_: None, lambda *words: print(*words, file=sys.stderr))
    askers: list[Asker] = []
    wishes = []
    for service in loaded.balancing.virtual_servers:
        for server in service.real_servers:
            for checker in server.checkers:
                askers.append(Asker(checker.pace.delay_loop))
                wishes.append((checker, str(server.address), askers[-1]))
    with settling():
        Roster(scheduler, installed_plugins().checkers, lent).wish(wishes)
    del loaded, wishes
    with trio.open_signal_receiver(signal.SIGTERM) as stops:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(scheduler.run)
            async for _ in stops:
                nursery.cancel_scope.cancel()
                break
    lateness = scheduler.figures.lateness
    report = {
        "made": scheduler.figures.made,
        "bad": sum(asker.bad for asker in askers),
        "p99_ms": lateness.percentile(99) / 1000,
        "worst_ms": lateness.worst / 1000,
    }
    print(json.dumps(report), flush=True)


async def _no_script(*_: object) -> ScriptEnd:
    return ScriptEnd(status=None, problem="no scripts here")


if __name__ == "__main__":
    trio.run(run, sys.argv[1])
