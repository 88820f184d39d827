from __future__ import annotations

import os
import socket
import stat
from contextlib import closing

import pytest

from standfast.config.health_model import Listener
from standfast.values import Address
from standfast.web.sockets import bound, give_up, put_in_place

# An address of this process's own: a port that was free a moment ago is not taken by another worker.
HERE = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"


def free_port(host=HERE, family=socket.AF_INET):
    with closing(socket.socket(family)) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(("host", "family"), [(HERE, socket.AF_INET), ("::1", socket.AF_INET6)], ids=["IPv4", "IPv6"])
def test_bound_and_then_listening(host, family):
    listener = Listener(address=Address.parse(host), port=free_port(host, family))
    made = bound(listener)
    with closing(socket.socket(family)) as client, pytest.raises(ConnectionRefusedError):
        client.connect((host, listener.port))
    put_in_place(listener, made)
    with closing(socket.create_connection((host, listener.port))):
        pass
    with pytest.raises(OSError, match="in use"):
        bound(listener)
    give_up(listener, made, listening=True)


def test_an_address_that_is_not_here_yet():
    bound(Listener(address=Address.parse("192.0.2.77"), port=free_port())).close()


def test_a_unix_socket_with_its_permissions(tmp_path):
    path = tmp_path / "http"
    listener = Listener(path=str(path), mode=0o666)
    made = bound(listener)
    assert not path.exists()
    put_in_place(listener, made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.connect(str(path))
    give_up(listener, made, listening=True)
    assert list(tmp_path.iterdir()) == []


def test_a_socket_left_by_the_dead_is_replaced_and_a_file_is_not(tmp_path):
    path = tmp_path / "http"
    listener = Listener(path=str(path))
    left = bound(listener)
    put_in_place(listener, left)
    left.close()
    made = bound(listener)
    put_in_place(listener, made)
    give_up(listener, made, listening=True)
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        bound(listener)
    assert path.read_text() == "mine"


def test_what_is_prepared_in_vain_leaves_nothing(tmp_path):
    listener = Listener(path=str(tmp_path / "http"))
    give_up(listener, bound(listener), listening=False)
    assert list(tmp_path.iterdir()) == []
