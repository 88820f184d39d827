"""A headless Chromium, spoken to over its debugging pipe."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

COMMAND = [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
]  # fmt: skip
ANSWER_S = 100


class Browser:
    """One page. The pipe carries JSON with a NUL behind each message (DevTools protocol)."""

    def __init__(self, home: Path) -> None:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        shell = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        words = [*COMMAND, f"--user-data-dir={home}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "chromium", str(theirs_in), str(theirs_out), *words],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._heard = b""
        self._number = 0
        self._session = ""

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def open(self, url: str) -> None:
        """Show this."""
        target = self._do("Target.createTarget", url=url)["targetId"]
        self._session = self._do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def evaluate(self, expression: str) -> Any:
        """The value of some JavaScript."""
        return self._do("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression: str, right: Callable[[Any], bool], seconds: float = 60) -> Any:
        """Until the value is right."""
        deadline = time.monotonic() + seconds
        while not right(value := self.evaluate(expression)):
            assert time.monotonic() < deadline, value
            time.sleep(0.1)
        return value

    def text(self) -> str:
        """What is read on the page."""
        return str(self.evaluate("document.body.innerText"))

    def look(self, width: int, height: int, scheme: str) -> bytes:
        """A picture (PNG) of the page on a screen of this size, ``light`` or ``dark``."""
        self._do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._do("Emulation.setDeviceMetricsOverride", **metrics)
        return base64.b64decode(self._do("Page.captureScreenshot", format="png")["data"])

    def _do(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]  # type: ignore[no-any-return]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._heard:
            assert select.select([self._in], [], [], ANSWER_S)[0], "chromium does not answer"
            piece = os.read(self._in, 65_536)
            assert piece, "chromium has ended"
            self._heard += piece
        message, _, self._heard = self._heard.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "home")
    yield made
    made.close()
