"""A real mail server, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

import pytest
from aiosmtpd.smtp import SMTP


@contextmanager
def serving(handler, *, port=0, over_tls=None, **settings):
    """Its port. ``over_tls``: a server's context, from the first byte."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start():
        def factory():
            return SMTP(handler, hostname="relay.example.com", loop=loop, enable_SMTPUTF8=True, **settings)

        return await loop.create_server(factory, "127.0.0.1", port, ssl=over_tls)

    async def stop(server):
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(60)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@pytest.fixture
def mail_server():
    return serving
