"""The effective configuration: every value, and the place that it was bound from."""

from __future__ import annotations

import pytest

from standfast.config.effective import show
from standfast.config.knowledge import Knowledge
from standfast.config.load import load_text
from standfast.config.schema import Block, Keyword, block_at
from standfast.config.shown import Item, Origin, Section
from standfast.config.wording import ANNOUNCING_FIELDS, FIELDS
from standfast.plugins import with_plugins

SCHEMA = with_plugins()[0]
INSTANCE = "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    no_virtual_ipaddress\n}\n"


def sections(text: str, config_id: str = "") -> list[Section]:
    loaded = load_text(text, config_id=config_id)
    return list(show(loaded, SCHEMA, Knowledge(loaded), file="<text>", config_id=config_id).sections)


def items(text: str, *path: str) -> list[Item]:
    found = sections(text)
    for step in path[:-1]:
        block, _, name = step.partition(" ")
        (section,) = [s for s in found if s.block == block and (not name or s.name == name)]
        found = list(section.sections)
    return [each for each in section.items if each.keyword == path[-1]]


def only(text: str, *path: str) -> tuple[str, str]:
    (found,) = items(text, *path)
    return found.text, str(found.origin)


def test_a_line_a_default_and_what_is_inherited():
    text = f"global_defs {{\n    vrrp_version 3\n}}\n{INSTANCE}"
    assert only(text, "vrrp_instance VI_1", "virtual_router_id") == ("51", "<text>:6")
    assert only(text, "vrrp_instance VI_1", "version") == ("3", "global_defs, <text>:2")
    assert only(text, "vrrp_instance VI_1", "advert_int") == ("1 s", "default")
    assert only(text, "vrrp_instance VI_1", "priority") == ("100", "default")


def test_what_was_repaired_shows_what_was_written():
    text = INSTANCE.replace("no_virtual", "advert_int 1.6\n    nopreempt\n    state MASTER\n    no_virtual")
    assert only(text, "vrrp_instance VI_1", "advert_int") == ("2 s", "<text>:4 (written: advert_int 1.6)")
    assert only(text, "vrrp_instance VI_1", "nopreempt") == ("off", "<text>:5 (written: nopreempt)")
    assert only(text, "vrrp_instance VI_1", "state") == ("MASTER", "<text>:6")


def test_strict_mode_is_named_where_it_decides():
    text = f"global_defs {{\n    vrrp_strict\n}}\n{INSTANCE}".replace(
        "no_virtual_ipaddress", "virtual_ipaddress {\n192.0.2.1\n}"
    )
    assert only(text, "vrrp_instance VI_1", "lower_prio_no_advert") == ("on", "global_defs, <text>:2")
    assert only(text, "vrrp_instance VI_1", "strict_mode") == ("on", "global_defs, <text>:2")


def test_the_last_one_counts_or_the_first_one_as_bound():
    text = INSTANCE.replace("no_virtual", "priority 5\n    priority 7\n    version 3\n    version 2\n    no_virtual")
    assert only(text, "vrrp_instance VI_1", "priority") == ("7", "<text>:5")
    assert only(text, "vrrp_instance VI_1", "version") == ("3", "<text>:6")


def test_lines_of_blocks_have_their_own_places():
    text = INSTANCE.replace(
        "    no_virtual_ipaddress\n",
        "    virtual_ipaddress {\n192.0.2.1/24\n192.0.2.1/24\n2001:db8::1\n}\n"
        "    virtual_ipaddress_excluded {\n2001:db8::2/64 dev eth1\n}\n",
    )
    assert [(i.text, i.origin.line) for i in items(text, "vrrp_instance VI_1", "virtual_ipaddress")] == [
        ("192.0.2.1/24 dev eth0", 5)
    ]
    assert only(text, "vrrp_instance VI_1", "virtual_ipaddress_excluded") == ("2001:db8::2/64 dev eth1", "<text>:10")


def test_trackers_show_the_weight_that_counts():
    text = f"vrrp_script c {{\nscript /bin/true\nweight -20\n}}\n{INSTANCE}".replace(
        "no_virtual", "track_script {\nc\nmissing\n}\ntrack_interface {\neth1 weight 5 reverse\n}\nno_virtual"
    )
    assert only(text, "vrrp_instance VI_1", "track_script") == ("c weight -20", "<text>:9")
    assert only(text, "vrrp_instance VI_1", "track_interface") == ("eth1 weight 5 reverse", "<text>:13")
    assert only(text, "vrrp_script c", "timeout") == ("1 s", "default")


def test_a_secret_is_not_shown():
    text = INSTANCE.replace("no_virtual", "authentication {\nauth_type PASS\nauth_pass s3cret\n}\nno_virtual")
    assert only(text, "vrrp_instance VI_1", "authentication", "auth_pass") == ("(not shown)", "<text>:6")
    assert "s3cret" not in repr(sections(text))


