"""What people order about servers: drain, enable, disable, weight. Pure but for the books that it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from standfast.health.books import Books
from standfast.health.server import MAX_WEIGHT, Origin, Server
from standfast.health.service import Service
from standfast.values import seconds

Action: TypeAlias = Literal["drain", "enable", "disable", "weight"]


class Unknown(LookupError):  # noqa: N818 - an answer
    """There is no such service or server, or several; ``str()`` is fit for people."""


def services_named(books: Books, text: str) -> list[Service]:
    """The service of this name, address with port (``192.0.2.10:80``), or FIFO label; empty text: all of them.

    Raises :class:`Unknown`.
    """
    if not text:
        return list(books.services.values())
    if text in books.services:
        return [books.services[text]]
    found = [each for each in books.services.values() if text in _service_names(each)]
    if not found:
        known = ", ".join(books.services) or "none"
        raise Unknown(f"no virtual server is called `{text}`; there are: {known}")
    return found


def _service_names(service: Service) -> set[str]:
    config = service.config
    names = {service.label, config.name}
    if config.address is not None:
        names |= _endpoint_names(str(config.address), config.port)
    if config.group:
        names.add(config.group)
    if config.mark:
        names |= {str(config.mark), f"fwmark {config.mark}"}
    return names


def _endpoint_names(address: str, port: int) -> set[str]:
    return {f"[{address}]:{port}", f"{address} {port}", address} | (
        {f"{address}:{port}"} if ":" not in address else set()
    )


def server_named(service: Service, text: str) -> Server:
    """A real server of it, by address and port (``10.0.0.1:80``), or address alone. Raises :class:`Unknown`."""
    found = [
        server for server in service.servers if text in _endpoint_names(str(server.config.address), server.config.port)
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(server.label for server in service.servers)
    what = f"several real servers of {service.name} are called" if found else f"{service.name} has no real server"
    raise Unknown(f"{what} `{text}`; there are: {known}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a server."""

    action: Action
    origin: Origin
    amount: int | None = None
    """`weight`: None: the configured one again."""
    within: int | None = None
    """`drain`: microseconds until it is taken out; None: never."""


def order(wish: Wish, server: Server) -> str:
    """Mark the server, and say what it comes to. Raises :class:`ValueError` for a weight that cannot be.

    The rest follows by :func:`carry_out`, when it is written down.
    """
    return _ACTIONS[wish.action](server, wish)


def carry_out(books: Books, wish: Wish, service: Service, server: Server) -> None:
    """Draw the consequences of an order."""
    cause = f"{wish.action}d by order".replace("weightd", "weighted")
    books.heed(service, service.settle(server, cause, wish.origin.at))


def _drain(server: Server, wish: Wish) -> str:
    within = wish.within
    server.order, server.order_from = "drained", wish.origin
    server.order_ends = None if within is None else wish.origin.at + within
    ending = "" if within is None else f", and is taken out after {seconds(within)}"
    return f"gets no new connections{ending}"


def _enable(server: Server, wish: Wish) -> str:
    server.order, server.order_ends, server.order_from = "", None, None
    server.weight_ordered, server.weight_from = None, None
    return "counts again" if server.healthy else f"counts again when it is well: {server.why_down()}"


def _disable(server: Server, wish: Wish) -> str:
    server.order, server.order_ends, server.order_from = "disabled", None, wish.origin
    return "is taken out"


def _weigh(server: Server, wish: Wish) -> str:
    amount = wish.amount
    if amount is not None and not 0 <= amount <= MAX_WEIGHT:
        raise ValueError(f"a weight is 0 to {MAX_WEIGHT}, not {amount}")
    server.weight_ordered, server.weight_from = amount, None if amount is None else wish.origin
    return f"has the weight {server.weight}" + (", as configured" if amount is None else "")


_ACTIONS = {"drain": _drain, "enable": _enable, "disable": _disable, "weight": _weigh}
