from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.tracking_model import SERVICES, Tracker

VI = (
    "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {{\n192.0.2.1/24\n}}\n{more}\n}}\n"
)
SCRIPT = "vrrp_script {0} {{\nscript /bin/true\nweight -5 reverse\n}}\n"


def load(text):
    loaded = load_text(text)
    return loaded.config, [(d.code, d.source_line.strip()) for d in loaded.diagnostics if d.code != "SF5001"]


def tracked(more: str, before: str = SCRIPT.format("chk"), after: str = ""):
    config, found = load(before + VI.format(name="a", more=more) + after)
    return config.instances[0].trackers, found


def test_what_a_line_does_not_say_comes_from_the_definition():
    trackers, found = tracked("track_script {\nchk\n}")
    assert trackers == (Tracker(kind="script", name="chk", weight=-5, reverse=True),)
    trackers, _ = tracked("track_script {\nchk weight 3 noreverse\n}")
    assert trackers == (Tracker(kind="script", name="chk", weight=3),)
    assert found == []


def test_interfaces_need_no_definition():
    trackers, found = tracked("track_interface {\neth1 weight 3\neth2\n}", "")
    assert [(t.name, t.weight) for t in trackers] == [("eth1", 3), ("eth2", 0)]
    assert found == []


def test_services_are_awaited_where_there_are_any():
    service = (
        "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 80 {\n}\n}\n"
    )
    awaited = (Tracker(kind="services", name=SERVICES),)
    assert tracked("await_services", "", service) == (awaited, [])
    assert tracked("await_services off", "", service) == ((), [])
    assert tracked("await_services", "") == ((), [("SF4115", "await_services")])


def test_names_are_looked_up_in_the_order_of_the_text():
    trackers, found = tracked("track_script {\nlate\n}", "", SCRIPT.format("late"))
    assert (trackers, found) == ((), [("SF4103", "late")])


def test_unknown_names_are_guessed_at():
    loaded = load_text(SCRIPT.format("check_http") + VI.format(name="a", more="track_script {\nchek_http\n}"))
    (found,) = [d for d in loaded.diagnostics if d.code == "SF4102"]
    assert found.hint == "did you mean `check_http`?"


def test_a_name_counts_once_and_the_first_definition_of_it():
    trackers, found = tracked("track_script {\nchk\nchk weight 3\n}", SCRIPT.format("chk") * 2)
    assert trackers == (Tracker(kind="script", name="chk", weight=-5, reverse=True),)
    assert [code for code, _ in found] == ["SF4108", "SF4104"]


def test_what_was_removed_is_not_complained_of_again():
    assert tracked("track_script {\nchk\n}", "vrrp_script chk {\n}\n") == ((), [("SF4101", "vrrp_script chk {")])


def test_what_nothing_tracks_is_named():
    assert [code for code, _ in load(SCRIPT.format("chk"))[1]] == ["SF4107"]
    used = "virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\nFILE_CHECK {\ntrack_file f\n}\n}\n}\n"
    assert "SF4107" not in [code for code, _ in load("track_file f {\nfile /f\n}\n" + used)[1]]


@pytest.mark.parametrize("kind", ["script", "file", "process", "bfd"])
def test_every_kind_is_looked_up(kind):
    assert tracked(f"track_{kind} {{\nx\n}}", "") == ((), [("SF4102", "x")])


def test_the_last_of_two_commands_counts():
    text = 'vrrp_script s {\nscript "/bin/true"\nscript "/bin/false"\n}\n'
    loaded = load_text(
        text + "vrrp_instance V {\ninterface eth0\nvirtual_router_id 5\ntrack_script {\ns\n}\n"
        "virtual_ipaddress {\n192.0.2.9/24\n}\n}\n"
    )
    assert loaded.diagnostics == []
    (script,) = loaded.config.scripts
    assert script.command.argv == ("/bin/false",)
