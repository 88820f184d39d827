from __future__ import annotations

import pytest

from standfast.dumps.instance import STATES, STATISTICS, address_words, data_of, stats_of, whole

KEYS = (
    *("iname", "dont_track_primary", "skip_check_adv_addr", "strict_mode", "vmac_ifname", "ifp_ifname"),
    *("master_priority", "last_transition", "garp_delay", "garp_refresh", "garp_rep", "garp_refresh_rep"),
    *("garp_lower_prio_delay", "garp_lower_prio_rep", "lower_prio_no_advert", "higher_prio_send_advert", "vrid"),
    *("base_priority", "effective_priority", "vipset", "promote_secondaries", "adver_int", "master_adver_int"),
    *("accept", "nopreempt", "preempt_delay", "state", "wantstate", "version", "smtp_alert", "notify_deleted"),
    *("script_master", "vips", "evips", "track_script", "track_process", "auth_type", "auth_data"),
)


def test_keys_stand_in_keepalived_s_order(config, status):
    assert tuple(data_of(config.instances[0], status["instances"][0], config)) == KEYS


def test_what_a_master_says(config, status):
    data = data_of(config.instances[0], status["instances"][0], config)
    assert (data["state"], data["master_priority"], data["vipset"]) == (2, 0, True)
    assert (data["base_priority"], data["effective_priority"]) == (150, 130)
    assert data["last_transition"] == pytest.approx(1767323045.678)
    assert data["script_master"] == "'/bin/true' 'm'"
    assert data["track_script"] == ["'/bin/check'"]
    assert data["vips"] == [
        "10.9.0.100/24 dev eth0 scope global set",
        "10.9.0.101/24 brd 10.9.0.255 dev eth0 scope global set",
    ]


def test_a_password_is_never_written(config, status):
    assert data_of(config.instances[0], status["instances"][0], config)["auth_data"] == "*" * 8


def test_an_address_that_is_off_is_not_set(config, status):
    standing = status["instances"][0] | {"addresses_present": []}
    data = data_of(config.instances[0], standing, config)
    assert data["vipset"] is False
    assert not any(words.endswith("set") for words in data["vips"])


def test_a_router_that_leaves_is_no_master():
    assert STATES["LEAVING"] != STATES["MASTER"]


def test_whole_seconds_are_integers():
    assert repr(whole(5_000_000)) == "5"
    assert whole(100_000) == 0.1


def test_statistics_lack_none(status):
    stats = stats_of(status["instances"][0])
    assert tuple(stats) == STATISTICS
    assert (stats["ip_ttl_err"], stats["pri_zero_sent"]) == (2, 0)


def test_a_label(config):
    assert address_words(config.instances[0].vips[0]) == "10.9.0.100/24 dev eth0 scope global"
