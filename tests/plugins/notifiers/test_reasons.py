from __future__ import annotations

import errno
import socket
import ssl

import pytest

from standfast_notifiers.reasons import reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ECONNREFUSED, "Error connecting to ('127.0.0.1', 1): Connection refused"), "Connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "[SSL] wrong version number"),
        (OSError("all attempts to connect failed"), ""),
        (ValueError("x"), ""),
        (None, ""),
    ],
)
def test_the_systems_words(error, words):
    assert reason(error) == words
