from __future__ import annotations

import gc

import pytest

from standfast.config import model
from standfast.config.load import load, load_text
from standfast.config.source import MemoryReader

TWELVE_LINES = """\
vrrp_instance web {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass s3cret
    }
    virtual_ipaddress {
        192.0.2.10/24 dev eth0
    }
}
"""


def test_twelve_lines_give_an_instance_without_complaint():
    loaded = load_text(TWELVE_LINES)
    assert (loaded.diagnostics, loaded.stops) == ([], [])
    assert loaded.config is not None
    (web,) = loaded.config.instances
    assert (web.name, web.vrid, web.priority, web.interface) == ("web", 51, 150, "eth0")
    assert (str(web.vips[0].address), web.vips[0].prefix) == ("192.0.2.10", 24)
    assert model.decode(model.encode(loaded.config)) == loaded.config


def test_files_conditions_and_the_environment():
    main = b"include more.conf\n@a vrrp_instance one {\n@a }\n$ID=${_ENV VRID}\n"
    more = b"vrrp_instance two {\n interface eth0\n virtual_router_id 7\n no_virtual_ipaddress\n}\n"
    reader = MemoryReader({"/etc/main.conf": main, "/etc/more.conf": more})
    loaded = load("/etc/main.conf", config_id="b", environ={"VRID": "9"}, reader=reader)
    assert loaded.config is not None
    assert [instance.name for instance in loaded.config.instances] == ["two"]
    assert loaded.config.config_id == "b"
    assert loaded.files[0] == "/etc/main.conf"
    assert any(name.endswith("more.conf") for name in loaded.files)


def test_a_missing_file_is_a_stop_not_an_exception():
    loaded = load("/nowhere/at/all.conf", config_id="")
    assert loaded.config is None
    assert [d.code for d in loaded.stops] == ["SF1001"]


def test_faults_do_not_keep_it_from_running():
    loaded = load_text(TWELVE_LINES.replace("priority 150", "priority 999\n    nonsense 5"))
    assert [d.code for d in loaded.diagnostics] == ["SF2101", "SF3002"]
    assert loaded.config is not None
    assert loaded.config.instances[0].priority == 100


def test_a_brace_too_many_comes_after_what_shows_where_it_went_wrong():
    loaded = load_text('    script "/bin/true"\n    interval 2\n}\n' + TWELVE_LINES)
    assert [(d.code, d.span.line) for d in loaded.diagnostics[:3]] == [("SF2102", 1), ("SF2102", 2), ("SF2002", 3)]


def test_a_line_that_the_parser_calls_wrong_draws_no_second_fault():
    loaded = load_text(
        "vrrp_instance a {\n  prior\u00a0ity 5\n  interface eth0\n  virtual_router_id 1\n  no_virtual_ipaddress\n}"
    )
    assert [d.code for d in loaded.diagnostics if d.span.line == 2] == ["SF1106"]


def test_the_host_s_name_is_the_default_of_router_id():
    loaded = load_text("global_defs {\n}\n")
    assert loaded.config is not None
    assert loaded.config.global_defs.router_id


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled):
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        load("/nowhere.conf", config_id="")
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()
