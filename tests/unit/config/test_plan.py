from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.plan import plan
from standfast.plugins import with_plugins

SCHEMA = with_plugins()[0]
INSTANCE = "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nno_virtual_ipaddress\n}\n"
SERVICE = """virtual_server 192.0.2.10 80 {
lvs_sched wrr
lvs_method NAT
protocol TCP
real_server 10.0.0.1 80 {
TCP_CHECK {
retry 3
}
}
}
"""


def planned(old: str, new: str) -> tuple[list[str], list[str]]:
    result = plan(load_text(old), load_text(new), SCHEMA)
    return list(result.refusals), [str(step) for step in result.steps]


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (INSTANCE, INSTANCE, None),
        (INSTANCE, "# moved\n\n" + INSTANCE.replace("VI_1 {", "VI_1\n{"), None),
        ("", INSTANCE, "vrrp_instance VI_1: added (begins as BACKUP)"),
        (
            "global_defs {\nvrrp_startup_delay 5\n}\n",
            "global_defs {\nvrrp_startup_delay 6\nrouter_id a\n}\n",
            "global_defs: changed: vrrp_startup_delay 5 s -> 6 s; router_id not set -> a",
        ),
        ("", SERVICE, "virtual_server [192.0.2.10]:tcp:80: added"),
        (SERVICE, "", "virtual_server [192.0.2.10]:tcp:80: removed"),
        (
            SERVICE,
            SERVICE.replace("wrr", "rr"),
            "virtual_server [192.0.2.10]:tcp:80: changed: lvs_sched wrr -> rr",
        ),
        (
            SERVICE,
            SERVICE.replace("TCP_CHECK", "weight 5\nTCP_CHECK"),
            "real_server [192.0.2.10]:tcp:80 10.0.0.1:80: changed: weight 1 -> 5",
        ),
        (
            SERVICE,
            SERVICE.replace("retry 3", "retry 4"),
            "TCP_CHECK [192.0.2.10]:tcp:80 10.0.0.1:80: changed: retry 3 -> 4",
        ),
        (
            SERVICE,
            SERVICE.replace("10.0.0.1", "10.0.0.2"),
            "real_server [192.0.2.10]:tcp:80 10.0.0.1:80: removed",
        ),
        (
            "virtual_server_group a {\n192.0.2.1 80\n}\n",
            "virtual_server_group a {\n192.0.2.2 80\n}\n",
            "virtual_server_group a: changed",
        ),
    ],
)
def test_steps(old, new, step):
    refusals, steps = planned(old, new)
    assert refusals == []
    assert steps[:1] == ([] if step is None else [step])


def test_a_new_error_refuses_the_reload_and_an_old_one_does_not():
    faulty = INSTANCE.replace("no_virtual", "priorty 5\nno_virtual")
    assert planned(INSTANCE, faulty)[0] == ["<text>:4:1: unknown keyword `priorty` in `vrrp_instance`"]
    assert planned(faulty, "\n" + faulty)[0] == []


def test_what_cannot_change_and_what_cannot_run_refuse_too():
    refusals, _ = planned(INSTANCE, "instance blue\n" + INSTANCE)
    assert refusals == ["instance: cannot change under a running daemon: restart"]
    refusals, steps = planned(INSTANCE, INSTANCE.replace("virtual_router_id 51", ""))
    assert len(refusals) == 1
    assert steps == []
    with pytest.raises(ValueError, match="virtual_router_id"):
        plan(load_text(INSTANCE.replace("virtual_router_id 51", "")), load_text(INSTANCE), SCHEMA)


def test_what_is_said_here_is_what_a_reload_says():
    """The same difference in the words of the daemon."""
    from standfast.vrrp import changes

    old, new = load_text(INSTANCE), load_text(INSTANCE.replace("no_virtual", "priority 7\nadvert_int 2\nno_virtual"))
    (step,) = plan(old, new, SCHEMA).steps
    said = changes.changed(old.config.instances[0], new.config.instances[0])
    assert said == f"VI_1: {', '.join(each.keyword for each in step.changes)} changed"
