from __future__ import annotations

import os
import time

import pytest

from standfast.lab.lab import Lab
from standfast.lab.web import Asked, Browser, WebServers, answered, longest_gap_ms


def test_who_answered_and_the_longest_wait():
    asked = [Asked(1.0, 1.1, "web1"), Asked(1.2, 2.2, ""), Asked(2.3, 2.4, "web2")]
    assert answered(asked) == {"web1": 1, "web2": 1, "": 1}
    assert longest_gap_ms(asked, 1.0) == pytest.approx(1300)
    assert longest_gap_ms([], 1.0) == float("inf")


@pytest.mark.netns
@pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")
def test_a_browser_sees_a_server_come_and_go():
    with Lab() as lab:
        client, web = lab.add_hosts(client=["10.9.0.3/24"], web=["10.9.0.4/24"])
        servers = WebServers(80)
        lab.closing.callback(servers.close)
        with Browser(client, "10.9.0.4", 80) as browser:
            assert browser.wait(time.time(), {""}, count=3, timeout_s=10)
            servers.open(web)
            assert browser.wait(time.time(), {"web"}, count=5, timeout_s=10)
            servers.kill(web)
            assert browser.wait(time.time(), {""}, count=5, timeout_s=10)
            assert browser.wait(time.time(), {"web"}, count=1, timeout_s=0.1) is None
