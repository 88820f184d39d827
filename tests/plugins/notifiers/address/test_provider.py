from __future__ import annotations

import pytest

from standfast.api import Claim, NotDelivered, Secret
from standfast.testing import check_address_provider
from standfast.testing.servers import answering, page, request, tcp_server
from standfast_notifiers.address.options import AddressOptions
from standfast_notifiers.address.provider import WebhookAddress, matches, value_at

CLAIM = Claim(instance="VI", host="lb-a", addresses=("192.0.2.10/24",))


def provider(port: int, **more) -> WebhookAddress:
    url = f"http://127.0.0.1:{port}"
    given = {"verify_url": Secret(text=f"{url}/ip"), "verify_json": (("ip.server", "42"),)} | more
    return WebhookAddress(AddressOptions(instance="VI", claim_url=Secret(text=f"{url}/assign"), **given))


async def cloud(stream) -> None:
    asked = await request(stream)
    if asked.startswith(b"POST") and not asked.endswith(b"}"):
        await request(stream, b"}")
    await stream.send_all(page(b'{"ip": {"server": 42}}'))
    await stream.aclose()


async def test_it_keeps_the_contract():
    async with tcp_server(cloud) as server:
        await check_address_provider(lambda: provider(server.port), CLAIM)
    assert server.asked[0].startswith(b"POST /assign ")
    assert b'{"instance": "VI", "host": "lb-a", "addresses": ["192.0.2.10/24"]}' in server.asked[0]
    assert server.asked[2].startswith(b"GET /ip ")


@pytest.mark.parametrize(
    ("body", "more", "ours"),
    [
        (b'{"ip": {"server": 41}}', {}, False),
        (b'{"ip": null}', {}, False),
        (b"whatever", {"verify_json": ()}, True),
        (b"", {"verify_url": None}, None),
    ],
)
async def test_whose_it_is(body, more, ours):
    async with tcp_server(answering(page(body))) as server:
        one = provider(server.port, **more)
        assert await one.verify(CLAIM) is ours
        await one.close()


@pytest.mark.parametrize(
    ("answer", "words"), [(page(b"", 500), "answered 500"), (page(b"{"), "no JSON"), (page(b"", 403), "answered 403")]
)
async def test_a_cloud_that_is_ill(answer, words):
    async with tcp_server(answering(answer)) as server:
        one = provider(server.port)
        with pytest.raises(NotDelivered, match=words):
            await one.verify(CLAIM)
        await one.close()


@pytest.mark.parametrize(
    ("path", "wanted", "is_so"),
    [
        ("a.0.b", "1", True),
        ("a.0.c", "x y", True),
        ("a.0.d", "true", True),
        ("a.0.e", "null", True),
        ("a.1", "1", False),
        ("a.x", "1", False),
        ("a.0.b.c", "1", False),
        ("a.0.b", "01", False),
    ],
)
def test_what_stands_where(path, wanted, is_so):
    document = {"a": [{"b": 1, "c": "x y", "d": True, "e": None}]}
    assert matches(value_at(document, path), wanted) is is_so


async def test_a_body_of_ones_own(tmp_path):
    path = tmp_path / "body"
    path.write_text('{"server": "${host}", "ip": "${address}"}')
    async with tcp_server(cloud) as server:
        one = provider(server.port, claim_body=str(path))
        await one.claim(CLAIM)
        await one.close()
    assert server.asked[0].endswith(b'{"server": "lb-a", "ip": "192.0.2.10"}')
    for text in ("{", '{"a": "${nothing}"}'):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"no JSON|no `nothing`"):
            provider(1, claim_body=str(path))
