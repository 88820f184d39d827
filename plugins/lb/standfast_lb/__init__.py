"""Load-balancing backends that come with standfast."""

from standfast.api import Registry, hookimpl


@hookimpl
def standfast_register(registry: Registry) -> None:
    """IPVS."""
    from standfast_lb.ipvs.backend import IpvsLoadBalancer

    registry.load_balancer(IpvsLoadBalancer)
