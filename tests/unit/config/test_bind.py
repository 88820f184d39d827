"""What binding drops, keeps and says, after keepalived's habits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.keywords.bfd import BFD_INSTANCE
from standfast.config.load import Loaded, load_text

INSTANCE = """
vrrp_instance one {{
    interface eth0
    virtual_router_id 51
    {body}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


def one(body: str) -> Loaded:
    return load_text(INSTANCE.format(body=body))


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def instance(loaded: Loaded):
    assert loaded.config is not None
    return loaded.config.instances[0]


def test_the_last_of_a_repeated_scalar_wins():
    loaded = one("priority 120\n    priority 130")
    assert instance(loaded).priority == 130
    assert codes(loaded) == []


def test_the_first_script_wins():
    loaded = one("notify /bin/a\n    notify /bin/b")
    assert codes(loaded) == ["SF2111"]
    assert loaded.diagnostics[0].span.line == 6


def test_a_wrong_value_is_dropped_or_replaced_by_its_fallback():
    loaded = one("priority 150\n    garp_master_delay 9999")
    assert codes(loaded) == ["SF3002"]
    assert instance(loaded).announcing.delay == 5_000_000
    assert instance(one("priority 150\n    priority 500")).priority == 100
    assert instance(one("state MASTRE")).owner_state is False


def test_surplus_words_are_pointed_out():
    loaded = one("state BACKUP or MASTER")
    (found,) = loaded.diagnostics
    assert (found.code, found.severity, found.span.column) == ("SF2109", "warning", 18)
    assert "`or MASTER`" in found.message


def test_two_statements_on_one_line_are_recognised():
    loaded = load_text("vrrp_instance a { interface eth0 virtual_router_id 5 }")
    assert "`virtual_router_id` belong on a line of its own" in loaded.diagnostics[0].hint


def test_a_missing_argument_stops_the_start():
    loaded = one("priority")
    assert loaded.config is None
    assert [d.code for d in loaded.stops] == ["SF2108"]
    assert "`priority 150`" in loaded.stops[0].hint


def test_an_unknown_keyword_takes_its_block_with_it_and_nothing_else():
    loaded = one("virtual_ipadress {\n        192.0.2.99\n        nonsense { x }\n    }")
    assert codes(loaded) == ["SF2101"]
    assert loaded.diagnostics[0].hint == "did you mean `virtual_ipaddress`?"
    assert [str(vip.address) for vip in instance(loaded).vips] == ["192.0.2.10"]


def test_a_typo_in_the_name_of_a_block_is_one_fault():
    loaded = load_text(INSTANCE.format(body="priority 5").replace("vrrp_instance", "vrrp_instanse"))
    assert codes(loaded) == ["SF2101"]
    assert loaded.config is not None
    assert loaded.config.instances == ()


def test_a_keyword_in_the_wrong_block_is_sent_home():
    loaded = one("router_id lb")
    assert codes(loaded) == ["SF2102"]
    assert loaded.diagnostics[0].hint == "it belongs in `global_defs`"
    assert codes(load_text("priority 100")) == ["SF2102"]


def test_a_second_instance_of_the_same_name_is_skipped_unseen():
    loaded = load_text(INSTANCE.format(body="") + "vrrp_instance one {\n  nonsense\n}\n")
    assert codes(loaded) == ["SF2106"]
    assert loaded.config is not None
    assert len(loaded.config.instances) == 1


def test_repeated_value_blocks_are_appended():
    loaded = one("virtual_ipaddress {\n 192.0.2.11\n }")
    assert [str(vip.address) for vip in instance(loaded).vips] == ["192.0.2.11", "192.0.2.10"]


def test_global_defs_may_come_later_and_in_parts():
    parts = "global_defs {\n vrrp_version 3\n}\nglobal_defs {\n vrrp_garp_master_delay 7\n}\n"
    loaded = load_text(INSTANCE.format(body="") + parts)
    assert (instance(loaded).version, instance(loaded).announcing.delay) == (3, 7_000_000)


def test_an_instance_without_name_is_skipped():
    loaded = load_text("vrrp_instance {\n  interface eth0\n}\n")
    assert codes(loaded) == ["SF2105"]
    assert loaded.config is not None


def test_a_block_behind_a_plain_keyword_is_left_out():
    loaded = one("priority 120 {\n  nonsense\n }")
    assert codes(loaded) == ["SF2104"]
    assert instance(loaded).priority == 120


def test_a_lost_brace_costs_one_fault():
    loaded = load_text(INSTANCE.format(body="priority 120").replace("one {", "one", 1))
    assert "SF2103" in codes(loaded)
    assert instance(loaded).priority == 120


def test_old_names_work_and_are_named():
    loaded = one("nopreempt\n    thread_timer_expired 120")
    assert codes(loaded) == ["SF2112"]
    assert instance(loaded).timer_expired_backup == 120
    assert loaded.diagnostics[0].hint == "write `timer_expired_backup`"


def test_what_is_not_acted_on_is_said_once_even_deep_inside():
    session = "bfd_instance {} {{\n neighbor_ip 192.0.2.{}\n min_rx 20\n}}\n"
    loaded = load_text(session.format("a", 1) + session.format("b", 2))
    assert codes(loaded) == ["SF5001"]
    assert loaded.diagnostics[0].hint == f"{BFD_INSTANCE.reason}; also in line 5"


def test_typos_are_found_in_blocks_that_are_not_acted_on():
    loaded = load_text("bfd_instance a {\n neighbor_ip 192.0.2.1\n multiplyer 5\n}\n")
    assert codes(loaded) == ["SF2101", "SF5001"]
    assert loaded.diagnostics[0].hint == "did you mean `multiplier`?"


@pytest.mark.parametrize("name", ["preempt", "nopreempt"])
def test_the_later_of_two_opposites_wins(name):
    other = "nopreempt" if name == "preempt" else "preempt"
    assert instance(one(f"{other}\n    {name}")).preempt is (name == "preempt")


SOUP = """global_defs vrrp_instance virtual_ipaddress unicast_peer priority state MASTER 100 256 x interface eth0
virtual_router_id 51 192.0.2.1/24 fe80::1 brd + dev version 3 2 strict_mode authentication auth_type AH PASS auth_pass
advert_int 0.5 virtual_server 80 real_server notify SSL auth_hmac active_key"""
WORDS = st.sampled_from([*SOUP.split(), "{", "}", "{\n", "}\n", "\n", "\n"])


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=60))
def test_no_heap_of_words_raises(words):
    loaded = load_text(" ".join(words))
    assert (loaded.config is None) == bool(loaded.stops)
