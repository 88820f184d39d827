"""What a daemon looks like from outside: the parent's and the VRRP process's answers in one document.

The rule above all others: what is not known to be true now is not shown as if it were.  A daemon
that is gone or stuck never reads as MASTER.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from standfast.clock import now
from standfast.control.client import Denied, NoAnswer, Stuck, ask
from standfast.control.protocol import FRESH, SCHEMA, Request
from standfast.values import SECOND

Document: TypeAlias = dict[str, Any]

_GONE = "UNKNOWN (gone):"

_GRACE_S = 1
"""A router that has just become MASTER is still putting its addresses on: 250 instances at once need half of that."""

_TRIES = 2
"""A process that is being replaced hangs up on us; its successor answers."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The document, whether it can be believed, and whether clients are served as it says."""

    document: Document
    problems: tuple[str, ...]
    """In words; empty when every process has answered, its loop turns, and no MASTER lacks an address or route."""


def take(run_dir: Path, vrrp: Document | None = None) -> Picture:
    """Ask everybody. ``vrrp``: an answer of the VRRP process that is at hand already."""
    daemon, trouble = _ask(run_dir, "daemon.status")
    problems = [trouble] if trouble else []
    words = ""
    if vrrp is None:
        held_back = _held_back(daemon)
        vrrp, words = (None, held_back) if held_back else _ask(run_dir, "vrrp.status")
    if vrrp is not None and (age := now() - vrrp["turned_at"]) > FRESH:
        vrrp, words = None, f"UNKNOWN (stuck): the VRRP process's loop has not turned for {age / SECOND:.1f} s"
    if words and not (trouble.startswith(_GONE) and words.startswith(_GONE)):  # said once is enough
        problems.append(words)
    document = _document(daemon, vrrp, run_dir)
    problems += [words for instance in document["vrrp"]["instances"] if (words := _lacking(document, instance))]
    problems += _balanced(document, daemon, run_dir)
    problems += [
        f"the {name} process (PID {process['pid']}) is stuck" + (f": {process['detail']}" if process["detail"] else "")
        for name, process in document["processes"].items()
        if process["state"] == "stuck" and name != "vrrp"  # of which more is said above
    ]
    return Picture(document, tuple(problems))


def _ask(run_dir: Path, name: str) -> tuple[Document | None, str]:
    words = ""
    for _ in range(_TRIES):
        try:
            answer = ask(run_dir, name, Request(do="status"))
        except Stuck as error:
            return None, f"UNKNOWN (stuck): {error}"
        except Denied as error:
            return None, str(error)
        except NoAnswer as error:
            words = f"{_GONE} {error}"
            continue
        if "turned_at" in answer:
            return answer, ""
        words = f"{_GONE} the process behind {name} hung up: {answer.get('words', 'it is being replaced')}"
    return None, words


def _held_back(daemon: Document | None) -> str:
    """In a crash loop nobody would answer, and the parent says why; empty if there is somebody to ask."""
    if daemon is None or daemon["processes"]["vrrp"]["pid"] is not None:
        return ""
    process = daemon["processes"]["vrrp"]
    return f"no VRRP process runs ({process['state']}: {process['detail']})"


def _document(daemon: Document | None, vrrp: Document | None, run_dir: Path) -> Document:
    generated = datetime.datetime.now(datetime.UTC)
    return {
        "schema": SCHEMA,
        "generated_at": generated.isoformat(timespec="milliseconds"),
        "run_dir": str(run_dir),
        "daemon": None if daemon is None else _without(daemon, "processes", "away", "diagnostics"),
        "processes": _processes(daemon, vrrp),
        "diagnostics": [] if daemon is None else daemon["diagnostics"],
        "vrrp": {
            "fresh": vrrp is not None,
            "turned_at": None if vrrp is None else vrrp["turned_at"],
            "age_s": None if vrrp is None else round((now() - vrrp["turned_at"]) / SECOND, 6),
            "instances": _absent(daemon) if vrrp is None else vrrp["instances"],
            "groups": [] if vrrp is None else vrrp.get("groups", []),
            "trackers": [] if vrrp is None else vrrp.get("trackers", []),
            "notify": {} if vrrp is None else vrrp.get("notify", {}),
        },
        "virtual_servers": [],
        "targets": [],
        "providers": [],
        "notify_scripts": [] if vrrp is None else vrrp.get("notify_scripts", []),
        "http": None,
    }


def _balanced(document: Document, daemon: Document | None, run_dir: Path) -> list[str]:
    """Put services into the document, if there is a process that looks after them; what is wrong with them."""
    if daemon is None or "health" not in daemon["processes"]:
        return []
    health, words = _ask(run_dir, "health.status")
    if health is not None and (age := now() - health["turned_at"]) > FRESH:
        health, words = None, f"UNKNOWN (stuck): the health process's loop has not turned for {age / SECOND:.1f} s"
    if health is None:
        return [words]
    part = health.get("balancing") or {}
    document["virtual_servers"] = part.get("services", [])
    document["targets"] = health.get("targets") or []
    document["providers"] = health.get("providers") or []
    document["notify_scripts"] += health.get("notify_scripts", [])
    document["data_planes"], document["checks"] = part.get("planes", {}), part.get("checks", {})
    document["http"] = http = health.get("http")
    problems = [f"{each['name']}: {each['problem']}" for each in document["virtual_servers"] if each["problem"]]
    if http is not None and http.get("problem"):
        problems.append(f"over HTTP nobody is let in: {http['problem']}")
    failing = {} if http is None else http["failing"]
    return problems + [f"HTTP is not answered at {place}: {why}" for place, why in failing.items()]


def _lacking(document: Document, instance: Document) -> str:
    """What a MASTER stands for and does not have; empty if nothing: then it serves its clients."""
    made = datetime.datetime.fromisoformat(document["generated_at"])
    since = datetime.datetime.fromisoformat(instance["since"])
    if instance["state"] != "MASTER" or (made - since).total_seconds() < _GRACE_S:
        return ""
    present = {*instance["addresses_present"], *instance.get("routing_present", ())}
    wanted = (*instance["addresses_wanted"], *instance.get("routing_wanted", ()))
    missing = [each for each in wanted if each not in present]
    if not missing:
        return ""
    others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    verb = "are" if others else "is"
    return f"{instance['name']}: MASTER, but {missing[0]}{others} {verb} missing: the log has the reason"


def _processes(daemon: Document | None, vrrp: Document | None) -> Document:
    if daemon is not None:
        processes = dict(daemon["processes"])
        if vrrp is not None:
            processes["vrrp"] = processes["vrrp"] | {"pid": vrrp["pid"], "generation": vrrp["generation"]}
        return processes
    if vrrp is not None:  # the parent is gone or stuck, the speaker still speaks (or leaves)
        return {"vrrp": {"pid": vrrp["pid"], "generation": vrrp["generation"], "state": "running"}}
    return {}


def _absent(daemon: Document | None) -> list[Document]:
    """Instances that nobody speaks for: in a crash loop their addresses are off, otherwise we do not know."""
    if daemon is None:
        return []
    process = daemon["processes"]["vrrp"]
    state, cause = "UNKNOWN", f"the VRRP process is {process['state']}: {process['detail'] or 'it does not answer'}"
    if process["state"] == "crash loop":
        state, cause = "FAULT", f"crash loop: {process['detail']}"
    since = datetime.datetime.fromtimestamp(process["since"], datetime.UTC).isoformat(timespec="milliseconds")
    return [{"name": name, "state": state, "since": since, "cause": cause} for name in daemon["away"]]


def _without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}
