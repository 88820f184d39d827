from __future__ import annotations

from standfast.config.health_model import HealthConfig
from standfast.health.hub import Hub
from standfast.health.parts import PARTS


def test_parts_have_names_of_their_own(surroundings):
    hub = Hub(surroundings.setup, HealthConfig())
    names = [make(hub).name for make in PARTS]
    assert len(set(names)) == len(names)
    assert "" not in names
