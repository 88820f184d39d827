from __future__ import annotations

from standfast.config.shown import Item, Origin, Section, Shown
from standfast.config.shown_text import lines

LINE = Origin(kind="line", file="a.conf", line=3)
DOCUMENT = Shown(
    file="a.conf",
    files=("a.conf", "b.conf"),
    config_id="lb-a",
    sections=(
        Section(block="", items=(Item(keyword="instance", text="none", origin=Origin(kind="default")),)),
        Section(
            block="vrrp_instance",
            name="VI_1",
            origin=LINE,
            items=(
                Item(keyword="priority", text="150", value=150, origin=LINE),
                Item(keyword="version", text="2", value=2, origin=Origin(kind="default")),
            ),
            sections=(Section(block="authentication", origin=LINE, left_out=True),),
        ),
    ),
)


def test_values_stand_in_columns_with_their_origin():
    assert list(lines(DOCUMENT)) == [
        "# a.conf, as lb-a (read: a.conf, b.conf)",
        "instance  none  # default",
        "",
        "vrrp_instance VI_1  # a.conf:3",
        "    priority  150  # a.conf:3",
        "    version   2    # default",
        "",
        "    authentication  # a.conf:3  (left out: see `standfast check`)",
    ]


def test_without_defaults_only_what_somebody_said():
    shown = "\n".join(lines(DOCUMENT, defaults=False))
    assert "default" not in shown
    assert "priority" in shown
