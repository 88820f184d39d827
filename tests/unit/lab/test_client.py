from __future__ import annotations

from standfast.lab.client import Outage, find_outages

THRESHOLD = 0.01


def test_steady_answers_make_no_outage():
    sent = [n * 0.005 for n in range(100)]
    answers = [at + 0.0001 for at in sent]
    assert find_outages(sent, answers, 0, 0.5, THRESHOLD) == []


def test_an_outage_runs_from_the_first_unanswered_request_to_the_next_answer():
    sent = [0.0, 0.005, 0.010, 0.300]
    assert find_outages(sent, [0.001, 0.301], 0, 0.302, THRESHOLD) == [Outage(0.005, 0.301)]
    assert round(Outage(0.005, 0.301).ms) == 296


def test_a_client_that_did_not_ask_was_not_left_without():
    assert find_outages([0.0, 0.4], [0.001, 0.401], 0, 0.402, THRESHOLD) == []


def test_the_running_outage_counts():
    assert find_outages([0.0, 0.005], [0.001], 0, 0.2, THRESHOLD) == [Outage(0.005, 0.2)]


def test_what_was_before_does_not():
    assert find_outages([0.0, 0.1, 0.2], [0.2], 0.2, 0.205, THRESHOLD) == []
