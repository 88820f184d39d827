"""Load-balancing backends that come with standfast."""

from standfast.api import Registry, hookimpl


@hookimpl
def standfast_register(registry: Registry) -> None:
    """All of them."""
    from standfast_lb.ipvs.backend import IpvsLoadBalancer
    from standfast_lb.nftables.backend import NftablesBalancer

    registry.load_balancer(IpvsLoadBalancer)
    registry.load_balancer(NftablesBalancer)
