from __future__ import annotations

import os
import time

import pytest

from standfast.lab.capture import Capture
from standfast.lab.craft import Packet
from standfast.lab.injector import Injector
from standfast.lab.lab import Lab

pytestmark = [pytest.mark.netns, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]
PACKET = Packet(source="10.9.0.1", priority=100, addresses=("10.9.0.100",))


def test_what_is_sent_is_seen_with_its_time(tmp_path):
    with Lab() as lab:
        (a,) = lab.add_hosts(a=["10.9.0.1/24"])
        with Capture(lab.switch, "br0") as wire:
            sent = Injector(a).send(PACKET)
            advert = wire.wait_advert("10.9.0.1", since=sent - 0.01, timeout_s=20)
        assert advert
        assert -0.001 < advert.time - sent < 60
        assert advert.vrid == 51
        assert wire.adverts("10.9.0.2") == []
        wire.write_pcap(tmp_path / "one.pcap")
        assert (tmp_path / "one.pcap").read_bytes().endswith(advert.raw)


def test_a_filter_keeps_what_is_wanted():
    with Lab() as lab:
        (a,) = lab.add_hosts(a=["10.9.0.1/24"])
        with Capture(lab.switch, "br0", only=lambda raw: raw[35:36] == b"\x07") as wire:
            injector = Injector(a)
            injector.send(PACKET)
            injector.send(Packet(source="10.9.0.1", priority=100, addresses=("10.9.0.100",), vrid=7))
            assert wire.wait_advert("10.9.0.1", timeout_s=20)
        assert [advert.vrid for advert in wire.adverts()] == [7]


def test_what_has_passed_is_there_though_the_reader_lags_behind(monkeypatch):
    at_leisure = Capture._drain

    def late(capture):
        time.sleep(0.05)
        return at_leisure(capture)

    monkeypatch.setattr(Capture, "_drain", late)
    with Lab() as lab:
        (a,) = lab.add_hosts(a=["10.9.0.1/24"])
        with Capture(lab.switch, "br0") as wire:
            injector = Injector(a)
            for count in range(1, 4):
                injector.send(PACKET)
                assert len(wire.adverts()) == count


def test_waiting_ends_when_nothing_comes():
    with Lab() as lab:
        lab.add_hosts(a=["10.9.0.1/24"])
        with Capture(lab.switch, "br0") as wire:
            began = time.monotonic()
            assert wire.wait_advert("10.9.0.1", timeout_s=0.05) is None
            assert time.monotonic() - began >= 0.05
