from __future__ import annotations

from standfast.lab.client import Outage, find_outages

THRESHOLD = 0.01


def test_steady_answers_make_no_outage():
    sent = [n * 0.005 for n in range(100)]
    answers = [at + 0.0001 for at in sent]
    assert find_outages(sent, answers, 0, 0.5, THRESHOLD) == []


def test_an_outage_runs_from_the_first_unanswered_request_to_the_next_answer():
    sent = [round(n * 0.005, 3) for n in range(61)]
    assert find_outages(sent, [0.001, 0.301], 0, 0.302, THRESHOLD) == [Outage(0.005, 0.301)]
    assert round(Outage(0.005, 0.301).ms) == 296


def test_a_client_that_did_not_ask_was_not_left_without():
    assert find_outages([0.0, 0.4], [0.001, 0.401], 0, 0.402, THRESHOLD) == []


def test_a_client_that_fell_asleep_knows_of_no_more_than_it_asked():
    sent = [0.0, 0.005, 0.010, 0.015, 0.600, 0.605]
    (outage,) = find_outages(sent, [0.001, 0.601, 0.606], 0, 0.607, THRESHOLD)
    assert (outage.start, round(outage.end, 3)) == (0.005, 0.025)
    assert find_outages([0.0, 0.005, 0.6, 0.605], [0.001, 0.601, 0.606], 0, 0.607, THRESHOLD) == []


def test_the_running_outage_counts():
    assert find_outages([0.0, 0.005], [0.001], 0, 0.2, THRESHOLD) == [Outage(0.005, 0.2)]


def test_what_was_before_does_not():
    assert find_outages([0.0, 0.1, 0.2], [0.2], 0.2, 0.205, THRESHOLD) == []
