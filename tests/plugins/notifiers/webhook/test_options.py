from __future__ import annotations

import msgspec
import pytest

from standfast.api import SECOND, Secret
from standfast.config.load import load_text
from standfast.net.tls import TlsSetting
from standfast_notifiers.webhook.options import KINDS, STATEFUL, USUAL, WebhookOptions


def loaded(text: str):
    found = load_text(text)
    targets = [msgspec.msgpack.decode(each.options, type=WebhookOptions) for each in found.health.targets]
    return targets, [(d.code, d.message) for d in found.diagnostics if d.code != "SF5301"]


def block(*lines: str) -> str:
    return "webhook x {\n" + "\n".join(lines) + "\n}\n"


def test_the_least():
    ((options,), told) = loaded(block("url https://example.com/x"))
    assert told == [] or {code for code, _ in told} <= {"SF4702"}
    assert options.url == Secret(text="https://example.com/x")
    assert (options.method, options.template, options.events) == ("POST", "cloudevents", USUAL)
    assert options.http.tls == TlsSetting(verify=True)


def test_everything():
    ((options,), _) = loaded(
        block(
            "url file:/u", "method put", "template pagerduty", "content_type text/x", "events lvs.server vrrp",
            "events daemon", "hmac_secret credential:h", "hmac_header X-Sig", "routing_key file:/k",
            "header X-Site: north west", "bearer_token file:/t", "verify off", "ca /ca", "certificate /c", "key /k",
            "proxy http://p:3128", "timeout 2.5",
        )
    )  # fmt: skip
    assert options.url == Secret(file="/u")
    assert (options.method, options.template, options.content_type) == ("PUT", "pagerduty", "text/x")
    assert {"lvs.server", "vrrp.transition", "daemon.change"} <= options.events
    assert {"lvs.quorum", "vrrp.remark"}.isdisjoint(options.events)
    assert (options.hmac, options.hmac_header) == (Secret(credential="h"), "X-Sig")
    assert options.routing_key == Secret(file="/k")
    http = options.http
    assert (http.headers, http.token) == ((("X-Site", "north west"),), Secret(file="/t"))
    assert http.tls == TlsSetting(verify=False, ca="/ca", certificate="/c", key="/k")
    assert (http.proxy, http.timeout) == ("http://p:3128", 2_500_000)
    assert http.timeout < 3 * SECOND


@pytest.mark.parametrize(
    ("lines", "code", "words", "left"),
    [
        ([], "SF6905", "has no `url`", 0),
        (["url ftp://x"], "SF6905", "is no URL", 0),
        (["url https://[x"], "SF6905", "is no URL", 0),
        (["url https://x", "template slak"], "SF6907", "no template `slak`", 1),
        (["url https://x", "events vrp"], "SF6908", "no event `vrp`", 1),
        (["url http://x", "verify off"], "SF6906", "`verify` counts only with `https://`", 1),
        (["url https://x", "key /k"], "SF6906", "`key` counts only with `certificate`", 1),
        (["url https://x", "hmac_secret abc"], "SF6903", "in the configuration itself", 1),
        (["url https://x", "header a(b c"], "SF3004", "no name of a header", 1),
    ],
)
def test_what_is_wrong_is_told(lines, code, words, left):
    targets, told = loaded(block(*lines))
    assert any(found == code and words in message for found, message in told), told
    assert len(targets) == left


def test_alerts_are_made_of_states_alone():
    ((options,), _) = loaded(block("url https://x", "template alertmanager"))
    assert options.events == STATEFUL
    assert set(KINDS) > STATEFUL
