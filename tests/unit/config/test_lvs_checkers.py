"""What a check inherits, and where it connects to."""

from __future__ import annotations

import pytest

from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import Checker, Pace
from standfast.values import SECOND


def load(
    check: str, service: str = "", server: str = "", head: str = "192.0.2.1 80", real: str = "10.0.0.1 80"
) -> Loaded:
    base = "protocol TCP\nlvs_sched rr\nlvs_method NAT\npersistence_timeout 5"
    return load_text(f"virtual_server {head} {{\n{base}\n{service}\nreal_server {real} {{\n{server}\n{check}\n}}\n}}\n")


def codes(loaded: Loaded) -> list[str]:
    return [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def checks(loaded: Loaded) -> tuple[Checker, ...]:
    return loaded.balancing.virtual_servers[0].real_servers[0].checkers


TCP = "TCP_CHECK {{\n{}\n}}"
HTTP = "HTTP_GET {\nurl {\npath /\n}\n}"


@pytest.mark.parametrize(
    ("check", "pace"),
    [
        ("TCP_CHECK {\n}", Pace()),
        (HTTP, Pace(delay_before_retry=3 * SECOND)),
        ("DNS_CHECK {\n}", Pace(retry=3, delay_before_retry=60 * SECOND)),
        ("MISC_CHECK {\nmisc_path /bin/true\n}", Pace(retry=0, from_start=True)),
    ],
)
def test_defaults(check, pace):
    (found,) = checks(load(check))
    assert found.pace == pace


@pytest.mark.parametrize("name", ["delay_loop", "retry", "delay_before_retry", "warmup"])
def test_the_innermost_value_counts(name):
    def value(**levels: str) -> int:
        texts = {level: f"{name} {number}" for level, number in levels.items()}
        check = TCP.format(texts.pop("check", ""))
        (found,) = checks(load(check, **texts))
        return int(getattr(found.pace, name)) // (1 if name == "retry" else SECOND)

    assert value(service="7") == 7
    assert value(service="7", server="8") == 8
    assert value(service="7", server="8", check="9") == 9


def test_warmup_is_the_interval_unless_said():
    (found,) = checks(load("TCP_CHECK {\ndelay_loop 4\n}"))
    assert found.pace.warmup == 4 * SECOND


def test_logging_of_failures_comes_from_global_defs():
    text = "virtual_server 192.0.2.1 80 {\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n}\n"
    loaded = load_text("global_defs {\nchecker_log_all_failures\n}\n" + text)
    assert checks(loaded)[0].pace.log_all_failures


def test_the_target_is_the_server_unless_said():
    (found,) = checks(load("TCP_CHECK {\n}", service="connect_timeout 2"))
    assert found.target is not None
    assert (str(found.target.address), found.target.port) == ("10.0.0.1", 80)
    assert found.target.connect_timeout == 2 * SECOND
    (found,) = checks(load(TCP.format("connect_ip fd00::1\nconnect_port 8080\nbindto fd00::2\nfwmark 7")))
    assert found.target is not None
    assert (str(found.target.address), found.target.port, found.target.mark) == ("fd00::1", 8080, 7)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("bindto fd00::1", ["SF4507"]),
        ("connect_ip fd00::1\nbindto 10.0.0.9", ["SF4507"]),
        ("connect_ip fe80::1", ["SF4508"]),
        ("connect_ip fe80::1\nbind_if eth0", []),
        ("connect_ip web", ["SF3005"]),
        ("connect_port 0", ["SF3002"]),
        ("connect_timeout 0", ["SF3002"]),
        ("delay_loop 0", ["SF3002"]),
        ("retry -1", ["SF3002"]),
        ("retry 0", []),
        ("alpha maybe", ["SF3004"]),
        ("nb_get_retry 3", ["SF2102"]),
    ],
)
def test_values_of_network_checks(inside, found):
    assert codes(load(TCP.format(inside))) == found


def test_a_check_of_any_port_must_name_one():
    assert codes(load("TCP_CHECK {\n}", head="192.0.2.1", real="10.0.0.1")) == ["SF4509"]
    assert codes(load("TCP_CHECK {\nconnect_port 80\n}", head="192.0.2.1", real="10.0.0.1")) == []
    assert codes(load("PING_CHECK {\n}", head="192.0.2.1", real="10.0.0.1")) == []


def test_the_retry_of_a_server_is_at_least_one():
    assert codes(load("", server="retry 0")) == ["SF3002"]


def test_all_checks_of_a_server_count():
    found = checks(load("TCP_CHECK {\n}\nTCP_CHECK {\nconnect_port 81\n}\n" + HTTP))
    assert [check.kind for check in found] == ["TCP_CHECK", "TCP_CHECK", "HTTP_GET"]


def test_a_check_that_is_told_of_changes_forgives_none():
    """There is no next look that could confirm one."""
    text = (
        "track_file load {\nfile /run/load\nweight 0\n}\n"
        "virtual_server 192.0.2.1 80 {\nprotocol TCP\nretry 3\nrise 2\n"
        "real_server 10.0.0.1 80 {\nretry 4\nFILE_CHECK {\ntrack_file load\n}\n}\n}\n"
    )
    (service,) = load_text(text).balancing.virtual_servers
    (check,) = service.real_servers[0].checkers
    assert (check.pace.retry, check.pace.rise, check.pace.fast_interval) == (0, 1, None)
