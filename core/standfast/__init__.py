"""standfast keeps a service reachable when machines fail.

It reads ``keepalived.conf``, elects who holds the virtual addresses (VRRP) and says why.
Start with ``docs/architecture.md``; plugin authors import :mod:`standfast.api`.
"""

__version__ = "0.1.0"
