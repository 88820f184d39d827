from __future__ import annotations

import re

import pytest

from standfast.config.codes import CODES
from standfast.config.codes_doctor import DOCTOR
from standfast.doctor.rules import MANAGERS, daemon, examine
from standfast.doctor.snapshot import Chain, Instance, Interface, Snapshot

VI_1 = Instance(name="VI_1", interface="eth0")


def standing(**more):
    one = {"name": "VI_1", "state": "MASTER", "counters": {"advert_rcvd": 1}, "dual_master": None, "interface": "eth0"}
    return {"daemon": {"pid": 1}, "vrrp": {"instances": [one | more]}}


def seen(**more):
    usual = {"instances": [VI_1], "interfaces": [Interface(name="eth0")], "status": standing(), "synchronised": True}
    return Snapshot(**usual | more)


CASES = {
    "SF7001": seen(fault="x.conf:1: wrong", file="x.conf"),
    "SF7002": seen(lacking=["CAP_NET_RAW"]),
    "SF7003": seen(sysctls={"kernel/sched_rt_runtime_us": 0}),
    "SF7004": seen(kernel=(5, 10)),
    "SF7005": seen(modules={"macvlan": False}),
    "SF7006": seen(
        instances=[Instance(name="VI_1", interface="eth0", vmac=True)],
        interfaces=[Interface(name="eth0", rp_filter=1)],
    ),
    "SF7007": seen(interfaces=[Interface(name="eth0", arp_ignore=8)]),
    "SF7008": seen(chains=[Chain(name="inet filter input", hook="input", drops=True)]),
    "SF7009": seen(chains=None),
    "SF7010": seen(interfaces=[Interface(name="eth0", bridge="br0", snooping=True)]),
    "SF7011": seen(managers=["NetworkManager"]),
    "SF7012": seen(synchronised=False),
    "SF7013": seen(status=standing(counters={"advert_rcvd": 0})),
    "SF7014": seen(status=standing(lateness_max_ms=300.0)),
    "SF7015": seen(rivals=["process 1 (keepalived) already speaks VRRP"]),
    "SF7016": seen(interfaces=[Interface(name="eth0", present=False)]),
    "SF7017": seen(nat=True, sysctls={"net/ipv4/ip_forward": 0}),
    "SF7018": seen(problems=["VI_1: MASTER, but 10.0.0.1/24 is missing"]),
    "SF7019": seen(status=None),
    "SF7020": seen(status=standing(dual_master={"address": "10.0.0.2", "priority": 90})),
}


def codes(snapshot):
    return [finding.code for finding in examine(snapshot)]


def test_nothing_is_in_the_way():
    assert codes(seen()) == []


@pytest.mark.parametrize("code", CASES)
def test_each_is_found_with_its_cure(code):
    (finding,) = examine(CASES[code])
    assert finding.code == code
    assert finding.words
    assert finding.cure
    assert "{" not in finding.cure


def test_every_code_has_a_case():
    assert set(CASES) == {code.code for code in DOCTOR} <= set(CODES)


@pytest.mark.parametrize(
    ("rules", "drops", "found"),
    [
        ([("vrrp", "accept")], True, []),
        ([("vrrp", "drop")], False, ["SF7008"]),
        ([("everything", "drop"), ("vrrp", "accept")], False, ["SF7008"]),
        ([("vrrp", "accept"), ("everything", "drop")], False, []),
    ],
)
def test_the_first_rule_that_speaks_of_adverts_decides(rules, drops, found):
    assert codes(seen(chains=[Chain(name="ip f in", hook="input", drops=drops, rules=rules)])) == found


def test_a_firewall_for_the_other_family_is_none():
    assert codes(seen(chains=[Chain(name="ip6 f in", hook="input", drops=True)])) == []


def test_a_strict_filter_harms_only_where_packets_come_in_elsewhere():
    assert codes(seen(interfaces=[Interface(name="eth0", rp_filter=1)])) == []


def test_unicast_needs_no_querier():
    bridge = Interface(name="eth0", bridge="br0", snooping=True)
    assert codes(seen(instances=[Instance(name="VI_1", interface="eth0", unicast=True)], interfaces=[bridge])) == []


def test_errors_come_first():
    found = examine(seen(synchronised=False, lacking=["CAP_NET_RAW"]))
    assert [finding.severity for finding in found] == ["error", "warning"]


def test_every_manager_has_a_cure():
    assert all(re.search(r"\{interface\}", words) for words in MANAGERS.values())


def test_a_daemon_that_hangs_or_may_not_be_asked_need_not_be_started():
    (stuck,) = daemon(seen(status=None, problems=["UNKNOWN (stuck): the process behind daemon.status does not answer"]))
    assert ("does not answer" in stuck.words, stuck.cure) == (True, "systemctl restart standfast")
    (denied,) = daemon(seen(status=None, problems=["you may not use /run/standfast/daemon.status: be root"]))
    assert ("be root" in denied.words, denied.cure) == (True, "sudo standfast doctor")
    (gone,) = daemon(seen(status=None, problems=["UNKNOWN (gone): no daemon has been at /run/standfast"]))
    assert "standfast run" in gone.cure
