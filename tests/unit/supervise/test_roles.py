from __future__ import annotations

from standfast.config.health_model import Needs
from standfast.supervise.generation import Essentials, Generation
from standfast.supervise.roles import HEALTH, SPAWNER, VRRP


def generation(**more):
    return Generation(1, 3, Essentials(), **more)


def test_each_gets_its_own_document():
    both = generation(health=4)
    assert [role.document(both) for role in (VRRP, HEALTH, SPAWNER)] == [3, 4, 3]


def test_vrrp_is_always_needed_and_the_others_when_there_is_work():
    assert [role.needed(generation()) for role in (VRRP, HEALTH, SPAWNER)] == [True, False, False]
    scripts = generation(needs=Needs(spawner=True))
    assert [role.needed(scripts) for role in (VRRP, HEALTH, SPAWNER)] == [True, False, True]
    checks = generation(needs=Needs(health=True))
    assert [role.needed(checks) for role in (VRRP, HEALTH, SPAWNER)] == [True, True, False]
