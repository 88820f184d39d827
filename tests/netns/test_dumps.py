"""Signals and dump files of keepalived and ours, side by side, and what exporters make of them."""

from __future__ import annotations

import http.client
import json
import re
import socket
from contextlib import closing

import pytest
from harness.config import VIP
from harness.exporters import Exporter, Series, gen2brain, mehdy_of_json, mehdy_of_text, started, version
from harness.network import Net, eventually
from prometheus_client.parser import text_string_to_metric_families

from standfast.lab.daemons import standfast_command

CONFIG = """
global_defs {{
    router_id lb
    {more}
    enable_script_security
    script_user root
}}
vrrp_script chk {{
    script "/bin/true"
    interval 1
    weight -20
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id {vrid}
    version 3
    priority 150
    advert_int 0.1
    virtual_ipaddress {{
        {vip}/24
        10.9.0.101/24 brd 10.9.0.255
    }}
    virtual_ipaddress_excluded {{
        10.9.0.102/24
    }}
    track_script {{
        chk
    }}
    notify_master "/bin/true m"
}}
"""
KIND = {int: "number", float: "number", bool: "bool", str: "text", list: "list"}
SINCE_2_4 = re.compile("auth_ext_")
OURS = [*standfast_command(), "keepalived"]
GAUGES = re.compile("keepalived_(up|vrrp_state|vrrp_excluded_state|script_status|gratuitous_arp_delay_total)")


@pytest.mark.keepalived
@pytest.mark.parametrize("solo", [("standfast",)], indirect=True)
def test_the_same_signals_and_files(solo: Net):
    ours = started(solo, solo.a, OURS, CONFIG.format(vrid=51, vip=VIP, more=""), VIP)
    theirs = started(solo, solo.b, ["keepalived"], CONFIG.format(vrid=52, vip="10.9.0.110", more=""), "10.9.0.110")
    documents, statistics, data = [], [], []
    for exporter in (theirs, ours):
        await_script(exporter)
        for name in ("JSON", "STATS", "DATA"):
            exporter.signal(name)
        documents.append(json.loads(exporter.read("keepalived.json")))
        statistics.append(exporter.read("keepalived.stats"))
        data.append(exporter.read("keepalived.data"))
    compare_json(*documents)
    compare_lines(*statistics)
    compare_data(*data)
    assert {"mode": oct((ours.directory / "keepalived.json").stat().st_mode & 0o777)} == {"mode": "0o600"}
    before = sent(ours)
    ours.signal("STATS_CLEAR")
    eventually(lambda: sent(ours) < before, 30, lambda: f"{sent(ours)} adverts sent, {before} before")


def await_script(exporter: Exporter) -> None:
    """Until the tracked script has ended once: an instance with a weight does not wait for that."""

    def good() -> bool:
        (exporter.directory / "keepalived.data").unlink(missing_ok=True)
        exporter.signal("DATA")
        return "Status = GOOD" in exporter.read("keepalived.data")

    eventually(good, 30, lambda: exporter.read("keepalived.data"))


def sent(exporter: Exporter) -> int:
    (exporter.directory / "keepalived.json").unlink(missing_ok=True)
    exporter.signal("JSON")
    return int(json.loads(exporter.read("keepalived.json"))[0]["stats"]["advert_sent"])


def compare_json(theirs, ours) -> None:
    """The same keys in the same order, of the same types; and the same values where nothing is the machine's own."""
    (their,), (our,) = theirs, ours
    assert list(our["data"]) == list(their["data"])
    kinds = [{key: KIND[type(value)] for key, value in each["data"].items()} for each in (their, our)]
    assert kinds[0] == kinds[1]
    own = {"vrid", "last_transition", "vips", "track_script", "script_master"}
    own |= {"higher_prio_send_advert"}  # on by default here, a documented difference
    values = [{key: value for key, value in each["data"].items() if key not in own} for each in (their, our)]
    assert values[0] == values[1]
    assert our["data"]["vips"][1] == their["data"]["vips"][1]
    assert our["data"]["evips"] == their["data"]["evips"]
    assert [key for key in our["stats"] if not SINCE_2_4.match(key)] == list(their["stats"])


