from __future__ import annotations

from standfast.config.load import load_text
from standfast.config.model import VrrpInstance

PLAIN = "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\n"


def test_a_plain_instance_has_nothing_around_it():
    config = load_text(PLAIN).config
    usual = VrrpInstance(name="", vrid=1, family=4, version=2, interface="")
    (one,) = config.instances
    assert (one.trackers, one.notify) == (usual.trackers, usual.notify)
    assert (config.scripts, config.sync_groups, config.track_groups) == ((), (), ())


def test_what_is_global_reaches_it_all_the_same():
    config = load_text(PLAIN + "global_defs {\nsmtp_alert\n}\n").config
    assert config.instances[0].notify.mail
