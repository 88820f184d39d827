from __future__ import annotations

from standfast.dumps.services import services


def test_a_service_by_mark_has_its_name_and_one_without_servers_is_not_alive():
    one = {"address": None, "port": None, "name": "FWM 7", "scheduler": "rr", "protocol": "", "quorum": 1,
           "hysteresis": 0, "method": "NAT", "up": False, "serving": "nobody", "weight": 0, "backend": "",
           "servers": []}  # fmt: skip
    lines = list(services({"services": [one]}))
    assert " VS = FWM 7" in lines
    assert "   alive = 0" in lines
    assert not any("protocol" in line for line in lines)


def test_nothing_is_two_empty_sections():
    assert list(services({})) == ["------< LVS Topology >------", "------< Health checkers >------"]
