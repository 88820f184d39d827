from __future__ import annotations

from standfast.supervise.family import Programs
from standfast.supervise.options import Options, Parts


def test_what_nobody_says_is_what_a_service_manager_wants():
    options = Options(file="standfast.conf")
    assert (options.run_dir, options.respawn, options.beside, options.pid_files) == (None, True, False, {})


def test_without_something_to_import_warming_up_does_nothing():
    programs = Programs(vrrp=lambda _: 0, health=lambda _: 0, spawner=lambda _: 0)
    parts = Parts(programs=programs, load=lambda *_: None, reap=lambda *_: 0)
    assert parts.warm_up() is None
