from __future__ import annotations

import pytest

from standfast.config.load import load_text


def outcome(body: str, defaults: str = ""):
    head = "interface eth0\nvirtual_router_id 51\nno_virtual_ipaddress\n"
    loaded = load_text(f"global_defs {{\n{defaults}\n}}\nvrrp_instance one {{\n{head}{body}\n}}\n")
    assert loaded.config is not None, loaded.stops
    return loaded, loaded.config.instances[0]


def auth(password: str, kind: str = "PASS") -> str:
    return f"authentication {{\nauth_type {kind}\nauth_pass {password}\n}}"


def test_eight_bytes_of_the_password_count_and_the_complaint_does_not_repeat_it():
    loaded, instance = outcome(auth("opensesame"))
    assert instance.auth is not None
    assert instance.auth.password == b"opensesa"
    (found,) = loaded.diagnostics
    assert found.code == "SF3009"
    assert "opensesa" not in found.message
    assert "what is left is `auth_pass opensesa`" in found.hint


def test_bytes_of_a_password_are_those_of_the_file():
    assert outcome(auth("pässwörter"))[1].auth.password == "pässwörter".encode()[:8]


def test_both_halves_of_a_divided_block_count():
    _, instance = outcome("authentication {\nauth_type PASS\n}\nauthentication {\nauth_pass x\n}")
    assert instance.auth is not None


@pytest.mark.parametrize(("family", "version"), [("native_ipv6", 3), ("", 2)])
def test_ah_is_for_ipv4(family, version):
    _, instance = outcome(f"{family}\n{auth('x', 'AH')}")
    assert instance.version == version
    assert (instance.auth is None) == (family != "")


@pytest.mark.parametrize(
    ("defaults", "body", "version"),
    [("vrrp_version 3", "", 3), ("vrrp_version 3", "version 2", 2), ("vrrp_version 2", "native_ipv6", 3)],
)
def test_where_the_version_comes_from(defaults, body, version):
    assert outcome(body, defaults)[1].version == version


def test_strict_mode_can_be_turned_off_for_one_instance():
    assert outcome("strict_mode off\nlower_prio_no_advert off", "vrrp_strict")[1].lower_prio_no_advert is False
