from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.script_model import Identity
from standfast.values import SECOND


def load(text):
    loaded = load_text(text)
    quiet = ("SF5001", "SF4107")
    return loaded.config, [(d.code, d.span.line) for d in loaded.diagnostics if d.code not in quiet]


def test_a_script_has_the_values_of_its_block_and_the_usual_ones():
    config, found = load("vrrp_script s {\nscript /bin/s\ninterval 2.5\nweight 7 reverse\nfall 3\nuser nobody\n}")
    (script,) = config.scripts
    assert (script.interval, script.timeout, script.weight, script.reverse) == (2_500_000, 2_500_000, 7, True)
    assert (script.rise, script.fall, script.command.identity, found) == (1, 3, Identity(user="nobody"), [])


def test_scripts_without_a_user_have_the_global_one():
    config, _ = load("vrrp_script s {\nscript /bin/s\n}\nglobal_defs {\nscript_user a b\nset_supplementary_groups\n}")
    assert config.scripts[0].command.identity == Identity(user="a", group="b", supplementary=True)


@pytest.mark.parametrize("block", ["vrrp_script", "track_file", "vrrp_track_process", "bfd_instance"])
def test_without_its_essential_part_a_definition_is_removed(block):
    config, found = load(f"{block} x {{\nweight 3\n}}\n")
    assert found == [("SF4101", 1)]
    assert (config.scripts, config.files, config.processes, config.bfd_sessions) == ((), (), (), ())


def test_one_fault_is_one_complaint():
    assert load('vrrp_script x {\nscript "\'"\n}\n')[1] == [("SF3201", 2)]


def test_files():
    config, _ = load("track_file f {\nfile /run/f\ninit_file overwrite 4\nweight -2\n}\ntrack_file g {\nfile /g\n}")
    first, second = config.files
    assert (first.path, first.weight, first.initial, first.overwrite) == ("/run/f", -2, 4, True)
    assert (second.weight, second.initial) == (1, None)


@pytest.mark.parametrize(
    ("lines", "match", "full"),
    [
        ("process a", "none", False),
        ("process a b", "exact", True),
        ("process a\nparam_match", "exact", True),
        ("process a b\nparam_match initial", "initial", True),
        ("process a\nfull_command", "none", True),
    ],
)
def test_how_processes_are_compared(lines, match, full):
    config, found = load(f"vrrp_track_process p {{\n{lines}\n}}")
    assert (config.processes[0].match, config.processes[0].full_command, found) == (match, full, [])


@pytest.mark.parametrize(
    ("lines", "limits", "codes"),
    [
        ("quorum_max 0", (0, 0), []),
        ("quorum 2\nquorum_max 3", (2, 3), []),
        ("quorum 4\nquorum_max 3", (4, 4), [("SF4110", 4)]),
    ],
)
def test_quorum(lines, limits, codes):
    config, found = load(f"vrrp_track_process p {{\nprocess a\n{lines}\n}}")
    (process,) = config.processes
    assert ((process.quorum, process.quorum_max), found) == (limits, codes)


def test_one_delay_is_both_and_each_can_be_its_own():
    config, _ = load("vrrp_track_process p {\nprocess a\ndelay 2\nfork_delay 1\n}")
    assert (config.processes[0].fork_delay, config.processes[0].terminate_delay) == (SECOND, 2 * SECOND)
