from __future__ import annotations

import base64

import pytest

from standfast.config.health_model import Listener, TokenSource
from standfast.values import Address
from standfast.web.exchange import Request
from standfast.web.guard import refusal

TCP = Listener(address=Address.parse("127.0.0.1"), port=80)
TOKEN = TokenSource(file="/t", value="open-sesame-open")


def request(**headers):
    return Request("GET", "/status", {name.lower(): value for name, value in headers.items()})


def status(asked, listener=TCP, token=None):
    found = refusal(asked, listener, token)
    return None if found is None else found.status


@pytest.mark.parametrize("host", ["127.0.0.1:9166", "127.0.0.1", "[::1]:80", "localhost", "LOCALHOST:80", ""])
def test_asked_by_address(host):
    assert status(request(host=host)) is None


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9166", "127.0.0.1.evil.example", "[evil]", "x:y:z"])
def test_names_that_were_made_to_point_here(host):
    assert status(request(host=host)) == 421
    assert status(request(host=host), Listener(path="/run/x")) is None


def basic(password, user="x"):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("shown", ["Bearer open-sesame-open", "bearer  open-sesame-open", basic("open-sesame-open")])
def test_the_token_opens(shown):
    assert status(request(authorization=shown, host="any.name"), token=TOKEN) is None


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer open-sesame", "Basic !!!", "Basic /w==", basic("wrong"), "Digest open-sesame-open"]
)
def test_nothing_else_does(shown):
    assert status(request(authorization=shown), token=TOKEN) == 401


def test_a_token_that_could_not_be_read_opens_to_nobody():
    broken = TokenSource(file="/t", problem="cannot read")
    for shown in ("Bearer ", basic(""), ""):
        assert status(request(authorization=shown), token=broken) == 503
    assert status(request(), Listener(path="/run/x"), broken) is None
