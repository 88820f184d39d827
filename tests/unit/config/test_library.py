"""``standfast.config`` as its users import it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from standfast import config


def test_every_public_name_is_there():
    assert all(getattr(config, name).__doc__ for name in config.__all__)
    with pytest.raises(AttributeError, match="no_such"):
        _ = config.no_such


def test_the_example_of_its_documentation():
    text = config.ConfigText.parse(
        b"vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\n"
    )
    config.set_value(text, ("vrrp_instance VI_1", "priority"), "150")
    assert config.load_text(text.data()).config.instances[0].priority == 150


def test_the_models_alone_do_not_bring_it_along():
    words = "import sys, standfast.config.model; print('standfast.config.syntax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
