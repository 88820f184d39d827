"""Checks one text with `standfast check` and with `keepalived -t`, and prints what each of them costs."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from standfast.lab.namespace import Namespace, batch, require_root, run, unique_prefix

INTERFACES = 8
BODY = """$VI= \\
vrrp_instance vi${IF}.${NUM}.${ID} { \\
    interface eth${IF} \\
    virtual_router_id ${ID} \\
    mcast_dst_ip 224.0.${NUM}.18 \\
    priority 150 \\
    advert_int 1 \\
    virtual_ipaddress { \\
        10.${IF}.${NUM}.${ID}/32 \\
    } \\
}
"""
MANUAL = BODY + "~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $VI\n"
"""The manual's example of loops: 65,024 instances."""

RATIO = 3.0
MEMORY_MB = 1500
GROWTH = 2.6
"""Twice the text may cost that many times as much; linear is 2, quadratic 4."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    cpu_s: float
    wall_s: float
    rss_mb: float
    status: int
    finished: bool


def series(instances: int) -> str:
    """So many instances, each written out."""
    return "".join(
        f"vrrp_instance vi{n} {{\n    interface eth{n % INTERFACES}\n"
        f"    virtual_router_id {n // INTERFACES % 254 + 1}\n"
        f"    mcast_dst_ip 224.0.{n // 2032}.18\n    priority 150\n    advert_int 1\n    virtual_ipaddress {{\n"
        f"        10.{n >> 16}.{n >> 8 & 255}.{n & 255}/32\n    }}\n}}\n"
        for n in range(instances)
    )


def measure(command: list[str], limit_s: float) -> Cost:
    """Run a command without its output; CPU time of all its processes, and the largest one's memory."""
    started = time.monotonic()
    with Path(os.devnull).open("wb") as nothing:
        actions = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), number) for number in (1, 2)]
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions, setpgroup=0)
    timer = threading.Timer(limit_s, os.killpg, (pid, signal.SIGKILL))
    timer.start()
    _, status, used = os.wait4(pid, 0)
    timer.cancel()
    wall = time.monotonic() - started
    code = os.waitstatus_to_exitcode(status)
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1000, code, code != -signal.SIGKILL)


def commands(file: Path, host: Namespace) -> dict[str, list[str]]:
    """Who checks it, and how."""
    return {
        "standfast": [sys.executable, "-m", "standfast", "check", "--json", str(file)],
        "keepalived": ["ip", "netns", "exec", host.name, "keepalived", "-t", "-f", str(file)],
    }


def verdicts(costs: dict[str, dict[str, Cost]]) -> Iterator[tuple[str, bool]]:
    """Each target in words, and whether it is met."""
    manual = costs["manual"]
    ours, theirs = manual["standfast"], manual["keepalived"]
    at_least = "" if theirs.finished else "more than "
    words = f"{ours.cpu_s:.1f} s of CPU time beside {at_least}{theirs.cpu_s:.1f} s (at most {RATIO:g} times)"
    yield f"65,024 instances: {words}", ours.finished and ours.cpu_s <= RATIO * theirs.cpu_s
    yield f"memory: {ours.rss_mb:.0f} MB (below {MEMORY_MB})", ours.rss_mb < MEMORY_MB
    sizes = [name for name in costs if name != "manual"]
    for small, large in pairwise(sizes):
        factor = costs[large]["standfast"].cpu_s / costs[small]["standfast"].cpu_s
        yield f"from {small} to {large} instances: {factor:.2f} times (at most {GROWTH:g})", factor <= GROWTH


def main() -> None:
    """Measure, print, and end with 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the manual's example; under a minute")
    parser.add_argument("--limit", type=float, default=600, metavar="S", help="give a run up after that long (600)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was measured there")
    options = parser.parse_args()
    require_root()
    texts = {str(count): series(count) for count in (2000, 4000, 8000)}
    if not options.quick:
        texts["manual"] = MANUAL
    costs = _measured(texts, options.limit)
    if options.json:
        found = {text: {side: asdict(cost) for side, cost in sides.items()} for text, sides in costs.items()}
        options.json.write_text(json.dumps(found, indent=2) + "\n")
    judged = [] if options.quick else list(verdicts(costs))
    for words, met in judged:
        print(f"{'met   ' if met else 'MISSED'}  {words}")
    sys.exit(0 if all(met for _, met in judged) else 1)


def _measured(texts: dict[str, str], limit_s: float) -> dict[str, dict[str, Cost]]:
    host = Namespace(f"{unique_prefix()}-check")
    run("ip", "netns", "add", host.name)
    costs: dict[str, dict[str, Cost]] = {}
    try:
        batch([f"link add eth{n} type veth peer name p{n}" for n in range(INTERFACES)], inside=host)
        with tempfile.TemporaryDirectory() as directory:
            for name, text in texts.items():
                file = Path(directory, f"{name}.conf")
                file.write_text(text)
                costs[name] = {}
                for side, command in commands(file, host).items():
                    cost = costs[name][side] = measure(command, limit_s)
                    rest = "" if cost.finished else "  (given up)"
                    shown = f"{cost.cpu_s:8.2f} s CPU {cost.wall_s:8.2f} s {cost.rss_mb:6.0f} MB"
                    print(f"{name:>8} {side:12}{shown}{rest}", flush=True)
    finally:
        host.remove()
    return costs
