from __future__ import annotations

import pytest

from standfast.config.effective import Around
from standfast.config.knowledge import Knowledge
from standfast.config.load import load_text


def test_a_configuration_that_cannot_run_has_no_effect():
    with pytest.raises(ValueError, match="nothing of it is effective"):
        Knowledge(load_text("vrrp_instance a {\n}\n"))


def test_a_block_that_nothing_is_known_of_is_shown_as_written():
    loaded = load_text("garp_group {\n    interface eth0\n}\n")
    known = Knowledge(loaded)("garp_group", loaded.settings.block("garp_group"), Around(loaded.settings))
    assert (dict(known.counts), dict(known.lines), known.left_out) == ({}, {}, False)


def test_services_of_any_kind_find_their_records():
    text = """virtual_server_group web {
    192.0.2.10 80
}
virtual_server group web {
    protocol TCP
    real_server 10.0.0.1 80 {
    }
}
virtual_server fwmark 5 {
    real_server 10.0.0.1 {
        weight 3
    }
}
virtual_server 192.0.2.11 {
    protocol UDP
    real_server 10.0.0.2 {
    }
}
"""
    loaded = load_text(text)
    known = Knowledge(loaded)
    around = Around(loaded.settings)
    services = loaded.settings.blocks["virtual_server"]
    assert [known("virtual_server", each, around).left_out for each in services] == [False, False, False]
    servers = [known("virtual_server/real_server", each.blocks["real_server"][0], around) for each in services]
    assert [server.left_out for server in servers] == [False, False, False]
    assert servers[1].counts["weight"].value == 3
