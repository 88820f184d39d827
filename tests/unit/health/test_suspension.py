"""Services whose address is elsewhere are not checked."""

from __future__ import annotations

import os
from types import SimpleNamespace

import trio

from standfast.health.suspension import judge, watch
from standfast.values import Address

HERE, ELSEWHERE = Address.parse("192.0.2.1"), Address.parse("192.0.2.2")


def service() -> SimpleNamespace:
    return SimpleNamespace(suspended=False)


class Book:
    def __init__(self, *addresses: Address) -> None:
        self.addresses = set(addresses)

    def owns(self, address: Address) -> bool:
        return address in self.addresses


def test_only_those_that_change_are_told():
    here, away = service(), service()
    pairs = [(here, HERE), (away, ELSEWHERE)]
    book = Book(HERE)
    assert judge(pairs, book) == [away]
    assert judge(pairs, book) == []
    assert (here.suspended, away.suspended) == (False, True)
    book.addresses = {ELSEWHERE}
    assert judge(pairs, book) == [here, away]


class Watchman:
    owes_a_resync = False

    def __init__(self) -> None:
        self.host = Book()
        self.reading, self.writing = os.pipe()

    def fileno(self) -> int:
        return self.reading

    def read(self, limit: int = 64) -> list[object]:
        os.read(self.reading, 100)
        self.host.addresses = {HERE}
        return [1]


async def test_the_kernel_is_listened_to():
    only, told, again = service(), [], trio.Event()
    watchman = Watchman()

    def changed(found: list[object]) -> None:
        told.append(found)
        if len(told) == 2:
            again.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch, watchman, lambda: [(only, HERE)], changed)
        await trio.testing.wait_all_tasks_blocked()
        assert (only.suspended, told) == (True, [[only]])
        os.write(watchman.writing, b"x")
        with trio.fail_after(60):
            await again.wait()
        nursery.cancel_scope.cancel()
    assert (only.suspended, told) == (False, [[only], [only]])
    os.close(watchman.reading)
    os.close(watchman.writing)
