from __future__ import annotations

import errno

import pytest

from standfast.api import LvsGlobals, PoolChange
from standfast.config.load import load_text
from standfast.net.nft.channel import Refusal, TransactionRefused
from standfast.testing import pools_of
from standfast_lb.nftables.backend import NftablesBalancer
from standfast_lb.nftables.probe import without_policies
from standfast_lb.nftables.timeouts import AS_USUAL, Timeouts, timeouts_of


def names(timeouts: Timeouts, protocol: str, family: int = 4) -> list[str]:
    return [each.name for each in timeouts.policies(family, protocol)]


def test_each_protocol_has_its_own_and_marks_have_all():
    timeouts = timeouts_of(LvsGlobals(timeouts_s={"tcp": 900, "tcpfin": 0, "udp": 300}))
    assert names(timeouts, "TCP") == ["tcp4_900_0"]
    assert names(timeouts, "UDP", 6) == ["udp6_300"]
    assert names(timeouts, "SCTP") == []
    assert names(timeouts, "") == ["tcp4_900_0", "udp4_300"]
    assert names(Timeouts(tcpfin=9), "TCP") == ["tcp4_0_9"]
    assert names(AS_USUAL, "") == names(timeouts_of(None), "") == []


SERVICE = "virtual_server 192.0.2.1 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method {method}\n{more}\n"
SERVICE += "real_server 10.0.0.1 80 {{\n}}\n}}\n"


@pytest.mark.parametrize(
    ("method", "more", "expected"),
    [
        ("NAT", "", ['ct timeout set "tcp4_77_9" dnat ip to', "policy = { established : 77, fin_wait : 9 }"]),
        ("DR", "", ["timeout 77s : meta mark", "timeout 9s : meta mark"]),
        ("DR", "persistence_timeout 50", ["timeout 50s"]),
    ],
)
def test_in_the_words_of_nft(method, more, expected):
    balancing = load_text(
        f"global_defs {{\nlvs_timeouts tcp 77 tcpfin 9\n}}\n{SERVICE.format(method=method, more=more)}"
    ).balancing
    (pool,) = pools_of(balancing)
    text = "\n".join(NftablesBalancer.render([PoolChange(old=None, new=pool)], balancing.globals))
    for words in expected:
        assert words in text
    assert ("77" in text) == (not more)


def test_a_kernel_without_policies_is_named():
    class Channel:
        def commit(self, commands) -> None:
            raise TransactionRefused([Refusal(1, errno.EOPNOTSUPP, "add ct timeout: Operation not supported")])

    words = "this kernel does not let rules set time-outs (add ct timeout: Operation not supported)"
    assert without_policies(Channel(), Timeouts(tcp=5).policies(4, "TCP")) == words
    assert without_policies(Channel(), ()) == ""
