from __future__ import annotations

import pytest

from standfast import cli
from standfast.cli import sniff
from standfast.testing.playbook import advert
from standfast.vrrp import packet
from standfast.vrrp.survey import Survey


def test_what_people_see():
    survey = Survey()
    for moment, each in enumerate((advert(100), advert(150, source="10.9.0.1"), advert(100), advert(0), advert(150))):
        survey.hear("eth0", packet.encode_ipv4(each, 1), moment)
    text = sniff.shown(survey.report(5))
    assert text.splitlines()[0] == "eth0 VRID 51 IPv4: master 10.9.0.2"
    assert "  10.9.0.1: version 2, priority 150, every 1 s, authentication none, to 224.0.0.18, 1 adverts: " in text
    assert "eth0: 254 VRIDs are free: 1, 2, 3, 4, 5, 6, 7, 8, ..." in text


def test_nothing_and_nonsense():
    survey = Survey()
    survey.hear("eth0", b"", 0)
    text = sniff.shown(survey.report(0))
    assert text.splitlines() == ["no virtual router was heard", "1 packets of protocol 112 are no VRRP (CARP, perhaps)"]


def test_conflicts_stand_out():
    survey = Survey()
    survey.hear("eth0", packet.encode_ipv4(advert(100, ttl=64), 1), 0)
    assert "  CONFLICT: 10.9.0.2: TTL 64" in sniff.shown(survey.report(0))


@pytest.mark.netns
def test_an_interface_that_is_not_there(capsys):
    assert cli.main(["sniff", "nix0", "--for", "0.1"]) == sniff.EX_INTERFACE
    assert "there is no such interface" in capsys.readouterr().err
