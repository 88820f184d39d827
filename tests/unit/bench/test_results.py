from __future__ import annotations

from _common.figures import summarise
from _common.results import Figure, Results, verdict
from _common.sides import OURS, THEIRS
from _common.targets import Target

FIGURE = Figure("v3 1 s, kill", "first advert late", "ms", Target(ratio=2.0))


def test_a_document_holds_samples_and_verdict():
    results = Results("failover", tail="p95")
    results.add(FIGURE, OURS, 0.3, 0.5)
    results.add(FIGURE, THEIRS, 0.1)
    results.set_aside(THEIRS)
    document = results.document({OURS: "standfast", THEIRS: "keepalived"})
    assert document["schema"] == "standfast.bench/1"
    assert document["set_aside"] == {THEIRS: 1}
    (figure,) = document["figures"]
    assert figure["samples"] == {OURS: [0.3, 0.5], THEIRS: [0.1]}
    assert (figure["ratio"], figure["met"]) == (4.0, "NO")


def test_nothing_measured_is_no_verdict():
    assert verdict(FIGURE, None, summarise([1.0])) == "-"
    assert verdict(Figure("a", "b", "c", Target()), summarise([1.0]), None) == "-"


def test_the_table_shows_both_sides(capsys):
    results = Results("failover", tail="p95")
    results.add(FIGURE, OURS, 0.3)
    results.add(FIGURE, THEIRS, 0.2)
    results.show({OURS: "standfast", THEIRS: "keepalived"})
    table = capsys.readouterr().out
    assert "standfast beside keepalived" in table
    assert "1.50x" in table
    assert "yes" in table


def test_pooling_gathers_every_case_of_a_figure():
    results = Results("failover", tail="p95")
    for case, late in (("kill", 0.3), ("stop", 0.5)):
        results.add(Figure(case, "first advert late", "ms", Target()), OURS, late)
    results.add(Figure("stop", "client without", "ms", Target()), OURS, 40.0)
    results.pool("all", "first advert late", Target())
    pooled = results.document({})["figures"][-1]
    assert (pooled["case"], pooled["samples"][OURS]) == ("all", [0.3, 0.5])
