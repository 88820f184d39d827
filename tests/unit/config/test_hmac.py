from __future__ import annotations

import pytest

from standfast.config.hmac import usual_window
from standfast.config.load import load_text
from standfast.values import SECOND

KEY = "key 1 " + "k" * 32
VI = "vrrp_instance a {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n{0}\n}}\n"


def load(lines, more=""):
    loaded = load_text(VI.format(f"auth_hmac {{\n{lines}\n}}\n{more}"))
    return loaded.config.instances[0], [d.code for d in loaded.diagnostics if d.code != "SF5001"]


def test_a_whole_block():
    one, found = load(
        f"{KEY}\nkey 2 hex:{'ab' * 32}\nkey 3 file:/etc/key\nkey 4 credential:vrrp\nactive_key 2\ntime_window 9"
    )
    assert ([key.id for key in one.hmac.keys], one.hmac.window_s, found) == ([1, 2, 3, 4], 9, [])
    assert (one.hmac.keys[1].secret, one.hmac.keys[2].file) == (b"\xab" * 32, "/etc/key")
    assert one.hmac.keys[3].credential == "vrrp"
    assert not one.permanent_fault


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (KEY, ["SF4162"]),
        (f"{KEY}\nactive_key 2", ["SF4162"]),
        (f"{KEY}\nactive_key 256", ["SF3002"]),
        ("key 1 short\nactive_key 1", ["SF4161", "SF4162"]),
        ("key 1 hex:xyz\nactive_key 1", ["SF4161", "SF4162"]),
        ("key 1 file:\nactive_key 1", ["SF4161", "SF4162"]),
        ("key 1 credential:\nactive_key 1", ["SF4161", "SF4162"]),
    ],
)
def test_without_its_key_the_block_is_dropped(lines, codes):
    one, found = load(lines)
    assert (one.hmac, one.permanent_fault, found) == (None, "", codes)


def test_the_first_of_two_keys_counts():
    one, found = load(f"{KEY}\nkey 1 {'x' * 32}\nactive_key 1")
    assert (one.hmac.keys[0].secret, found) == (b"k" * 32, ["SF4162"])


def test_strict_mode_enforces():
    one, found = load(f"{KEY}\nactive_key 1\nmode permissive", "strict_mode")
    assert (one.hmac.mode, [code for code in found if code != "SF4038"]) == ("enforce", ["SF4163"])


@pytest.mark.parametrize(("interval", "window"), [(SECOND, 5), (2 * SECOND, 6), (255 * SECOND, 300)])
def test_the_usual_window(interval, window):
    assert usual_window(interval) == window
