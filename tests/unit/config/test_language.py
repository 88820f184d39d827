"""Every keyword that keepalived knows is known here, at the place where keepalived has it."""

from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.schema import Block, Entries, Keyword, block_at, walk
from standfast.plugins import find_plugins, installed_plugins

EVERYTHING = dict(walk(installed_plugins().schema))


def test_the_whole_language_is_there():
    """Names and places as counted in keepalived 2.4.3, without options of lines and without our own additions."""
    theirs = [path for path, declaration in EVERYTHING.items() if not declaration.ours]
    theirs = [path for path in theirs if not path.startswith("vrrp_check/")]
    spelled_as_in_the_manual = {"state_file_location", "stats_file_location", "json_file_location"}
    theirs = [path for path in theirs if path.rpartition("/")[2] not in spelled_as_in_the_manual]
    assert len(theirs) == len(set(theirs))
    assert (len({path.rpartition("/")[2] for path in theirs}), len(theirs)) == (363, 531)


@pytest.mark.parametrize(
    "path",
    [
        "virtual_server/real_server/SMTP_CHECK/host/bind_if",
        "virtual_server/real_server/SSL_GET/url/tls_compliant",
        "virtual_server/real_server/HTTP_GET/nb_get_retry",
        "virtual_server/sh-fallback",
        "vrrp_sync_group/global_tracking",
        "garp_group/interfaces",
        "bfd_instance/neighbour_ip",
        "SSL/ca",
    ],
)
def test_places(path):
    assert path in EVERYTHING


def test_value_blocks_hold_data_not_keywords():
    for path in ("virtual_server_group", "static_routes", "track_group/group", "interface_up_down_delays"):
        assert isinstance(EVERYTHING[path], Entries)


def example(path: str, declaration: Keyword | Entries | Block) -> str:
    """The declaration's example, in all the blocks that it needs around it."""
    text = declaration.example
    while path := path.rpartition("/")[0]:
        head = EVERYTHING[path].example.splitlines()[0].partition("{")[0]
        text = f"{head} {{\n{text}\n}}"
    return text


def test_every_keyword_is_recognised_where_it_belongs():
    schema = installed_plugins().schema
    strange = {
        path: found.message
        for path, declaration in EVERYTHING.items()
        for found in load_text(example(path, declaration), schema=schema).diagnostics
        if found.code in ("SF2101", "SF2102")
    }
    assert strange == {}


def test_a_plugin_can_take_the_place_of_what_waits():
    schema = find_plugins().schema
    with pytest.raises(ValueError, match="already declared"):
        block_at(schema, "virtual_server/real_server").attach(Block("TCP_CHECK", "", ""))