def test_what_does_not_count_is_marked():
    ignored = INSTANCE.replace("no_virtual", "version 3\nauthentication {\nauth_type PASS\nauth_pass x\n}\nno_virtual")
    (instance,) = [s for s in sections(ignored) if s.block == "vrrp_instance"]
    assert [s.left_out for s in instance.sections] == [True]
    twice = "vrrp_script c {\nscript /bin/true\n}\n" * 2 + INSTANCE
    assert [s.left_out for s in sections(twice) if s.block == "vrrp_script"] == [False, True]


SERVICE = """virtual_server 192.0.2.10 80 {
    delay_loop 7
    lvs_sched wrr
    lvs_method NAT
    protocol TCP
    retry 4
    real_server 10.0.0.1 80 {
        retry 5
        TCP_CHECK {
        }
    }
    real_server 10.0.0.1 80 {
    }
}
"""


def test_checkers_inherit_from_both_blocks_around_them():
    servers = sections(SERVICE)[-1].sections
    assert [server.left_out for server in servers] == [False, True]
    (check,) = servers[0].sections
    found = {each.keyword: (each.text, str(each.origin)) for each in check.items}
    assert found["delay_loop"] == ("7 s", "virtual_server, <text>:2")
    assert found["retry"] == ("5", "real_server, <text>:8")
    assert found["connect_port"] == ("80", "default")
    weight = next(each for each in servers[0].items if each.keyword == "weight")
    assert (weight.text, weight.origin) == ("1", Origin(kind="default"))


def test_a_service_that_cannot_be_is_left_out():
    text = "virtual_server group nothing {\n}\n" + SERVICE
    assert [s.left_out for s in sections(text) if s.block == "virtual_server"] == [True, False]


# The origins are those of the binding: each keyword alone is named where it stands.

BLOCK = block_at(SCHEMA, "vrrp_instance")
OWN = sorted(
    {w.keyword for w in (*FIELDS.values(), *ANNOUNCING_FIELDS.values())}
    - {"virtual_router_id", "interface", "mcast_src_ip"}
)
NEEDS = {
    "unicast_ttl": "unicast_peer {\n192.0.2.9\n}\n",
    "check_unicast_src": "unicast_peer {\n192.0.2.9\n}\n",
    "timer_expired_backup": "nopreempt\n",
}


def example(block: Block, name: str) -> str:
    declaration = block.find(name)
    assert isinstance(declaration, Keyword)
    return declaration.example


@pytest.mark.parametrize("keyword", [name for name in OWN if BLOCK.find(name) is not None])
def test_a_keyword_of_an_instance_is_found_at_its_line(keyword):
    said = f"{NEEDS.get(keyword, '')}{example(BLOCK, keyword)}\n"
    text = INSTANCE.replace("    no_virtual", f"{said}    no_virtual")
    line = 3 + said.count("\n")
    (found,) = items(text, "vrrp_instance VI_1", keyword)
    assert (found.origin.kind, found.origin.line) == ("line", line)


GLOBALS = block_at(SCHEMA, "global_defs")
INHERITED = [
    (wording.keyword, above)
    for wording in (*FIELDS.values(), *ANNOUNCING_FIELDS.values())
    for above in wording.inherits
    if above != wording.keyword and above not in ("vrrp_mcast_group6", "vrrp_strict")
]


@pytest.mark.parametrize(("keyword", "above"), INHERITED)
def test_a_keyword_of_global_defs_is_named_as_origin(keyword, above):
    text = f"global_defs {{\n{example(GLOBALS, above)}\n}}\n{INSTANCE}"
    assert only(text, "vrrp_instance VI_1", keyword)[1] == "global_defs, <text>:2"


OTHER_VALUES = {
    "vrrp_version": "3", "vrrp_down_timer_adverts": "9", "vrrp_higher_prio_send_advert": "off",
    "vrrp_check_unicast_src": "off", "vrrp_mcast_group4": "224.0.0.99",
    "vrrp_garp_extra_if": "30",
}  # fmt: skip


@pytest.mark.parametrize(("keyword", "above"), INHERITED)
def test_what_is_named_as_origin_really_decides(keyword, above):
    """Another value there gives another value here: the table of inheritance is that of the pipeline."""
    said = {0: "77", 1: "99"} if "garp_master" in above or ("lower_prio_" in above and "garp" in above) else {}
    values = [said.get(0, "off"), said.get(1, OTHER_VALUES.get(above, "on"))]
    if above in ("vrrp_version", "vrrp_down_timer_adverts", "vrrp_mcast_group4"):
        values[0] = {"vrrp_version": "2", "vrrp_down_timer_adverts": "3", "vrrp_mcast_group4": "224.0.0.18"}[above]
    if values[1] == "off":
        values[0] = "on"
    need = NEEDS.get(keyword, "") if keyword == "check_unicast_src" else ""
    shown = [
        only(
            f"global_defs {{\n{above} {value}\n}}\n{INSTANCE}".replace("no_virt", f"{need}no_virt"),
            "vrrp_instance VI_1",
            keyword,
        )[0]
        for value in values
    ]
    assert shown[0] != shown[1]
