"""Orders about servers, and the names that people call them by."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.health.books import Books
from standfast.health.orders import Unknown, Wish, carry_out, order, server_named, services_named
from standfast.health.server import Origin
from standfast.values import SECOND

TEXT = """
virtual_server_group web {
    192.0.2.11 80
}
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
        weight 5
    }
    real_server 10.0.0.1 81 {
    }
    real_server 10.0.0.2 80 {
    }
}
virtual_server fwmark 7 {
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 {
    }
}
virtual_server group web {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
}
"""


@pytest.fixture
def books() -> Books:
    made = Books(lambda _service, _told: None, lambda _words: None)
    made.begin(load_text(TEXT).balancing, 0)
    return made


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[192.0.2.10]:tcp:80", "[192.0.2.10]:tcp:80"),
        ("192.0.2.10:80", "[192.0.2.10]:tcp:80"),
        ("192.0.2.10", "[192.0.2.10]:tcp:80"),
        ("7", "FWM 7"),
        ("FWM 7", "FWM 7"),
        ("web", "[web]:tcp"),
        ("[web]:0", "[web]:tcp"),
    ],
)
def test_services_are_called_in_many_ways(books, text, name):
    assert [service.name for service in services_named(books, text)] == [name]


def test_all_and_none(books):
    assert len(services_named(books, "")) == 3
    with pytest.raises(Unknown, match=r"no virtual server is called `10\.9\.9\.9`; there are: "):
        services_named(books, "10.9.9.9")


def test_servers_are_called_by_address_and_port_or_by_address_if_that_is_clear(books):
    (service,) = services_named(books, "192.0.2.10:80")
    assert server_named(service, "10.0.0.1:81").label == "[10.0.0.1]:81"
    assert server_named(service, "10.0.0.2").label == "[10.0.0.2]:80"
    with pytest.raises(Unknown, match="several real servers"):
        server_named(service, "10.0.0.1")
    with pytest.raises(Unknown, match=r"has no real server `10\.0\.0\.9`"):
        server_named(service, "10.0.0.9")


@pytest.mark.parametrize(
    ("action", "amount", "within", "words", "weight", "alive"),
    [
        ("drain", None, None, "gets no new connections", 0, True),
        ("drain", None, 30 * SECOND, "gets no new connections, and is taken out after 30 s", 0, True),
        ("disable", None, None, "is taken out", 5, False),
        ("weight", 9, None, "has the weight 9", 9, True),
        ("weight", None, None, "has the weight 5, as configured", 5, True),
        ("enable", None, None, "counts again", 5, True),
    ],
)
def test_orders(books, action, amount, within, words, weight, alive):
    (service,) = services_named(books, "192.0.2.10:80")
    server = service.servers[0]
    wish = Wish(action, Origin(100, "anna", "kernel"), amount, within)
    assert order(wish, server) == words
    carry_out(books, wish, service, server)
    assert (server.weight, server.alive) == (weight, alive)
    assert server.order_ends == (None if within is None else 100 + within)
    assert server.order_from == (wish.origin if server.order else None)
    assert server.weight_from == (wish.origin if amount is not None else None)
    enable = Wish("enable", Origin(101))
    order(enable, server)
    carry_out(books, enable, service, server)
    assert (server.weight, server.alive, server.order_ends) == (5, True, None)
    assert service.weight == 7


def test_a_weight_that_cannot_be_changes_nothing(books):
    (service,) = services_named(books, "192.0.2.10:80")
    with pytest.raises(ValueError, match="a weight is 0 to"):
        order(Wish("weight", Origin(1), -1), service.servers[0])
    assert service.servers[0].weight_ordered is None


def test_who_disabled_a_server_is_told():
    told = []
    books = Books(lambda _service, each: told.extend(each), lambda _words: None)
    books.begin(load_text(TEXT).balancing, 0)
    (service,) = services_named(books, "192.0.2.10:80")
    wish = Wish("disable", Origin(100, "anna", "kernel"))
    order(wish, service.servers[0])
    carry_out(books, wish, service, service.servers[0])
    assert told[-1].event.cause == "disabled by order of anna: kernel"
