"""Why something on the network came to nothing, in the system's words alone."""

from __future__ import annotations

import os
import socket
import ssl


def reason(error: BaseException | None) -> str:
    """``Connection refused``; empty if the error has no number of its own.

    trio puts the address that it tried in front (``Error connecting to (...)``), which whoever reads it knows.
    """
    if not isinstance(error, OSError):
        return ""
    if error.errno is None or isinstance(error, socket.gaierror | ssl.SSLError):
        return error.strerror or ""
    return os.strerror(error.errno)
