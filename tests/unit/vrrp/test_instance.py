from __future__ import annotations

import errno

from standfast.supervise.page import SharedPage
from standfast.values import Address
from standfast.vrrp import packet
from standfast.vrrp.actions import SendAdvert


def priorities(voice) -> list[int]:
    return [packet.read_header(datagram[20:]).priority for datagram in voice.said]


def identifications(voice) -> list[int]:
    return [int.from_bytes(datagram[4:6], "big") for datagram in voice.said]


def test_every_advert_has_the_next_identification(make_instance, voice):
    instance = make_instance()
    for _ in range(3):
        instance.speak(SendAdvert(100), 0)
    assert identifications(voice) == [1, 2, 3]


def test_kd03_adverts_are_rebuilt_when_a_field_changes(make_instance, voice):
    instance = make_instance()
    instance.speak(SendAdvert(100), 0)
    instance.speak(SendAdvert(0), 0)
    instance.router.set_source(Address.parse("10.9.0.3"), 0)
    instance.speak(SendAdvert(100), 0)
    assert priorities(voice) == [100, 0, 100]
    for datagram in voice.said:
        envelope = packet.open_ipv4(datagram, 0)
        assert envelope is not None
        packet.decode(envelope, "pseudo")  # raises if the checksum does not hold
    assert voice.said[2][12:16] == Address.parse("10.9.0.3").packed


def test_a_send_error_is_told_once_and_changes_nothing(make_instance, voice, told):
    instance = make_instance()
    voice.error = OSError(errno.ENOBUFS, "No buffer space available")
    for _ in range(3):
        instance.speak(SendAdvert(100), 1000)
    assert instance.send_errors == 3
    assert [event.words for event in told] == ["cannot send an advert on eth0: No buffer space available"]


def test_the_farewell_of_an_interface_that_is_down_is_no_news(make_instance, voice, told):
    instance = make_instance()
    voice.error = OSError(errno.ENETUNREACH, "Network is unreachable")
    instance.speak(SendAdvert(0), 0)
    assert told == []


def test_without_sockets_it_is_silent(make_instance, voice):
    instance = make_instance()
    instance.mouth = None
    instance.speak(SendAdvert(100), 0)
    assert voice.said == []


def test_a_successor_finds_what_it_needs(make_instance):
    page, instance = SharedPage(), make_instance(place=4)
    instance.router.start(5)
    instance.record(page)
    assert page.read(4, instance.key) == instance.router.slot()
    instance.move_to(1)
    instance.record(page)
    assert page.read(1, instance.key) == instance.router.slot()


def test_what_is_in_no_configuration_any_more_leaves_nothing(make_instance):
    page, instance = SharedPage(), make_instance(place=0)
    instance.move_to(None)
    instance.record(page)
    assert page.read(0, instance.key) is None
