"""Lines for FIFOs, as keepalived writes them, and names that are keys."""

from __future__ import annotations

from standfast.config.lvs_model import RealServer, VirtualServer
from standfast.events import QuorumChange, ServerChange
from standfast.health.server import Server
from standfast.health.telling import Told, labels, server_line, service_line, unique_names
from standfast.scripts.running import About
from standfast.values import Address

WEB = VirtualServer(name="[192.0.2.10]:tcp:80", family=4, address=Address.parse("192.0.2.10"), port=80, protocol="TCP")
MARK = VirtualServer(name="FWM 7", family=4, mark=7)
GROUP = VirtualServer(name="[web]:tcp", family=4, group="web", protocol="TCP")
SERVER = Server.first(RealServer(address=Address.parse("10.0.0.1"), port=80), 0)


def test_lines():
    assert service_line(WEB.name, up=True) == "VS [192.0.2.10]:tcp:80 UP"
    assert server_line(WEB, WEB.name, SERVER, up=False) == "RS [10.0.0.1]:tcp:80 [192.0.2.10]:tcp:80 DOWN"
    any_port = Server.first(RealServer(address=Address.parse("10.0.0.1")), 0)
    assert server_line(MARK, MARK.name, any_port, up=True) == "RS [10.0.0.1]:none:0 FWM 7 UP"


def test_services_of_a_group_have_a_number():
    assert labels((GROUP, WEB, GROUP, MARK)) == ["[web]:0", WEB.name, "[web]:1", "FWM 7"]


def test_a_name_that_comes_twice_gets_a_number():
    assert unique_names((MARK, WEB, MARK)) == ["FWM 7", WEB.name, "FWM 7 (2)"]


def test_what_a_script_tells_is_known_to_status():
    server = ServerChange(at=1, service=WEB.name, server="[10.0.0.1]:80", up=False, weight=1, cause="x")
    assert Told(server, "").about == About(f"server [10.0.0.1]:80 of service {WEB.name}", "DOWN")
    quorum = QuorumChange(at=1, service=WEB.name, up=True, weight=1, quorum=1, sorry=False, cause="x")
    assert Told(quorum, "").about == About(f"service {WEB.name}", "QUORUM_UP")
