"""`vrrp_check`: from the text to what either process knows of it."""

from __future__ import annotations

import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.tracking_model import CheckPolicy, Evidence, Tracker
from standfast.values import SECOND, Address

TCP = "TCP_CHECK {\nconnect_port 80\n}"


def load(*checks: str, track: str = "web") -> Loaded:
    text = "".join(f"vrrp_check {name} {{\n{body}\n}}\n" for name, _, body in (each.partition(":") for each in checks))
    return load_text(
        f"{text}vrrp_instance VI {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n"
        f"track_check {{\n{track}\n}}\n}}\n"
    )


def codes(loaded: Loaded) -> list[str]:
    return [each.code for each in loaded.diagnostics]


def test_vrrp_knows_a_policy_and_health_the_check():
    loaded = load(f"web:{TCP}\nweight -20\non_silence fail")
    assert codes(loaded) == []
    assert loaded.config.checks == (CheckPolicy(name="web", weight=-20, on_silence="fail"),)
    assert loaded.config.instances[0].trackers == (Tracker(kind="check", name="web", weight=-20),)
    (check,) = loaded.health.checks
    assert (check.name, check.kind, check.target.address, check.target.port) == (
        "web",
        "TCP_CHECK",
        Address.parse("127.0.0.1"),
        80,
    )
    assert check.pace.delay_loop == SECOND
    assert loaded.health.needed


def test_a_verdict_holds_for_three_checks_unless_said():
    def max_age(body):
        return load(f"web:{body}").health.checks[0].max_age

    assert max_age(TCP) == (3 * 1 + 2 * 5 + 2) * SECOND
    assert max_age(f"delay_loop 4\nconnect_timeout 1\n{TCP}") == (3 * 4 + 2 * 1 + 2) * SECOND
    assert max_age(f"deadline 3\n{TCP}") == (3 * 1 + 3 + 2) * SECOND
    assert max_age(f"max_age 7\n{TCP}") == 7 * SECOND


def test_what_is_not_tracked_is_not_checked():
    loaded = load(f"web:{TCP}", f"db:{TCP}")
    assert codes(loaded) == ["SF4107"]
    assert [check.name for check in loaded.health.checks] == ["web"]
    assert [check.name for check in loaded.config.checks] == ["web"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("weight 2", "SF4101"),
        ("FILE_CHECK {\ntrack_file load\n}", "SF4502"),
    ],
)
def test_without_a_check_nothing_is_tracked(body, code):
    loaded = load(f"web:{body}")
    assert code in codes(loaded)
    assert loaded.config.checks == loaded.health.checks == ()


def test_only_the_first_check_of_a_block_is_made():
    loaded = load(f"web:{TCP}\nPING_CHECK {{\n}}")
    assert codes(loaded) == ["SF6504"]
    assert [check.kind for check in loaded.health.checks] == ["TCP_CHECK"]


def test_a_program_needs_the_spawner_and_a_file_is_only_watched():
    loaded = load('web:MISC_CHECK {\nmisc_path "/bin/true"\n}')
    assert loaded.health.checks[0].runs_program
    text = "track_file load {\nfile /run/load\n}\n"
    watched = load_text(
        text + "vrrp_check web {\nFILE_CHECK {\ntrack_file load\nweight 0\n}\n}\nvrrp_instance VI {\ninterface eth0\n"
        "virtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1/24\n}\ntrack_check {\nweb\n}\n}\n"
    )
    assert codes(watched) == []
    assert watched.health.checks[0].watches


def test_names_are_looked_up_above_their_use():
    loaded = load(f"website:{TCP}", track="websiet")
    assert set(codes(loaded)) == {"SF4107", "SF4102"}
    (unknown,) = [each for each in loaded.diagnostics if each.code == "SF4102"]
    assert "did you mean `website`" in unknown.hint


def instance(
    lines: str, check: str = f"connect_timeout 0.5\n{TCP}", web: str = f"connect_timeout 0.5\n{TCP}"
) -> Loaded:
    return load_text(
        f"vrrp_check gateway {{\n{check}\n}}\nvrrp_check web {{\n{web}\n}}\n"
        "vrrp_instance VI {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1/24\n}\n"
        f"check_before_master {{\n{lines}\n}}\n}}\n"
    )


def test_a_check_that_is_asked_before_a_takeover_is_made_and_stands_in_no_tracker():
    loaded = instance("gateway\nweb reverse within 0.5", f"on_silence fail\n{TCP}")
    assert [found.code for found in loaded.diagnostics] == []
    made = loaded.config.instances[0]
    assert made.trackers == ()
    assert made.evidence == (
        Evidence(name="gateway", silence_holds=True),
        Evidence(name="web", reverse=True, within=SECOND // 2),
    )
    assert [check.name for check in loaded.health.checks] == ["gateway", "web"]


@pytest.mark.parametrize(
    ("lines", "codes", "left"),
    [
        ("gatway\nweb", {"SF4102", "SF4107"}, ["web"]),
        ("web\nweb", {"SF4104", "SF4107"}, ["web"]),
        ("web weight 3\ngateway", {"SF3111", "SF4107"}, ["gateway"]),
    ],
)
def test_lines_that_mean_nothing_are_left_out_and_named(lines, codes, left):
    loaded = instance(lines)
    assert {found.code for found in loaded.diagnostics} == codes
    assert [each.name for each in loaded.config.instances[0].evidence] == left
