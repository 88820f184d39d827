from __future__ import annotations

import msgspec
import pytest

from standfast.control.protocol import Outcome, Request
from standfast.supervise.page import SharedPage
from standfast.vrrp.answers import Answers
from standfast.vrrp.ring import EventRing
from standfast.vrrp.speaker import Speaker
from standfast.vrrp.status import Describer


class Commander:
    async def obey(self, request):
        return Outcome(ok=True, words=f"{request.do} {request.instance}")


@pytest.fixture
def speaker(host, holdings, announcements, told):
    return Speaker(host, holdings, announcements, SharedPage(), told.append)


@pytest.fixture
def answers(speaker, holdings):
    return Answers(speaker, Commander(), Describer(speaker, holdings, EventRing()))


async def said(lines):
    return [msgspec.json.decode(line) async for line in lines]


async def test_orders_of_people_go_to_the_commander(answers):
    assert await said(answers.obey(Request(do="hold", instance="VI"))) == [{"ok": True, "words": "hold VI"}]


async def test_counters_begin_anew(answers, speaker, make_instance):
    instance = make_instance()
    speaker.admit([instance])
    instance.router.counters.advert_rcvd = 7
    (outcome,) = await said(answers.obey(Request(do="clear-counters")))
    assert outcome["ok"]
    assert instance.router.counters.advert_rcvd == 0


async def test_both_sockets_answer_questions(answers):
    for ask in (answers.obey, answers.answer):
        (status,) = await said(ask(Request(do="status")))
        assert status["process"] == "vrrp"
        (page,) = await said(ask(Request(do="events")))
        assert page["events"] == []


@pytest.mark.parametrize("what", ["yield", "hold", "resume", "clear-counters"])
async def test_the_socket_for_everybody_takes_no_orders(answers, what):
    (outcome,) = await said(answers.answer(Request(do=what)))
    assert outcome == {"ok": False, "words": f"orders to {what} go to vrrp.ctl"}


async def test_orders_for_others_are_sent_on(answers):
    (outcome,) = await said(answers.obey(Request(do="reload")))
    assert not outcome["ok"]
    assert "daemon.ctl" in outcome["words"]
