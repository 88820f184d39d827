"""Who is answered: by token, and never a page of somebody else that a browser on this machine was made to open."""

from __future__ import annotations

import base64
import binascii
import hmac
from http import HTTPStatus

from standfast.config.health_model import Listener, TokenSource
from standfast.values import Address
from standfast.web.exchange import Request, Response, text

_ASK = (("WWW-Authenticate", 'Basic realm="standfast", charset="UTF-8"'),)


def refusal(request: Request, listener: Listener, token: TokenSource | None) -> Response | None:
    """Why this is not answered; None: it is."""
    if listener.address is None:  # the socket's permissions have decided
        return None
    if token is None:
        if not _named_by_address(request.headers.get("host", "")):
            words = "ask by address (127.0.0.1), not by a name: names can be made to point here from elsewhere"
            return text(HTTPStatus.MISDIRECTED_REQUEST, words)
        return None
    if token.problem:
        return text(HTTPStatus.SERVICE_UNAVAILABLE, "nobody is let in: the token could not be read, see the log")
    if not _shown(request.headers.get("authorization", ""), token.value):
        return text(HTTPStatus.UNAUTHORIZED, "a token is needed", _ASK)
    return None


def _shown(authorization: str, token: str) -> bool:
    scheme, _, rest = authorization.partition(" ")
    given = rest.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(errors="surrogateescape"), token.encode())


def _named_by_address(host: str) -> bool:
    """``127.0.0.1:9166``, ``[::1]``, ``localhost``; also nothing at all, as programs of old send it."""
    name = host.rpartition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() in ("", "localhost"):
        return True
    try:
        Address.parse(name)
    except ValueError:
        return False
    return True