def compare_lines(theirs: str, ours: str) -> None:
    """Each line of theirs is in ours, numbers aside."""
    shapes = [[re.sub(r"\d+$", "N", line) for line in text.splitlines() if line] for text in (theirs, ours)]
    assert [line for line in shapes[1] if line in shapes[0]] == shapes[0]


def compare_data(theirs: str, ours: str) -> None:
    """What tools look for: sections, and what is said of instance and script."""
    looked_for = ("State =", "Virtual Router ID", "Priority =", "Effective priority", "Interface =", "Status =",
                  "VRRP Instance", "VRRP Script", "10.9.0.102", "Virtual IP")  # fmt: skip
    told = theirs.partition("------< Interfaces")[0]
    wanted = {line for line in told.splitlines() if any(word in line for word in looked_for)}
    assert {line for line in wanted if "Virtual Router ID" not in line} <= set(ours.splitlines())
    looked_for = (" Name =", "   index =", "   MTU =", "   HW Type =", "     VI_1")
    links = [text.partition("------< Interfaces")[2].splitlines() for text in (theirs, ours)]
    shown = [[line for line in lines if line.startswith(looked_for)] for lines in links]
    assert shown[0] == shown[1] != []


@pytest.mark.keepalived
@pytest.mark.parametrize("solo", [("standfast",)], indirect=True)
def test_exporters_make_the_same_metrics_of_both_and_we_serve_them_too(solo: Net):
    """By JSON and by text; `/metrics` has each series of mehdy's, with labels, and the values that stand still."""
    place = f"{solo.lab.directory}/metrics"
    config = CONFIG.format(vrid=51, vip=VIP, more=f"metrics_listen unix:{place} 600\n    metrics_compat both")
    ours = started(solo, solo.a, OURS, config, VIP)
    theirs = started(solo, solo.b, ["keepalived"], CONFIG.format(vrid=52, vip="10.9.0.110", more=""), "10.9.0.110")
    for exporter in (theirs, ours):
        assert re.fullmatch(r"\d+\.\d+\.\d+", version(exporter.said("-v"))[0])
    assert version(ours.said("-v"))[1]
    for exporter in (theirs, ours):
        await_script(exporter)
    told = {exporter: exported(exporter) for exporter in (theirs, ours)}
    for by_json, by_text, others in told.values():
        assert by_json.keys() == by_text.keys()
        assert standing(by_json) == standing(by_text)
        assert len(others) == 15
    assert [alike(series) for series in told[ours]] == [alike(series) for series in told[theirs]]
    served = scraped(place)
    for series in (told[ours][0], told[ours][2]):
        assert series.keys() <= served.keys()
        assert standing(series).items() <= served.items()


def exported(exporter: Exporter) -> tuple[Series, Series, Series]:
    """mehdy's by JSON and by text, and gen2brain's."""
    for name in ("JSON", "STATS", "DATA"):
        exporter.signal(name)
    document, data = json.loads(exporter.read("keepalived.json")), exporter.read("keepalived.data")
    by_text = mehdy_of_text(data, exporter.read("keepalived.stats"))
    return mehdy_of_json(document, data), by_text, gen2brain(document)


def standing(series: Series) -> Series:
    """What does not move while it is looked at."""
    return {key: value for key, value in series.items() if GAUGES.match(key[0])}


def alike(series: Series) -> dict[str, object]:
    """Without what the two daemons are told differently, and what moves."""
    own = {"51": "VRID", "52": "VRID", f"{VIP}/24": "VIP", "10.9.0.110/24": "VIP"}
    return {
        f"{name} {[(label, own.get(value, value)) for label, value in labels]}": number if GAUGES.match(name) else None
        for (name, labels), number in series.items()
    }


def scraped(place: str) -> Series:
    """As Prometheus reads it."""

    class Connection(http.client.HTTPConnection):
        def connect(self) -> None:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(30)
            self.sock.connect(place)

    with closing(Connection("daemon")) as connection:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}
