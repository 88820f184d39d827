from __future__ import annotations

import pytest

from standfast.config import ConfigText, EditError, add, load_text, quoted, remove, set_value

TEXT = """# two routers
vrrp_instance VI_1 {
  interface eth0   # uplink
  priority   100   # low

  # the address
  virtual_ipaddress {
    192.0.2.1/24   # first
    192.0.2.2/24
    # no more
  }
}
vrrp_instance VI_2 { priority 1 }
"""


@pytest.fixture
def text():
    return ConfigText.parse(TEXT)


def test_a_value_changes_and_nothing_else(text):
    set_value(text, ("vrrp_instance VI_1", "priority"), "150")
    assert text.text() == TEXT.replace("priority   100", "priority   150")


def test_a_keyword_that_is_missing_is_added_at_the_end_of_its_block(text):
    set_value(text, ("vrrp_instance VI_1", "virtual_router_id"), "51")
    assert text.text() == TEXT.replace("  }\n}\n", "  }\n  virtual_router_id 51\n}\n")


def test_a_keyword_that_stands_there_twice_is_not_guessed_at(text):
    add(text, ("vrrp_instance VI_1",), "@b priority 10")
    before = text.text()
    with pytest.raises(EditError, match="2 times"):
        set_value(text, ("vrrp_instance VI_1", "priority"), "1")
    assert text.text() == before
    set_value(text, ("vrrp_instance VI_1", "@b priority"), "20")
    assert "\n  @b priority 20\n" in text.text()


def test_a_statement_keeps_the_comments_around_it(text):
    add(text, ("vrrp_instance VI_1", "virtual_ipaddress"), "192.0.2.3/24")
    assert text.text() == TEXT.replace("    # no more\n", "    # no more\n    192.0.2.3/24\n")


def test_a_block_is_indented_like_its_neighbours(text):
    add(text, ("vrrp_instance VI_1",), "track_script {\n    check\n}")
    assert text.text() == TEXT.replace("  }\n}\n", "  }\n  track_script {\n      check\n  }\n}\n")


def test_a_one_line_block_is_opened(text):
    add(text, ("vrrp_instance VI_2",), "version 3")
    assert text.text().endswith("vrrp_instance VI_2 { priority 1\n    version 3\n}\n")
    assert load_text(text.text()).tree.statements[1].block[1].raw == "version 3"


def test_at_the_top_level_a_statement_goes_to_the_end():
    for before, after in (("", "a 1\n"), ("b", "b\na 1\n"), ("b\n# c", "b\n# c\na 1\n"), ("b\r\n", "b\r\na 1\r\n")):
        text = ConfigText.parse(before)
        add(text, (), "a 1")
        assert text.text() == after


def test_a_keyword_without_a_block_gets_one():
    text = ConfigText.parse("track_script\n")
    add(text, ("track_script",), "check")
    assert text.text() == "track_script {\n    check\n}\n"


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        (("vrrp_instance VI_1", "interface"), "  interface eth0   # uplink\n"),
        (("vrrp_instance VI_1", "virtual_ipaddress", "192.0.2.1/24"), "    192.0.2.1/24   # first\n"),
        (("vrrp_instance VI_1", "virtual_ipaddress", "192.0.2.2/24"), "    192.0.2.2/24\n"),
        (("vrrp_instance VI_2",), "vrrp_instance VI_2 { priority 1 }\n"),
        (("vrrp_instance VI_2", "priority"), " priority 1"),
    ],
)
def test_a_statement_goes_with_its_line_and_nothing_else(text, path, gone):
    remove(text, path)
    assert text.text() == TEXT.replace(gone, "", 1)


def test_everything_can_be_removed_from_one_line():
    text = ConfigText.parse("a { b } c\n")
    remove(text, ("a",))
    assert text.text() == "c\n"
    remove(text, ("c",))
    assert text.text() == ""


def test_what_cannot_be_done_is_said(text):
    for call in (
        lambda: remove(text, ("vrrp_instance VI_9",)),
        lambda: add(text, ("vrrp_instance VI_9",), "x"),
        lambda: add(text, (), "x {"),
        lambda: add(text, (), "# nothing"),
        lambda: set_value(text, ("vrrp_instance VI_1", "priority"), "1\n}"),
        lambda: add(ConfigText.parse("a {"), ("a",), "x"),
    ):
        with pytest.raises(EditError):
            call()
    assert text.text() == TEXT


def test_words_are_quoted_where_they_must_be():
    assert [quoted(word) for word in ("a", "a#b", "a b", "", "{")] == ["a", '"a#b"', '"a b"', '""', '"{"']
    with pytest.raises(EditError):
        quoted('a"b')
    text = ConfigText.parse("authentication {\n    auth_type PASS\n}\n")
    set_value(text, ("authentication", "auth_pass"), quoted("s!c#ret"))
    statement = load_text(text.text()).tree.statements[0]
    assert statement.block[1].arguments[0].text == "s!c#ret"
