from __future__ import annotations

from standfast.config.syntax import ConfigText

TEXT = """! office
vrrp_instance VI_1   # left rack
{
\tinterface eth0
\t@lb-a priority 150
\t@lb-b priority 100
\tauthentication { auth_type PASS }

\tvirtual_ipaddress {
\t\t192.0.2.1/24
\t\t192.0.2.2/24
\t}
}
$X=1
# the end"""


def test_every_byte_comes_back():
    for data in (TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + TEXT.encode(), b"\xff{ }}\n\0"):
        assert ConfigText.parse(data).data() == data


def test_statements_are_found_by_their_path():
    text = ConfigText.parse(TEXT)
    assert [node.raw for node in text.find("vrrp_instance VI_1", "virtual_ipaddress", "192.0.2.2/24")] == [
        "192.0.2.2/24"
    ]
    assert [node.raw for node in text.find("vrrp_instance", "priority")] == ["@lb-a priority 150", "@lb-b priority 100"]
    assert [node.raw for node in text.find("vrrp_instance", "@lb-b priority")] == ["@lb-b priority 100"]
    assert text.find("vrrp_instance VI_2") == []
    assert [node.keyword for node in text.find()] == ["vrrp_instance", "$X=1"]


def test_a_node_knows_its_words_and_its_condition():
    node = ConfigText.parse('@^lb-a script "/bin/a b" root').nodes[0]
    assert (node.condition, node.keyword, node.words) == ("@^lb-a", "script", ("script", "/bin/a b", "root"))


def test_the_walk_tells_depths():
    shown = [(depth, node.keyword) for depth, node in ConfigText.parse("a {\nb { c }\n}\nd\n").walk()]
    assert shown == [(0, "a"), (1, "b"), (2, "c"), (0, "d")]


def test_braces_that_do_not_fit_are_counted_and_kept():
    for text, stray in (("a {\n", 1), ("}\n", 1), ("{ a }", 0), ("a { } }", 1)):
        parsed = ConfigText.parse(text)
        assert (parsed.text(), parsed.stray) == (text, stray)
