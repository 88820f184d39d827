from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.api import Notice, Transition
from standfast.testing.contracts import EVENTS
from standfast_notifiers.webhook.body import CLOUDEVENTS, SHIPPED, Template, filled


def notice(event, **more) -> Notice:
    return Notice(**({"sequence": 7, "wall": 1_700_000_000.5, "host": "lb-a"} | more), event=event)


FAULT = Transition(at=0, instance="VI", old="BACKUP", new="FAULT", priority=1, cause="eth0 is down")
MASTER = Transition(at=0, instance="VI", old="BACKUP", new="MASTER", priority=1, cause="x")


def test_a_cloud_event_has_what_the_standard_asks_for():
    template = Template(CLOUDEVENTS)
    event = json.loads(template.body(notice(FAULT, replayed=True, dropped=2)))
    assert template.content_type.startswith("application/cloudevents+json")
    assert event["specversion"] == "1.0"
    assert (event["source"], event["type"]) == ("/standfast/lb-a", "standfast.vrrp.transition")
    assert event["id"]
    assert (event["time"], event["sequence"]) == ("2023-11-14T22:13:20.500Z", "000000000007")
    assert all(name.isalnum() and name.islower() for name in event)
    assert (event["data"]["replayed"], event["data"]["dropped"]) == (True, 2)
    assert event["data"]["event"]["new"] == "FAULT"


def test_alertmanager_fires_and_resolves_the_same_alert():
    template = Template("alertmanager", holds_s=300)
    (fires,), (resolves,) = (json.loads(template.body(notice(event))) for event in (FAULT, MASTER))
    assert fires["labels"] == resolves["labels"]
    assert fires["labels"]["alertname"] == "StandfastInstanceFault"
    assert fires["endsAt"] > resolves["endsAt"]
    assert fires["annotations"]["description"] == "eth0 is down"


def test_pagerduty_triggers_and_resolves_the_same_incident():
    template = Template("pagerduty", routing_key="k")
    fires, resolves = (json.loads(template.body(notice(event))) for event in (FAULT, MASTER))
    assert (fires["event_action"], resolves["event_action"]) == ("trigger", "resolve")
    assert fires["dedup_key"] == resolves["dedup_key"]
    assert fires["routing_key"] == "k"
    assert fires["payload"]["severity"] in ("critical", "error", "warning", "info")
    assert fires["payload"]["custom_details"]["instance"] == "VI"


def test_slack_is_one_line():
    assert json.loads(Template("slack").body(notice(MASTER))) == {"text": "lb-a: instance VI is MASTER: x"}


@pytest.mark.parametrize("name", [CLOUDEVENTS, *SHIPPED])
def test_every_event_fits_every_template(name):
    for event in EVENTS:
        json.loads(Template(name).body(notice(event)))


@given(text=st.text(), name=st.sampled_from((CLOUDEVENTS, *SHIPPED)))
def test_whatever_stands_in_an_event_the_body_is_json(text, name):
    event = Transition(at=0, instance=text, old="BACKUP", new="FAULT", priority=1, cause=text)
    json.loads(Template(name).body(notice(event, host=text)))


def test_a_template_of_ones_own(tmp_path):
    path = tmp_path / "mine"
    path.write_text("$$ ${host}: ${summary}")
    template = Template(str(path), content_type="text/plain")
    assert template.body(notice(MASTER)) == b"$ lb-a: lb-a: instance VI is MASTER: x"


@pytest.mark.parametrize(
    ("text", "words"),
    [("${nothing}", "has no `nothing`; it has action"), ("{", "gives no JSON"), (None, "cannot read the template")],
)
def test_a_template_that_is_none_is_refused(tmp_path, text, words):
    path = tmp_path / "mine"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=words):
        Template(str(path))


def test_values_are_escaped_in_json_alone():
    assert filled('"${a}" ${event}', {"a": 'x"y', "event": "{}"}, as_json=True) == '"x\\"y" {}'
    assert filled("${a}", {"a": 'x"y'}, as_json=False) == 'x"y'
