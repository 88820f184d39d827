from __future__ import annotations

from standfast.config.interface_model import Ipvlan, PolledInterface, UpDownDelay, Vmac


def test_defaults_are_those_of_bare_keywords():
    assert (Vmac().mac, Vmac().group, Vmac().for_instance) == (b"", None, True)
    assert Ipvlan().mode == "bridge"
    assert PolledInterface(name="eth0").method == ""
    assert UpDownDelay(name="eth0", down=1).up == 0
