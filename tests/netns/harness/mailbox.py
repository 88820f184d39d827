"""A mail server inside a network namespace, and what it was sent."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP

from standfast.lab.namespace import Namespace


@contextmanager
def mailbox(place: Namespace, address: str) -> Iterator[tuple[int, list[str]]]:
    """Its port, which the kernel chooses, and the mails that it got."""
    mails: list[str] = []

    class Keeps:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            mails.append(envelope.content.decode().replace("\r\n", "\n"))
            return "250 taken"

    with place.entered():
        sock = socket.create_server((address, 0))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(Keeps(), loop=loop, hostname="relay"), sock=sock)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield sock.getsockname()[1], mails
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def shown(mail: str) -> list[str]:
    """A mail without its date."""
    return [re.sub(r"^Date: .*", "Date: ", line) for line in mail.strip().splitlines()]
