"""The names and labels of gen2brain/keepalived_exporter. Its counters have no ``_total``, so they have no type here."""

from __future__ import annotations

import re
from typing import Final

from standfast.metrics.own_vrrp import Document
from standfast.metrics.sheet import Declared, Sheet, gauge

COUNTERS: Final = (
    "advert_rcvd", "advert_sent", "become_master", "release_master", "packet_len_err", "advert_interval_err",
    "ip_ttl_err", "invalid_type_rcvd", "addr_list_err", "invalid_authtype", "authtype_mismatch", "auth_failure",
    "pri_zero_rcvd", "pri_zero_sent",
)  # fmt: skip
STATISTICS: Final = {
    "in_packets": "packets_in",
    "out_packets": "packets_out",
    "in_bytes": "bytes_in",
    "out_bytes": "bytes_out",
    "conn": "connections",
}
PROTOCOL: Final = {"TCP": "6", "UDP": "17", "SCTP": "132", "": "0"}
_LABEL: Final = re.compile(r"\[([^]]*)\]:(\d+)")


def _old(name: str, doc: str, *labels: str) -> Declared:
    return Declared(name, "untyped", doc, labels)


DECLARED: Final[tuple[Declared, ...]] = (
    gauge("keepalived_up", "Status"),
    *(_old(f"keepalived_vrrp_{name}", f"keepalived's counter {name}", "name", "intf", "vrid", "state")
      for name in COUNTERS),
    *(_old(f"keepalived_lvs_vip_{name}", f"Virtual server: {name}", "addr", "proto") for name in STATISTICS),
    *(_old(f"keepalived_lvs_rs_{name}", f"Real server: {name}", "vip", "addr", "proto") for name in STATISTICS),
)  # fmt: skip


def fill(sheet: Sheet, picture: Document) -> None:
    """From a picture."""
    vrrp = picture["vrrp"]
    sheet.put("keepalived_up", vrrp["fresh"])
    for instance in vrrp["instances"] if vrrp["fresh"] else ():
        who = (instance["name"], instance["interface"], instance["vrid"], instance["state"])
        for name in COUNTERS:
            sheet.put(f"keepalived_vrrp_{name}", instance["counters"][name], *who)
    for service in picture["virtual_servers"]:
        if service["address"] is not None:
            _service(sheet, service)


def _service(sheet: Sheet, service: Document) -> None:
    place = _place(service["address"], service["port"])
    protocol = PROTOCOL[service["protocol"]]
    for name, ours in STATISTICS.items():
        sheet.put(f"keepalived_lvs_vip_{name}", service.get("statistics", {}).get(ours), place, protocol)
        for server in service["servers"]:
            match = _LABEL.fullmatch(server["server"])
            if match is not None:
                value = server.get("statistics", {}).get(ours)
                sheet.put(f"keepalived_lvs_rs_{name}", value, place, _place(match[1], match[2]), protocol)


def _place(address: str, port: object) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
