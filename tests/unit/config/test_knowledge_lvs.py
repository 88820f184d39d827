from __future__ import annotations

from standfast.config.keywords.lvs_values import Endpoint
from standfast.config.knowledge_lvs import checker, paired, server, servers_of, service
from standfast.config.load import load_text
from standfast.config.lvs_model import Checker, Pace, RealServer, Target
from standfast.config.settings import Settings
from standfast.values import Address

ONE, TWO = Address.parse("10.0.0.1"), Address.parse("10.0.0.2")


def test_blocks_that_were_left_out_have_no_record():
    blocks = [Settings(name=Endpoint(address, 80)) for address in (ONE, ONE, TWO)]
    records = [RealServer(address=ONE, port=80), RealServer(address=TWO, port=80)]
    assert [record for _, record in paired(blocks, records)] == [records[0], None, records[1]]


def test_a_server_without_a_port_has_that_of_its_service():
    ((_, record),) = paired([Settings(name=Endpoint(ONE))], [RealServer(address=ONE, port=443)])
    assert record is not None


def test_a_server_whose_port_became_the_services_has_its_record():
    blocks = [Settings(name=Endpoint(address, port)) for address, port in ((ONE, 81), (ONE, 81), (ONE, 80))]
    records = [RealServer(address=ONE, port=80, weight=each) for each in (1, 2)]
    assert [record for _, record in paired(blocks, records)] == [records[0], None, records[1]]


def test_servers_of_a_service_in_two_blocks_are_in_one_record():
    service = "virtual_server 192.0.2.1 80 {{\nprotocol {}\nreal_server {} 80 {{\n}}\n}}\n".format
    loaded = load_text(service("TCP", ONE) + service("UDP", ONE) + service("TCP", TWO))
    blocks = loaded.settings.blocks["virtual_server"]
    services = dict(paired(blocks, loaded.balancing.virtual_servers))
    assert [service and service.protocol for service in services.values()] == ["TCP", "UDP", None]
    found = [record and record.address for _, record in servers_of(blocks, services)]
    assert found == [ONE, ONE, TWO]


def test_nothing_counts_of_what_is_left_out():
    assert service(None).left_out
    assert server(None).left_out


def test_a_checker_has_its_pace_and_its_target():
    counts = checker(Checker(kind="TCP_CHECK", pace=Pace(retry=4), target=Target(address=ONE, port=8080))).counts
    assert (counts["retry"].value, counts["connect_port"].value) == (4, 8080)
    assert "connect_port" not in checker(Checker(kind="MISC_CHECK", pace=Pace())).counts
