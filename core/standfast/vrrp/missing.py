"""Interfaces that a configuration needs and this host does not have: a reload to it is refused."""

from __future__ import annotations

from collections.abc import Callable

from standfast.config.model import Config, VrrpInstance

HasLink = Callable[[str], bool]


def refusal(wanted: Config, running: Config, has_link: HasLink) -> str:
    """Why ``wanted`` cannot replace ``running`` on this host, in words; empty if it can.

    With ``dynamic_interfaces`` anything may be missing. So may what is missing already: a reload that is about
    something else must not fail because of a cable that was pulled.
    """
    if wanted.global_defs.dynamic_interfaces:
        return ""
    known = {name for instance in running.instances for name in _missing(instance, has_link)}
    lacking = [
        f"{instance.name}: interface {name} does not exist"
        for instance in wanted.instances
        for name in _missing(instance, has_link)
        if name not in known
    ]
    if not lacking:
        return ""
    more = f" (and {len(lacking) - 1} more like it)" if len(lacking) > 1 else ""
    hint = "correct the name, make the interface, or write `dynamic_interfaces` if it may appear later"
    return f"{lacking[0]}{more}; {hint}"


def _missing(instance: VrrpInstance, has_link: HasLink) -> list[str]:
    """In the order of the configuration, each once. Unicast may do without an interface of its own."""
    named = [instance.interface, *(address.dev for address in instance.vips + instance.evips)]
    made = {how.name for how in (instance.vmac, instance.ipvlan) if how is not None}
    return [name for name in dict.fromkeys(named) if name and name not in made and not has_link(name)]
