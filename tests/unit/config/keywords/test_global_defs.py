from __future__ import annotations

from standfast.config.keywords import global_process, global_services, global_vrrp, global_web
from standfast.config.keywords.global_defs import GLOBAL_DEFS

PARTS = (
    *(global_vrrp.PROTOCOL, global_vrrp.ANNOUNCING, global_vrrp.FIREWALL),
    *(global_process.PROCESS, global_process.FILES),
    *(global_services.MAIL, global_services.SCRIPTS, global_services.BALANCING, global_services.SNMP),
    global_web.WEB,
)


def test_no_keyword_is_declared_twice_or_lost():
    names = [declaration.name for part in PARTS for declaration in part]
    assert len(names) == len(set(names))
    assert sorted(names) == sorted(GLOBAL_DEFS.names())
