from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.config.load import load_text
from standfast.config.script_model import Identity, ScriptCall


def read(line: str) -> tuple[ScriptCall | None, list[str]]:
    loaded = load_text(f"global_defs {{\n{line}\n}}\n")
    found = [d.code for d in loaded.diagnostics if d.code != "SF5001"]
    return loaded.settings.block("global_defs").get("startup_script"), found


@pytest.mark.parametrize(
    ("rest", "argv", "identity", "codes"),
    [
        ("/bin/a", ("/bin/a",), Identity(), []),
        ("\"/bin/a b 'c d'\"", ("/bin/a", "b", "c d"), Identity(), []),
        ("/bin/a nobody", ("/bin/a",), Identity(user="nobody"), []),
        ("/bin/a nobody adm", ("/bin/a",), Identity(user="nobody", group="adm"), []),
        ("/bin/a nobody :adm", ("/bin/a",), Identity(user="nobody", group="adm", supplementary=True), []),
        ("/bin/a nobody adm more", ("/bin/a",), Identity(user="nobody", group="adm"), ["SF2109"]),
        ("/bin/a MASTER", ("/bin/a",), Identity(user="MASTER"), ["SF3202"]),
        ("/bin/a -x", ("/bin/a",), Identity(user="-x"), ["SF3202"]),
        ('"/bin/a | /bin/b"', ("/bin/a", "|", "/bin/b"), Identity(), ["SF3203"]),
        ('"/bin/a && /bin/b"', ("/bin/a", "&&", "/bin/b"), Identity(), ["SF3203"]),
        ('"/bin/a > /dev/null 2>&1"', ("/bin/a", ">", "/dev/null", "2>&1"), Identity(), ["SF3203"]),
        ("\"/bin/sh -c '/bin/a | /bin/b'\"", ("/bin/sh", "-c", "/bin/a | /bin/b"), Identity(), []),
    ],
)
def test_commands_and_who_runs_them(rest, argv, identity, codes):
    assert read(f"startup_script {rest}") == (ScriptCall(argv=argv, identity=identity), codes)


@pytest.mark.parametrize("rest", ["'/bin/a", '""', "/bin/a\\"])
def test_what_cannot_be_split_is_dropped(rest):
    assert read(f"startup_script {rest}") == (None, ["SF3201"])


def test_the_hint_quotes_the_whole_command():
    loaded = load_text("global_defs {\nstartup_script /bin/a MASTER\n}")
    (found,) = [d for d in loaded.diagnostics if d.code == "SF3202"]
    assert found.hint == 'write `startup_script "/bin/a MASTER"`'


def test_a_command_alone_leaves_the_rest_out():
    loaded = load_text("vrrp_script a {\nscript /bin/a -x\n}\n")
    assert "SF3204" in [d.code for d in loaded.diagnostics]
    assert loaded.config.scripts[0].command.argv == ("/bin/a",)


def test_users_are_names():
    loaded = load_text("global_defs {\nscript_user nobody :\n}\n")
    assert [d.code for d in loaded.diagnostics] == ["SF3004"]


@given(st.text(st.sampled_from("ab '\"\\|;&:/x0"), max_size=20))
def test_no_line_raises(text):
    call, _ = read(f"startup_script {text}")
    assert call is None or call.argv[0]
