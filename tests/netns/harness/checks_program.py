"""Runs inside a network namespace: LIBRARY DIRECTORY PAGES -> JSON, what keepalived's checker and ours say and ask."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import trio

from standfast.testing import servers as s
from standfast.values import SECOND
from standfast_checkers.http_get import HttpGet, HttpOptions
from standfast_checkers.rounds import Rounds
from standfast_checkers.smtp import SmtpCheck, SmtpOptions
from standfast_checkers.url import Url

OK = b"HTTP/1.0 200 OK\r\n\r\nhello"
WEB = {
    "page": s.answering(s.page(b"hello")),
    "status 500": s.answering(s.page(status=500)),
    "redirect": s.answering(s.page(status=301)),
    "line feeds alone": s.answering(b"HTTP/1.0 200 OK\n\nhello"),
    "no headers": s.answering(b"HTTP/1.0 200\r\n\r\n"),
    "two blanks": s.answering(b"HTTP/1.0  200 OK\r\n\r\nx"),
    "another protocol": s.answering(b"ICY 200 OK\r\n\r\nhello"),
    "broken header": s.answering(b"HTTP/1.1 200 OK\r\nbroken header\r\n: x\r\n\r\nhello"),
    "long head": s.answering(b"HTTP/1.0 200 OK\r\nX: " + b"x" * 20000 + b"\r\n\r\nhello"),
    "continue": s.answering(b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
    "cut head": s.answering(b"HTTP/1.0 200 OK\r\nServer"),
    "hangs up": s.hangs_up,
    "reset": s.resetting(),
    "reset in the page": s.resetting(OK),
    "silent": s.half_open(),
    "no end": s.half_open(s.page(b"hello")),
    "length too great": s.wrong_length(b"hello", 9),
    "length too small": s.wrong_length(b"hello", 2),
    "garbage": s.garbage(),
    "mail": s.talking(b"220 x\r\n"),
    "slow": s.slowly(OK, 0.02),
}
MAIL = {
    "greeting": s.talking(b"220 x\r\n", b"250 y\r\n", b"221 z\r\n"),
    "greeting of several lines": s.talking(b"220-a\r\n220 x\r\n", b"250-a\r\n250 y\r\n", b"221 z\r\n"),
    "no service": s.talking(b"554 x\r\n"),
    "HELO refused": s.talking(b"220 x\r\n", b"550 y\r\n"),
    "no answer to QUIT": s.talking(b"220 x\r\n", b"250 y\r\n"),
    "odd answer to QUIT": s.talking(b"220 x\r\n", b"250 y\r\n", b"500 z\r\n"),
    "silent mail": s.half_open(),
}
HEAD = "virtual_server 10.99.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\ndelay_loop 20\n"
ONCE = "connect_timeout 1\nwarmup 0\nretry 0\n"


async def main(library: str, directory: str, pages: str) -> None:
    """Everything at once, as it mostly waits."""
    verdicts: dict[str, tuple[str, str]] = {}
    asked: list[str] = []
    answers = iter(pages)
    async with AsyncExitStack() as stack:
        blocks, ports = [HEAD], {}
        for name, behaviour in {**WEB, **MAIL}.items():
            server = await stack.enter_async_context(s.tcp_server(behaviour))
            ports[str(server.port)] = name
            kind = "SMTP_CHECK {\n" if name in MAIL else "HTTP_GET {\nurl {\npath /\n}\n"
            blocks.append(f"real_server 127.0.0.1 {server.port} {{\n{kind}{ONCE}}}\n}}\n")
            verdicts[name] = (await _ours(name, server), "good")

        def scripted(request: bytes) -> bytes:
            asked.append(request.split()[1].decode()[1:])
            return s.page(status=200 if next(answers, "+") == "+" else 500)

        server = await stack.enter_async_context(s.tcp_server(s.answering(scripted)))
        urls = "".join(f"url {{\npath /{page}\n}}\n" for page in "abc")
        pace = "delay_loop 0.2\ndelay_before_retry 0.1\n"
        blocks.append(f"real_server 127.0.0.1 {server.port} {{\nHTTP_GET {{\n{urls}{ONCE}{pace}}}\n}}\n")
        log = await _theirs(library, directory, blocks)
        for port in re.findall(r"Removing service \[127\.0\.0\.1\]:tcp:(\d+)", log):
            if port in ports:
                verdicts[ports[port]] = (verdicts[ports[port]][0], "bad")
    print(json.dumps({"verdicts": verdicts, "pages": ["".join(_order(pages)), "".join(asked)]}))  # noqa: T201


async def _ours(name: str, server: s.Serving) -> str:
    target = server.target(connect_timeout=SECOND)
    if name in MAIL:
        return (await SmtpCheck(SmtpOptions(), target, None).check()).verdict
    return (await HttpGet(HttpOptions(urls=(Url(path="/"),)), target, None).check()).verdict


async def _theirs(library: str, directory: str, blocks: list[str]) -> str:
    """keepalived's log of a few seconds."""
    path = Path(directory) / "keepalived.conf"
    path.write_text("".join(blocks) + "}\n")
    pids = [f"--pid={directory}/pid", f"--checkers_pid={directory}/checkers"]
    process = await trio.lowlevel.open_process(
        ["keepalived", "-C", "-n", "-l", "-D", "-f", str(path), *pids],
        env={**os.environ, "LD_PRELOAD": library}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    said = b""
    with trio.move_on_after(6.5):
        async for piece in process.stdout:
            said += piece
    process.terminate()
    await process.wait()
    return said.decode()


def _order(pages: str) -> Iterator[str]:
    machine = Rounds(pages=3, patience=1)
    for answer in pages:
        yield "abc"[machine.page]
        machine.answered() if answer == "+" else machine.failed()


if __name__ == "__main__":
    trio.run(main, *sys.argv[1:])
