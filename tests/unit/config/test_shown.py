from __future__ import annotations

from standfast.config.load import load_text
from standfast.config.shown import Origin, item

LINE = Origin(kind="line", file="a.conf", line=3)


def test_an_origin_in_words():
    assert str(LINE) == "a.conf:3"
    assert str(Origin(kind="default")) == "default"
    above = Origin(kind="inherited", inherited_from="global_defs", file="a.conf", line=1, written="x 1")
    assert str(above) == "global_defs, a.conf:1 (written: x 1)"


def test_what_stands_in_global_defs_has_words():
    lines = ("smtp_server 192.0.2.25 2525", "notify_fifo /run/a root adm", "vrrp_garp_extra_if all 30", "umask 022")
    loaded = load_text("global_defs {\n" + "\n".join(lines) + "\n}")
    values = loaded.settings.block("global_defs").sequence
    shown = {value.setting: item(value.setting, value.value, LINE) for value in values}
    assert [each.text for each in shown.values()] == ["192.0.2.25 2525", "/run/a root adm", "all 30 s", "022"]
    assert shown["umask"].value == 0o22


def test_a_time_says_its_unit_and_a_secret_says_nothing():
    assert (item("advert_int", 1000, LINE, time=True).unit, item("priority", 1, LINE).unit) == ("us", "")
    for keyword, value in (("auth_pass", b"s3cret"), ("header", ("Authorization", "Bearer s3cret"))):
        secret = item(keyword, value, LINE)
        assert (secret.text, secret.value) == ("(not shown)", None)
