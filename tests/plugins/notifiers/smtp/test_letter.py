from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast_notifiers.smtp.letter import letter, mailbox, shown
from standfast_notifiers.smtp.words import Words


def read(words: Words, sender="lb@example.com", to=("ops@example.com",)):
    data = letter(words, sender, to, 1_700_000_000.0)
    assert data.endswith(b"\r\n.\r\n")
    body = data[:-3].replace(b"\r\n..", b"\r\n.")
    return data, email.message_from_bytes(body, policy=email.policy.default)


def test_headers_as_keepalived_has_them(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    data, _ = read(Words("[lb-a] x", "=> y <="), to=("a@example.com", "Two <b@example.com>"))
    names = [line.partition(b":")[0] for line in data.split(b"\r\n\r\n")[0].split(b"\r\n")]
    assert names == [b"Date", b"From", b"Subject", b"X-Mailer", b"To"]
    assert b"X-Mailer: Keepalived\r\nTo: a@example.com, Two <b@example.com>\r\n\r\n=> y <=\r\n.\r\n" in data
    assert b"Tue, 14 Nov 2023" in data


@given(subject=st.text(max_size=80), body=st.text(max_size=300), name=st.text(max_size=20))
def test_whatever_stands_in_it_the_message_stays_one(subject, body, name):
    data, message = read(Words(subject, body), sender=f"{name.replace('<', '')} <lb@example.com>")
    assert data.count(b"\r\n.\r\n") == 1
    assert {"bcc", "cc"}.isdisjoint({key.lower() for key in message})
    assert message["X-Mailer"] == "Keepalived"
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_what_is_not_ascii_says_so():
    data, message = read(Words("Süd", "Übergang"))
    assert message["Subject"] == "Süd"
    assert message.get_content().strip() == "Übergang"
    assert data.partition(b"\r\n\r\n")[0].isascii()


@pytest.mark.parametrize(
    ("address", "header", "box"),
    [
        ("a@b", "a@b", "a@b"),
        ("Name <a@b>", "Name <a@b>", "a@b"),
        ("Mr. X <a@b>", '"Mr. X" <a@b>', "a@b"),
        ('"Mr. X" <a@b>', '"Mr. X" <a@b>', "a@b"),
        ("<a@b>", "<a@b>", "a@b"),
    ],
)
def test_addresses(address, header, box):
    assert (shown(address), mailbox(address)) == (header, box)
