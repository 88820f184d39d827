"""The page as text. (In a browser: tests/netns/test_page.py.)"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from standfast.web import page

HTML = page.HTML.decode()


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def tags(name):
    reader = Reader()
    reader.feed(HTML)
    return [attrs for tag, attrs in reader.tags if tag == name]


def test_it_needs_nothing_from_elsewhere():
    assert not re.search(r"https?://|//cdn|@import|url\(", HTML)
    assert [attrs for attrs in tags("script") if "src" in attrs] == []
    assert [attrs["href"] for attrs in tags("link")] == ["data:,"]
    assert {attrs["href"] for attrs in tags("a")} == {"status", "metrics", "readyz"}


def test_the_policy_allows_its_own_script_and_style_only():
    for tag in ("script", "style"):
        content = HTML.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in page.POLICY
    assert "unsafe" not in page.POLICY
    assert "default-src 'none'" in page.POLICY


def test_nothing_becomes_markup():
    script = HTML.partition("<script>")[2]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script)


def test_tables_have_heads_and_names():
    assert all(attrs.get("scope") == "col" for attrs in tags("th"))
    regions = [attrs for attrs in tags("div") if attrs.get("role") == "region"]
    assert len(regions) == len(tags("table")) == 4
    assert all(attrs["aria-label"] and attrs["tabindex"] == "0" for attrs in regions)
    assert tags("html")[0]["lang"] == "en"
    assert any(attrs.get("aria-live") == "polite" for attrs in tags("p"))


def test_it_begins_with_unknown_and_knows_both_schemes():
    assert "UNKNOWN" in HTML.partition("<main>")[0]
    assert "MASTER" not in HTML.partition("<script>")[0]
    assert "prefers-color-scheme: dark" in HTML
    assert "viewport" in HTML
