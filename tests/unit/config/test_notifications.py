from __future__ import annotations

from standfast.config.load import load_text

VI = "vrrp_instance a {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n{0}\n}}\n"

LINES = ("notify_master /m", "notify /n", "notify_master_rx_lower_pri /l", "notify_deleted /d")


def notify(lines, defaults=""):
    loaded = load_text(f"global_defs {{\n{defaults}\n}}\n" + VI.format(lines))
    return loaded.config.instances[0].notify, [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def test_each_keyword_has_its_event():
    calls, found = notify("\n".join(LINES), "script_user u")
    assert [c.argv[0] for c in (calls.master, calls.change, calls.lower_priority, calls.deleted)] == [
        *("/m", "/n", "/l", "/d")
    ]
    assert (calls.master.identity.user, calls.tells_deleted, calls.backup, found) == ("u", True, None, [])


def test_notify_deleted_may_stand_alone():
    calls, _ = notify("notify_deleted")
    assert (calls.deleted, calls.tells_deleted) == (None, True)


def test_mail_is_inherited():
    assert notify("", "smtp_alert")[0].mail
    assert not notify("", "smtp_alert\nsmtp_alert_vrrp off")[0].mail
    assert not notify("smtp_alert off", "smtp_alert")[0].mail
    assert notify("", "vrrp_notify_priority_changes")[0].priority_changes


def test_security_needs_somebody_to_run_scripts():
    assert notify("notify /n", "enable_script_security")[1] == ["SF4121"]
    assert notify("notify /n u", "enable_script_security")[1] == []
    assert notify("notify /n", "enable_script_security\nscript_user u")[1] == []
