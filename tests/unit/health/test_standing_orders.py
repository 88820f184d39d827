"""What people ordered, over the end of processes, restarts and reloads."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standfast import clock
from standfast.config.load import load_text
from standfast.health import standing_orders
from standfast.health.names import Name, resolved
from standfast.health.reconcile import services_of
from standfast.health.server import Origin
from standfast.health.standing_orders import FILE, StandingOrders, said
from standfast.values import SECOND, Address

TEXT = """
virtual_server 192.0.2.10 80 {
    protocol TCP
    lvs_sched rr
    lvs_method NAT
    real_server 10.0.0.1 80 {
    }
    real_server 10.0.0.2 80 {
    }
}
"""
NAME = "[192.0.2.10]:tcp:80"
ANNA = Origin(1_000_000, "anna", "new kernel")


def services(text: str = TEXT, *addresses: str):
    answers = {Name("web.test", 4): tuple(map(Address.parse, addresses))}
    return services_of(resolved(load_text(text).balancing, answers), 0)


@pytest.fixture(autouse=True)
def _one_offset(monkeypatch):
    monkeypatch.setattr(standing_orders, "_since_1970", lambda: 1_700_000_000 * SECOND)


class Process:
    """One after another, over the same run directory."""

    def __init__(self, run_dir, text: str = TEXT, *addresses: str) -> None:
        self.lines: list[str] = []
        self.orders = StandingOrders(run_dir, lambda level, _event, words: self.lines.append(f"{level}: {words}"))
        self.orders.load()
        self.services = services(text, *addresses)
        for service in self.services.values():
            self.orders.remind(service)

    def __getitem__(self, number: int):
        return self.services[NAME].servers[number]

    def reload(self, text: str, *addresses: str) -> None:
        """As books and part do it."""
        fresh = services(text, *addresses)
        for service in fresh.values():
            self.orders.remind(service)
        self.services = fresh
        self.orders.note(fresh, load_text(text).balancing)


def drain(process: Process, number: int = 0, ends: int | None = None) -> str:
    process[number].order, process[number].order_ends, process[number].order_from = "drained", ends, ANNA
    return process.orders.note(process.services)


def test_a_drained_server_is_drained_for_every_successor_until_it_is_enabled(tmp_path):
    first = Process(tmp_path)
    assert drain(first) == ""
    first[1].weight_ordered, first[1].weight_from = 7, Origin(2_000_000)
    first.orders.note(first.services)
    second = Process(tmp_path)
    assert (second[0].order, second[0].weight, second[1].weight) == ("drained", 0, 7)
    assert second[0].order_from == ANNA
    second.orders.tell(second.services)
    day = clock.iso(ANNA.at)[:16].replace("T", " ")
    assert second.lines == [
        f"warning: [10.0.0.1]:80 of {NAME} still is drained since {day} UTC by anna: new kernel",
        f"warning: [10.0.0.2]:80 of {NAME} still is weighed 7 since {clock.iso(2_000_000)[:16].replace('T', ' ')} UTC",
    ]
    second[0].order = ""
    second[1].weight_ordered = None
    second.orders.note(second.services)
    assert not (tmp_path / FILE).exists()
    assert Process(tmp_path)[0].order == ""


def test_a_disabled_server_is_out_from_the_start(tmp_path):
    first = Process(tmp_path)
    first[0].order = "disabled"
    first.orders.note(first.services)
    second = Process(tmp_path)
    service = second.services[NAME]
    service.begin(0)
    assert [member.address for member in service.pool().members] == [Address.parse("10.0.0.2")]


def test_times_are_of_the_wall_on_disk(tmp_path, monkeypatch):
    """The machine was booted in between: its clock has begun anew."""
    monkeypatch.setattr(standing_orders, "_since_1970", lambda: 5_000 * SECOND)
    drain(Process(tmp_path), ends=130 * SECOND)
    monkeypatch.setattr(standing_orders, "_since_1970", lambda: 5_100 * SECOND)
    after = Process(tmp_path)
    assert (after[0].order_ends, after[0].order_from.at) == (30 * SECOND, 1_000_000 - 100 * SECOND)


def test_a_reload_without_the_server_ends_the_order(tmp_path):
    process = Process(tmp_path)
    drain(process)
    process.reload(TEXT.replace("10.0.0.1 80", "10.0.0.3 80"))
    assert not (tmp_path / FILE).exists()
    gone = f"[10.0.0.1]:80 of {NAME} is not configured any more: what was ordered about it is forgotten (drained)"
    assert process.lines == [f"info: {gone}"]
    process.reload(TEXT)
    assert process[0].order == ""


def test_a_start_without_the_server_keeps_it(tmp_path):
    """A fault in the file may have left the server out; a later reload brings it back."""
    drain(Process(tmp_path))
    process = Process(tmp_path, TEXT.replace("10.0.0.1 80", "10.0.0.3 80"))
    process.orders.tell(process.services)
    assert process.lines == [f"info: [10.0.0.1]:80 of {NAME} is not there; what was ordered about it (drained) is kept"]
    process.reload(TEXT)
    assert process[0].order == "drained"


def test_a_name_that_means_other_addresses_for_a_while_changes_nothing(tmp_path):
    text = TEXT.replace("real_server 10.0.0.1 80 {", "real_server 10.0.0.1 80 {\ndns_name web.test")
    process = Process(tmp_path, text, "10.0.0.11", "10.0.0.12")
    drain(process)
    process.reload(text, "10.0.0.12")
    assert process[0].order == ""
    process.reload(text, "10.0.0.11", "10.0.0.12")
    assert process[0].order == "drained"
    process.reload(text, "10.0.0.12")
    assert process.orders.forget(process.services[NAME], "10.0.0.12:80") == "", "it is there"
    assert process.orders.forget(process.services[NAME], "10.0.0.11:80") == "[10.0.0.11]:80"
    assert not (tmp_path / FILE).exists()
    process.reload(text, "10.0.0.11", "10.0.0.12")
    assert process[0].order == ""


def test_what_cannot_be_written_is_said_and_tried_again(tmp_path, monkeypatch):
    process = Process(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(standing_orders, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        problem = drain(process)
    assert problem == f"cannot write {tmp_path / FILE}: No space left; a restart forgets the order"
    assert process.lines == [f"warning: {problem}"]
    assert process.orders.note(process.services) == ""
    assert Process(tmp_path)[0].order == "drained"


def test_what_is_the_same_is_not_written_again(tmp_path, monkeypatch):
    process = Process(tmp_path)
    drain(process)
    monkeypatch.setattr(standing_orders, "save", lambda *_: pytest.fail("written again"))
    process.orders.note(process.services)
    again = Process(tmp_path)
    assert again.orders.note(again.services) == ""


@settings(deadline=None)
@given(st.binary(max_size=80))
@example(b'{"a":{"b":{"order":"drained"}}}')
@example(b"\x81\xa5\x00\x00\x00\x00\x80")
def test_any_file_is_read_or_said_to_be_unreadable(tmp_path_factory, data):
    directory = tmp_path_factory.mktemp("run")
    (directory / FILE).write_bytes(data)
    lines = Process(directory).lines
    assert all("servers that were drained or disabled count again" in line for line in lines)


@pytest.mark.parametrize(
    "held",
    [
        '{"order":"drained","ends":99999999999999999999999}',
        '{"weight":-5}',
        '{"weight":4294967296}',
        '{"order":"disabled","order_from":{"at":99999999999999999999999}}',
    ],
)
def test_numbers_that_nobody_can_have_ordered_are_not_obeyed(tmp_path, held):
    (tmp_path / FILE).write_text(f'{{"{NAME}":{{"[10.0.0.1]:80":{held}}}}}')
    process = Process(tmp_path)
    assert len(process.lines) == 1
    assert "cannot be read" in process.lines[0]
    assert (process[0].order, process[0].weight_ordered) == ("", None)
    process.orders.tell(process.services)


def test_a_file_that_is_none_is_said(tmp_path):
    (tmp_path / FILE).mkdir()
    assert Process(tmp_path).lines == [
        f"error: {tmp_path / FILE} cannot be read (Is a directory): servers that were drained or disabled count again"
    ]


def test_words_for_a_server_without_orders(tmp_path):
    assert list(said(Process(tmp_path)[0])) == []
