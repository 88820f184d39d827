"""Mail to a real server (aiosmtpd), well and ill."""

from __future__ import annotations

import re
import ssl

import pytest
import trio
import trustme
from aiosmtpd.smtp import AuthResult

from standfast.api import MILLISECOND, SECOND, CheckChange, DaemonChange, Notice, Secret, ServerChange, Transition
from standfast.contract.notifying import NotDelivered
from standfast.health.delivery import Delivery
from standfast.health.target import Target
from standfast.testing import check_notifier
from standfast_notifiers.smtp.notifier import SmtpNotifier
from standfast_notifiers.smtp.options import SmtpOptions


class Mailbox:
    """Takes mail, unless it is told to answer something else."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], str]] = []
        self.helo: list[str] = []
        self.answers: list[str] = []
        self.refused = ""

    async def handle_HELO(self, server, session, envelope, hostname):  # noqa: N802
        session.host_name = hostname
        self.helo.append(hostname)
        return "250 here"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address == self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("2"):
            text = envelope.content.decode().replace("\r\n", "\n")
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, text))
        return answer

    def subjects(self) -> list[str]:
        return [line[9:] for mail in self.mails for line in mail[2].splitlines() if line.startswith("Subject:")]


@pytest.fixture
def box():
    return Mailbox()


@pytest.fixture
def relay(box, mail_server):
    with mail_server(box) as port:
        yield port


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority, tmp_path_factory):
    directory = tmp_path_factory.mktemp("ca")
    authority.cert_pem.write_to_path(directory / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context, str(directory / "ca.pem")


def options(port: int, **more) -> SmtpOptions:
    return SmtpOptions(
        host="127.0.0.1", port=port, recipients=("ops@example.com", "Two <two@example.com>"),
        sender="LB <lb@example.com>", helo_name="lb.example.com", instances=frozenset({"VI"}),
        **{"timeout": 30 * SECOND, **more},
    )  # fmt: skip


def state(new: str, instance: str = "VI"):
    return Transition(at=0, instance=instance, old="INIT", new=new, priority=100, cause="x")


def notice(event, number: int = 1) -> Notice:
    return Notice(sequence=number, wall=1_700_000_000.0, host="lb-a", event=event)


async def test_a_mail_as_keepalived_writes_it(relay, box):
    await SmtpNotifier(options(relay)).deliver([notice(state("MASTER"))])
    ((sender, recipients, text),) = box.mails
    assert (sender, recipients, box.helo) == (
        "lb@example.com",
        ["ops@example.com", "two@example.com"],
        ["lb.example.com"],
    )
    date, *rest = text.splitlines()
    assert date.startswith("Date: Tue, 14 Nov 2023 ")
    assert rest == [
        "From: LB <lb@example.com>",
        "Subject: [lb-a] VRRP Instance VI - Entering MASTER state",
        "X-Mailer: Keepalived",
        "To: ops@example.com, Two <two@example.com>",
        "",
        "=> VRRP Instance is now owning VRRP VIPs <=",
    ]


async def test_it_keeps_the_contract(relay):
    await check_notifier(lambda: SmtpNotifier(options(relay)))


async def test_one_recipient_that_is_refused_does_not_keep_the_others_from_it(relay, box):
    box.refused = "ops@example.com"
    notifier = SmtpNotifier(options(relay))
    words = await notifier.deliver([notice(state("MASTER"))])
    assert [mail[1] for mail in box.mails] == [["two@example.com"]]
    assert words == "the relay takes no mail for ops@example.com: 550 no such user"


async def test_starttls_and_login(box, tls, mail_server):
    context, ca = tls
    seen = []

    def judge(server, session, envelope, mechanism, data):
        seen.append((mechanism, data.login, data.password))
        return AuthResult(success=data.password == b"hunter2", handled=False)

    given = {"tls_context": context, "require_starttls": True, "authenticator": judge, "auth_required": True}
    with mail_server(box, **given) as port:
        with_tls = {"tls": "starttls", "ca": ca, "user": "lb"}
        good, bad = (options(port, password=Secret(text=text), **with_tls) for text in ("hunter2", "x"))
        await SmtpNotifier(good).deliver([notice(state("MASTER"))])
        assert len(box.mails) == 1
        assert seen == [("PLAIN", b"lb", b"hunter2")]
        with pytest.raises(NotDelivered, match="AUTH is `535"):
            await SmtpNotifier(bad).deliver([notice(state("MASTER"))])
        with pytest.raises(NotDelivered, match="certificate"):
            await SmtpNotifier(options(port, tls="starttls")).deliver([notice(state("MASTER"))])


async def test_smtps(box, tls, mail_server):
    context, ca = tls
    with mail_server(box, over_tls=context) as port:
        await SmtpNotifier(options(port, tls="smtps", ca=ca)).deliver([notice(state("BACKUP"))])
        assert len(box.mails) == 1
        with pytest.raises(NotDelivered):
            # It speaks no TLS there, and both wait for each other.
            await SmtpNotifier(options(port, timeout=SECOND)).deliver([notice(state("BACKUP"))])


async def test_no_starttls_no_mail(relay, box):
    with pytest.raises(NotDelivered, match="offers no STARTTLS"):
        await SmtpNotifier(options(relay, tls="starttls")).deliver([notice(state("MASTER"))])
    assert box.mails == []


async def test_a_digest(relay, box):
    await SmtpNotifier(options(relay, digest=SECOND)).deliver([notice(state("BACKUP")), notice(state("MASTER"), 2)])
    assert box.subjects() == ["[lb-a] 2 changes, the last: VRRP Instance VI - Entering MASTER state"]


def check(**more):
    given = {"mail": True, "checker": "TCP_CHECK"} | more
    return CheckChange(at=0, service="w", server="s", number=0, up=True, server_up=True, words="", **given)


def server(**more):
    return ServerChange(at=0, service="w", server="s", up=True, weight=1, cause="", **({"mail": True} | more))


@pytest.mark.parametrize(
    ("more", "event", "wanted"),
    [
        ({}, state("MASTER"), True),
        ({}, state("MASTER", "other"), False),
        ({}, state("LEAVING"), False),
        ({}, state("FAULT"), True),
        ({"no_faults": True}, state("FAULT"), False),
        ({}, check(), True),
        ({}, check(mail=False), False),
        ({}, check(checker="FILE_CHECK"), False),
        ({"no_checkers": True}, check(), False),
        ({}, server(checker="TCP_CHECK"), False),  # its check was mailed
        ({"no_checkers": True}, server(checker="TCP_CHECK"), True),
        ({}, server(), True),  # by order, or at the end
        ({}, server(mail=False), False),
        ({}, DaemonChange(at=0, what="started"), False),
    ],
)
def test_what_is_mailed(more, event, wanted):
    assert SmtpNotifier(options(1, **more)).wants(event) is wanted


def test_secrets_and_certificates_that_are_not_there_are_said():
    with pytest.raises(ValueError, match="cannot read /none"):
        SmtpNotifier(options(1, tls="smtps", user="x", password=Secret(file="/none")))
    with pytest.raises(ValueError, match="cannot use /none"):
        SmtpNotifier(options(1, tls="smtps", ca="/none"))


# A relay that is ill, and back


async def played(nursery, box, port, *events, **more) -> Target:
    notifier = SmtpNotifier(options(port, **more))
    manner = notifier.manner
    delivery = Delivery(type(manner)(**{**_fields(manner), "first_pause": 20 * MILLISECOND}), "lb-a", lambda: 0.0)
    target = Target("smtp", "smtp", b"", notifier, delivery, lambda words: None, lambda: None)
    nursery.start_soon(target.run)
    for event in events:
        target.put(event)
    return target


def _fields(record):
    return {name: getattr(record, name) for name in record.__struct_fields__}


async def until(condition) -> None:
    with trio.fail_after(60):
        while not condition():  # noqa: ASYNC110 - looks from outside
            await trio.sleep(0.01)


ENTERING = "[lb-a] VRRP Instance VI - Entering {} state"


async def test_a_relay_that_answers_451_gets_all_in_order_later(relay, box, nursery):
    box.answers = ["451 later"] * 3
    target = await played(nursery, box, relay, state("BACKUP"), state("MASTER"))
    await until(lambda: target.idle)
    assert box.subjects() == [ENTERING.format("BACKUP"), ENTERING.format("MASTER")]


async def test_a_mail_that_is_refused_for_good_does_not_hold_up_the_next(relay, box, nursery):
    box.answers = ["554 spam"]
    target = await played(nursery, box, relay, state("BACKUP"), state("MASTER"))
    await until(lambda: target.idle)
    assert box.subjects() == [ENTERING.format("MASTER")]
    assert target.delivery.dropped == 1


async def test_a_relay_where_nobody_listens_and_then_somebody_does(box, nursery, mail_server):
    spare = trio.socket.socket()
    await spare.bind(("127.0.0.1", 0))
    port = spare.getsockname()[1]
    target = await played(nursery, box, port, state("BACKUP"))
    await until(lambda: target.delivery.failures >= 2)
    assert re.fullmatch(r"cannot reach 127.0.0.1 port \d+: Connection refused", target.delivery.last_error)
    assert "onnection refused" in target.delivery.last_error
    target.put(state("MASTER"))
    spare.close()
    with mail_server(box, port=port):
        await until(lambda: target.idle)
    assert box.subjects()[-1] == ENTERING.format("MASTER")
    assert target.delivery.told == {"instance VI": "MASTER"}


async def test_a_relay_that_says_nothing_is_given_up_in_time(box, nursery):
    from standfast.testing.servers import tcp_server

    async def silent(stream):
        await trio.sleep_forever()

    async with tcp_server(silent) as dead:
        target = await played(nursery, box, dead.port, state("MASTER"), timeout=SECOND)
        await until(lambda: target.delivery.failures)
        assert target.delivery.last_error == "no answer within 1 s"
        target.retire()


async def test_the_same_state_is_mailed_once(relay, box, nursery):
    target = await played(nursery, box, relay, state("MASTER"))
    await until(lambda: target.idle)
    target.put(state("MASTER"))
    await until(lambda: target.idle)
    assert len(box.mails) == 1
