from __future__ import annotations

import pytest

from standfast.config.health_model import (
    Listener,
    NoticeTarget,
    TokenSource,
    Web,
    decode,
    encode,
    health_config,
    needs,
    runs_programs,
)
from standfast.config.load import load_text
from standfast.config.lvs_model import Balancing
from standfast.config.model import Config
from standfast.config.script_model import Notifications, ScriptCall

INSTANCE = "vrrp_instance V { interface eth0\n virtual_router_id 1\n virtual_ipaddress { 192.0.2.1 }\n %s }"
SERVICE = "virtual_server 192.0.2.1 80 { protocol TCP\n %s\n real_server 10.0.0.1 80 { %s } }"


@pytest.mark.parametrize(
    ("text", "health", "spawner"),
    [
        (INSTANCE % "", False, False),
        (INSTANCE % "notify_master /bin/true", False, True),
        (SERVICE % ("", ""), True, False),
        (SERVICE % ("quorum_up /bin/true", ""), True, True),
        (SERVICE % ("", "notify_down /bin/true"), True, True),
        (SERVICE % ("", 'MISC_CHECK { misc_path "/bin/true" }'), True, True),
        (SERVICE % ("", "TCP_CHECK { }"), True, False),
        ("vrrp_script s { script /bin/true }\n" + INSTANCE % "track_script { s }", False, True),
    ],
)
def test_who_is_needed(text, health, spawner):
    loaded = load_text(text)
    found = needs(loaded.config, loaded.health)
    assert (found.health, found.spawner) == (health, spawner)


@pytest.mark.parametrize(
    "more",
    [{"targets": (NoticeTarget(kind="webhook", name="x"),)}, {"web": Web(listeners=(Listener(),))}],
)
def test_targets_and_listeners_take_a_health_process(more):
    import msgspec

    config = msgspec.structs.replace(health_config(Config(), Balancing()), **more)
    assert needs(Config(), config).health
    assert decode(encode(config)) == config


def test_every_kind_of_notification_is_a_program():
    call = ScriptCall(argv=("/bin/true",))
    for name in ("master", "backup", "fault", "stop", "deleted", "change", "lower_priority"):
        assert runs_programs(Notifications(**{name: call}))
    assert not runs_programs(Notifications(mail=True))


def test_listeners_and_tokens_are_shown_as_they_are_written():
    token = TokenSource(file="/etc/token", value="open-sesame-open")
    assert (str(token), repr(token)) == ("file:/etc/token", "file:/etc/token")
    assert str(TokenSource(credential="web")) == "credential:web"
    assert str(Listener(path="/run/x", mode=0o660)) == "unix:/run/x 660"
    assert "open-sesame" not in repr(Web(token=token))
