from __future__ import annotations

import msgspec
import pytest

from standfast.api import SECOND, Secret
from standfast.config.load import load_text
from standfast_notifiers.address.options import AddressOptions

VI = "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.10/24\n}\n}\n"


def loaded(*lines: str):
    found = load_text(VI + "address_webhook f {\n" + "\n".join(lines) + "\n}\n")
    made = [msgspec.msgpack.decode(each.options, type=AddressOptions) for each in found.health.providers]
    return made, [(d.code, d.message) for d in found.diagnostics], found.health


def test_everything():
    (options,), told, health = loaded(
        "instance VI_1", "claim_url https://x/assign", "claim_method put", "claim_body /b",
        "verify_url file:/u", "verify_json ip.server 42", "interval 10", "bearer_token credential:t",
    )  # fmt: skip
    assert told == []
    assert (options.instance, options.claim_url, options.claim_method) == (
        "VI_1",
        Secret(text="https://x/assign"),
        "PUT",
    )
    assert options.claim_body == "/b"
    assert (options.verify_url, options.verify_json) == (Secret(file="/u"), (("ip.server", "42"),))
    assert (options.interval, options.http.token) == (10 * SECOND, Secret(credential="t"))
    assert health.addresses == {"VI_1": ("192.0.2.10/24",)}
    assert health.needed


@pytest.mark.parametrize(
    ("lines", "code", "left"),
    [
        (["instance VI_1"], "SF6905", 0),
        (["claim_url https://x"], "SF6909", 0),
        (["claim_url https://x", "instance VI_2"], "SF6909", 0),
        (["claim_url https://x", "instance VI_1", "verify_json a b"], "SF6906", 1),
    ],
)
def test_what_is_wrong_is_told(lines, code, left):
    made, told, _ = loaded(*lines)
    assert [found for found, _ in told] == [code]
    assert len(made) == left
