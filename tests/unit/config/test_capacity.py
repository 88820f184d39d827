from __future__ import annotations

import pytest

from standfast.config.capacity import fit, vip_capacity
from standfast.config.model import Authentication, VirtualAddress, VrrpInstance
from standfast.values import Address


def router(family, version, count=0, auth=None) -> VrrpInstance:
    vips = tuple(
        VirtualAddress(address=Address(family, n.to_bytes(4 if family == 4 else 16, "big")), prefix=32, dev="eth0")
        for n in range(1, count + 1)
    )
    return VrrpInstance(name="a", vrid=1, family=family, version=version, interface="eth0", vips=vips, auth=auth)


@pytest.mark.parametrize(
    ("family", "version", "auth", "mtu", "room"),
    [
        (4, 3, None, 1500, 255),
        (4, 3, None, 68, 10),
        (4, 2, None, 68, 8),
        (4, 2, Authentication(kind="ah", password=b"x"), 68, 2),
        (6, 3, None, 1500, 90),
        (6, 3, None, 1280, 77),
        (4, 2, None, 20, 0),
    ],
)
def test_kd20_the_ethernet_header_is_not_part_of_the_mtu(family, version, auth, mtu, room):
    assert vip_capacity(router(family, version, auth=auth), mtu) == room


def test_what_does_not_fit_is_excluded():
    full = router(6, 3, 100)
    fitted = fit(full, 1500)
    assert (len(fitted.vips), len(fitted.evips)) == (90, 10)
    assert fitted.vips + fitted.evips == full.vips
    assert fit(fitted, 1500) is fitted
