"""Balanced services and their servers as tables for people."""

from __future__ import annotations

from typing import Any

from standfast.cli.plain_table import PlainTable
from standfast.cli.tracked_table import clock_time

_LATE_MS = 100
"""Less is nothing that anybody notices."""

_SOON_DAYS = 30
"""Certificates that last longer are not worth a word."""

_ORDERS = (("ordered", "order"), ("weight ordered", "weight_order"))

_STYLES = {"up": "bold green", "down": "bold red", "drained": "yellow", "disabled": "magenta"}


def services_table(services: list[dict[str, Any]]) -> PlainTable | None:
    """A line for each service and one for each of its servers; None if there are none."""
    from rich.text import Text

    if not services:
        return None
    shown = PlainTable("service / server", "state", "weight", "since", "last check", "connections", "in / out")
    for service in services:
        shown.add_row(*_service(service))
        for server in service["servers"]:
            shown.add_row(*_server(server))
        if service["serving"] == "sorry":
            sorry = Text(f"  {service['sorry_server']}")
            shown.add_row(sorry, "sorry", "1", "", "serves instead of all others", "", "")
    return shown


def _service(service: dict[str, Any]) -> list[Any]:
    from rich.text import Text

    state = "up" if service["up"] else "down"
    words = f"{service['words']}; {service['scheduler']} {service['method']} by {service['backend'] or 'nobody'}"
    return [
        Text(service["name"], style="bold"),
        Text(state, style=_STYLES[state]),
        Text(f"{service['weight']} of {service['quorum']}"),
        Text(clock_time(service["since"])),
        Text(words),
        *_counted(service.get("statistics")),
    ]


def _server(server: dict[str, Any]) -> list[Any]:
    from rich.text import Text

    return [
        Text(f"  {server['server']}"),
        Text(server["state"], style=_STYLES.get(server["state"], "")),
        Text(_weight(server)),
        Text(clock_time(server["since"])),
        Text(_checks(server)),
        *_counted(server.get("statistics")),
    ]


def _weight(server: dict[str, Any]) -> str:
    """Effective; with what the data plane has, if that differs."""
    programmed = server["programmed"]
    if programmed == server["weight"]:
        return str(programmed)
    return f"{server['weight']} ({'out' if programmed is None else programmed})"


def _checks(server: dict[str, Any]) -> str:
    words = []
    for check in server["checks"]:
        took = f" ({check['ms']:g} ms)" if "ms" in check else ""
        words.append(f"{check['kind']}: {check['last']}{took}{_certificate(check)}")
    words += [f"{what} {_ordered(server[key])}" for what, key in _ORDERS if key in server]
    if "out_at" in server:
        words.append(f"taken out at {clock_time(server['out_at'])}")
    return "; ".join(words) or "no checks"


def _certificate(check: dict[str, Any]) -> str:
    """While there is time to get another one."""
    days = check.get("details", {}).get("certificate_days")
    if days is None or days > _SOON_DAYS:
        return ""
    return f", its certificate ends in {days} days" if days >= 0 else ", its certificate has ended"


def _ordered(origin: dict[str, str]) -> str:
    by, why = (f" by {origin['by']}" if origin["by"] else ""), (f": {origin['why']}" if origin["why"] else "")
    return f"at {clock_time(origin['since'])}{by}{why}"


def _counted(statistics: dict[str, int] | None) -> list[str]:
    if statistics is None:
        return ["", ""]
    connections = statistics.get("connections")
    ways = [statistics.get("bytes_in"), statistics.get("bytes_out")]
    shown = " / ".join("-" if each is None else size(each) for each in ways)
    return ["-" if connections is None else str(connections), shown]


def size(count: int) -> str:
    """``17 kB``."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} TB"


def checks_at_fault(checks: dict[str, Any]) -> list[str]:
    """Checkers that are themselves at fault, and how late checks are if that is noticeable."""
    words = [f"{label}: the checker {fault}" for label, fault in checks.get("faulty", {}).items()]
    late = checks.get("late_p99_ms", 0)
    return [*words, f"checks begin up to {late:.0f} ms late (99 of 100)"] if late > _LATE_MS else words
