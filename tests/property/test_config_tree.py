"""The lossless tree and the formatter: nothing is lost, nothing changes its meaning."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from standfast.config import ConfigText, NotFormattableError, formatted, load_text
from standfast.config.edit import add, remove
from standfast.config.layout import same_meaning

FRAGMENTS = st.sampled_from(
    [
        *("{", "}", '"', "#", "!", "\\#", "\\\n", "\n", "\r\n", " ", "\t", "\0", "\ufeff", "\u00a0", "é"),
        *("${A}", "$A", "$A=b\n", "$A= \\\n", "@x ", "@^x ", "~SEQ(N, 1, 2) ", "{{ x }}"),
        *("word", "vrrp_instance a {\n", "}\n", "priority 5\n"),
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), max_size=50).map("".join)
BYTES = st.one_of(st.binary(max_size=300), TEXTS.map(lambda text: text.encode("utf-8", "replace")))


@settings(max_examples=500, deadline=None)
@given(BYTES)
@example(b"$A= \\\n# c\n{\n")
@example(b"a\r")
@example(b"\xef\xbb\xbf# c\r\n{")
def test_every_text_comes_back_byte_for_byte(data):
    assert ConfigText.parse(data).data() == data


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example("@x a { b } c {\n}\n")
@example("a\n@x b\n{ c }\n")
@example('a "b\n{ c }\n')
@example("\n\ufeff\0")
@example("$A= \\\n\u00a0")
def test_formatting_never_changes_the_meaning_and_is_done_once(text):
    with suppress(NotFormattableError):
        new = formatted(text)
        assert same_meaning(text, new)
        assert formatted(new) == new


BLANKS = st.sampled_from((" ", "  ", "\t", " \t "))
ENDS = st.sampled_from(("\n", "\r\n", "  \n", " # a comment\n", " ! {\n", "\n\n", "\n\n\n# } comment\n"))


@st.composite
def configurations(draw) -> str:
    """Sound configurations, badly laid out."""
    parts = [draw(st.sampled_from(("", "\ufeff", "# first\n")))]

    def statement(*words: str) -> None:
        parts.append(draw(BLANKS) + draw(BLANKS).join(words) + draw(ENDS))

    def block(head: str, *inside: tuple[str, ...]) -> None:
        parts.append(draw(BLANKS) + head + draw(st.sampled_from((" {", "{", "\n{", " # why\n  {"))) + draw(ENDS))
        for words in inside:
            statement(*words)

    for number in range(draw(st.integers(1, 3))):
        block(f"vrrp_instance VI_{number}", ("interface", "eth0"), ("virtual_router_id", str(number + 1)))
        statement("priority", str(draw(st.integers(1, 254))))
        if draw(st.booleans()):
            statement("@x", "nopreempt")
        block("authentication", ("auth_type", "PASS"), ("auth_pass", draw(st.sampled_from(("x", '"a#b"', "\\#y")))))
        parts.append(draw(st.sampled_from(("}", " }\n"))) + draw(ENDS))
        block("virtual_ipaddress", ("192.0.2.1/24", "dev", "eth0"), ("192.0.2.2/24",))
        parts.append(" }" + draw(ENDS) + "}" + draw(ENDS))
    return "".join(parts)


@settings(max_examples=150, deadline=None)
@given(configurations())
def test_the_effective_configuration_is_the_same_before_and_after(text):
    new = formatted(text)
    assert formatted(new) == new
    assert ConfigText.parse(text).text() == text
    for node in ("x", "y"):
        old_config, new_config = (load_text(each, config_id=node).config for each in (text, new))
        assert old_config is not None
        assert msgspec.json.encode(old_config) == msgspec.json.encode(new_config)


@settings(max_examples=150, deadline=None)
@given(configurations())
def test_what_is_added_can_be_removed_and_leaves_no_trace(text):
    tree = ConfigText.parse(text)
    path = ("vrrp_instance VI_0",)
    before = [node.raw for _, node in tree.walk()]
    add(tree, path, "track_interface {\n    eth9\n}")
    again = ConfigText.parse(tree.text())
    assert len(again.find(*path, "track_interface", "eth9")) == 1
    remove(again, (*path, "track_interface"))
    assert [node.raw for _, node in ConfigText.parse(again.text()).walk()] == before
