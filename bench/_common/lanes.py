"""Several measurements at once: fail-over at 1 s is mostly waiting, so lanes give more samples a minute."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TypeVar

from _common.bench import Bench

Job = TypeVar("Job")

_STAGGER_S = 0.37
"""Lanes start apart, so that their deadlines do not fall together."""


def run_in_lanes(jobs: Sequence[Job], lanes: int, work: Callable[[Bench, Job], None]) -> None:
    """Do all jobs, in order, on so many benches at once. The first exception in a lane ends the whole and is raised."""
    queue = iter(jobs)
    lock = threading.Lock()
    failures: list[BaseException] = []

    def mine() -> Iterator[Job]:
        while not failures:
            with lock:
                head = list(itertools.islice(queue, 1))
            if not head:
                return
            yield head[0]

    def lane(bench: Bench, number: int) -> None:
        time.sleep(number * _STAGGER_S)
        try:
            for job in mine():
                work(bench, job)
        except BaseException as error:
            failures.append(error)

    with ExitStack() as stack:
        benches = [stack.enter_context(Bench()) for _ in range(min(lanes, len(jobs)))]
        # Daemon threads: Ctrl-C leaves through the labs' clean-up without waiting for a round to end.
        threads = [threading.Thread(target=lane, args=(bench, n), daemon=True) for n, bench in enumerate(benches)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
