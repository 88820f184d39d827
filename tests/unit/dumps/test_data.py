from __future__ import annotations

from standfast.dumps.data import of_checks, of_parent, of_vrrp


def test_sections_and_lines_that_tools_look_for(config, status):
    lines = of_vrrp(config, status).decode().splitlines()
    sections = [line for line in lines if line.startswith("---")]
    assert sections == [
        "------< Global definitions >------",
        "------< VRRP Topology >------",
        "------< VRRP Scripts >------",
        "------< VRRP Sync groups >------",
    ]
    assert {
        " VRRP Instance = VI_1",
        "   State = MASTER",
        "   Virtual Router ID = 51",
        "   Virtual IP (2):",
        "     10.9.0.100/24 dev eth0 scope global set",
        " VRRP Script = chk",
        "   Status = BAD",
        "     VI_1, weight -20",
        " VRRP Sync Group = G, MASTER",
        "   Last transition = 1767323045.678000 (Fri Jan 02 03:04:05.678000 2026)",
    } <= set(lines)


def test_no_password(config, status):
    assert b"secret" not in of_vrrp(config, status)


def test_the_parent_tells_of_itself(config):
    assert b" umask = 0177\n" in of_parent(config)


def test_services(config):
    text = of_checks({"services": [{"name": "[10.0.0.1]:tcp:80", "up": True, "servers": [{"name": "[10.0.0.2]:80"}]}]})
    assert text.decode().splitlines()[1:] == [" VIP = [10.0.0.1]:tcp:80", "   Up = True", "   RIP = [10.0.0.2]:80"]
