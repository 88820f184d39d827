from __future__ import annotations

import pytest

from standfast.config.idle import HELPERS
from standfast.config.keywords.root import build_schema
from standfast.config.load import load
from standfast.config.source import MemoryReader

INSTANCE = "vrrp_instance VI {\ninterface eth0\nvirtual_router_id 51\nno_virtual_ipaddress\n}\n"


def found(text: str) -> list[str]:
    loaded = load("/etc/main.conf", config_id="here", reader=MemoryReader({"/etc/main.conf": text.encode()}))
    return [str(d.span) + " " + d.message for d in loaded.diagnostics if d.code == "SF4041"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "! all of it is a comment\n",
        "global_defs {\nrouter_id a\n}\n",
        "vrrp_script check {\nscript /bin/true\n}\n",
        "garp_group {\ngarp_interval 0.005\ninterfaces {\neth0\n}\n}\n",
        INSTANCE.replace("vrrp_instance", "@there vrrp_instance").replace("\n", "\n@there ").removesuffix("@there "),
    ],
    ids=["empty", "comment", "globals", "script", "announcements", "another machine's"],
)
def test_without_a_virtual_router_there_is_nothing_to_do(text):
    assert found(text) == ["/etc/main.conf:1:1 nothing to do: no `vrrp_instance`"]


@pytest.mark.parametrize(
    "text",
    [
        INSTANCE,
        "vrrp_instance {\n}\n" + INSTANCE,
        "virtual_server 192.0.2.1 80 {\nprotocol TCP\nreal_server 192.0.2.2 80 {\n}\n}\n",
        "static_ipaddress {\n192.0.2.5/24 dev eth0\n}\n",
    ],
)
def test_otherwise_there_is(text):
    assert found(text) == []


def test_a_file_that_cannot_be_read_is_not_called_idle():
    assert [d.code for d in load("/nowhere/at/all.conf", config_id="").diagnostics] == ["SF1001"]


def test_helpers_are_words_of_the_language():
    assert set(build_schema().names()) >= HELPERS


@pytest.mark.parametrize(
    "text", ["vrrp_instnace VI {\n}\n", "VRRP_INSTANCE VI {\n}\n", "vrrp_instance {\n}\n", "global_defs {\n"]
)
def test_a_fault_that_explains_it_is_told_alone(text):
    assert found(text) == []


def test_nothing_is_missing_from_what_is_no_configuration():
    assert found("<!DOCTYPE html>\n<p>404\n") == []
