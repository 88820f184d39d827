"""What standfast offers to tests, its own and other people's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from standfast.testing.balancing import MemoryLoadBalancer
    from standfast.testing.contracts import (
        ContractBroken,
        check_address_provider,
        check_checker,
        check_load_balancer,
        check_notifier,
        pools_of,
    )

__all__ = [
    "ContractBroken",
    "MemoryLoadBalancer",
    "check_address_provider",
    "check_checker",
    "check_load_balancer",
    "check_notifier",
    "pools_of",
]


def __getattr__(name: str) -> Any:
    """The suites, imported when they are wanted: they stand on most of core."""
    if name in __all__:
        from standfast.testing import balancing, contracts

        return getattr(balancing if name == "MemoryLoadBalancer" else contracts, name)
    raise AttributeError(name)
