from __future__ import annotations

import pytest

from standfast.config.load import load_text
from standfast.config.unknown import GONE, MOST_ADVICE, Guide
from standfast.plugins import installed_plugins


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("vrrp_instance a {\npriorty 5\n}", "SF2101", "did you mean `priority`?"),
        ("vrrp_instance a {\nPriority 5\n}", "SF2101", "did you mean `priority`?"),
        ("vrrp_instance a {\nroute_id x\n}", "SF2101", "did you mean `router_id`, which belongs in `global_defs`?"),
        ("router_id x", "SF2102", "it belongs in `global_defs`"),
        ("global_defs {\nuse_pid_dir\n}", "SF2102", "it belongs in the top level"),
        ("zzzzzzzz", "SF2101", ""),
    ],
)
def test_what_is_suggested(text, code, hint):
    found = next(d for d in load_text(text).diagnostics if d.code.startswith("SF210"))
    assert (found.code, found.hint) == (code, hint)


def test_a_keyword_of_many_blocks_names_a_few():
    (found,) = load_text("connect_port 80").diagnostics
    assert found.hint.startswith("it belongs in `virtual_server/real_server/TCP_CHECK` or")
    assert found.hint.endswith("more blocks")


def test_it_knows_every_word_of_the_schema():
    guide = Guide(installed_plugins().schema)
    assert guide.knows("priority")
    assert guide.knows("misc_path")
    assert not guide.knows("priorty")


def test_an_old_name_in_the_wrong_block_may_be_right_under_its_new_name():
    service = (
        "protocol TCP\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\nnb_get_retry 3\n}\n}\n"
    )
    loaded = load_text(f"virtual_server 192.0.2.1 80 {{\n{service}}}\n")
    (told,) = (d for d in loaded.diagnostics if d.code == "SF2102")
    assert told.hint == "write `retry`"


@pytest.mark.parametrize("word", GONE)
def test_words_of_forks_and_old_releases_are_explained(word):
    (found,) = (d for d in load_text(f"global_defs {{\n{word} x\n}}\n").diagnostics if d.severity == "error")
    assert (found.code, found.hint) == ("SF2113", GONE[word])


def test_looking_for_similar_words_has_an_end():
    text = "\n".join(f"priorit{number}" for number in range(MOST_ADVICE + 5))
    hints = [found.hint for found in load_text(f"vrrp_instance a {{\n{text}\n}}").diagnostics if found.code == "SF2101"]
    assert all(hints[:50])
    assert not any(hints[MOST_ADVICE:])
