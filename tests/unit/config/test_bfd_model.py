from __future__ import annotations

from standfast.config.bfd_model import BfdSession
from standfast.values import Address


def test_a_session_tells_everybody_unless_told_otherwise():
    session = BfdSession(name="a", neighbor=Address.parse("192.0.2.3"))
    assert (session.tells_vrrp, session.tells_checker, session.ttl) == (True, True, 255)
