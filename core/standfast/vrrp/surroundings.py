"""What instances stand on beside the interfaces that were there: those that we make for them, and what these need."""

from __future__ import annotations

from collections.abc import Callable

from standfast.config.interface_model import Device
from standfast.config.model import Config
from standfast.net.host import Host
from standfast.supervise.state_file import Installed
from standfast.vrrp.device_keeper import ROUNDS, DeviceKeeper
from standfast.vrrp.devices import plan
from standfast.vrrp.firewall_keeper import FirewallKeeper
from standfast.vrrp.sysctls import Sysctls


class Surroundings:
    """Without parts it has nothing to do and does nothing.

    ``learn`` reads what the kernel tells, so that the host's picture has what was just made; ``say`` complains.
    """

    def __init__(
        self,
        host: Host | None = None,
        keeper: DeviceKeeper | None = None,
        firewall: FirewallKeeper | None = None,
        learn: Callable[[], None] = lambda: None,
        say: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self._host = host
        self._keeper = keeper
        self._firewall = firewall
        self._learn = learn
        self._say = say

    def inherit(self, before: Installed) -> None:
        """What a predecessor left is ours."""
        if self._keeper is not None:
            self._keeper.inherit(before.devices)
        if self._firewall is not None:
            self._firewall.inherit(before.table)

    def plan(self, config: Config) -> Config:
        """Decide what is to be made; give the configuration in which addresses stand where they will live."""
        if self._host is None or self._keeper is None:
            return config
        planned = plan(config, self._host.links(), self._keeper.ours.values())
        self._keeper.want(planned.devices)
        if self._firewall is not None:
            self._firewall.want(planned.config, planned.devices)
            self._firewall.choose()
        return planned.config

    def make(self, sysctls: Sysctls) -> None:
        """Make all that is missing, as far as the interfaces below are there."""
        if self._keeper is None:
            return
        try:
            self._keeper.prepare(sysctls)
        except OSError as error:
            self._say(f"cannot set what virtual MACs need: {error.filename}: {error.strerror}")
        self._filter()  # first: an interface reports its groups as soon as it is there
        for _ in range(ROUNDS):
            if not self._keeper.mend():
                break
            self._learn()
        self._filter()

    def _filter(self) -> None:
        if self._firewall is not None and self._keeper is not None:
            # What is on its way out is guarded too: it says good-bye to its groups when it goes.
            self._firewall.guard((self._keeper.ours | self._keeper.wanted).values())
            self._firewall.settle()

    def drop(self) -> None:
        """Remove what is ours and not wanted any more."""
        if self._keeper is not None and self._keeper.drop():
            self._learn()
            self._filter()

    def clear(self) -> None:
        """Remove everything of ours."""
        if self._keeper is not None:
            self._keeper.want(())
            self._keeper.drop()
        if self._firewall is not None:
            self._firewall.clear()

    def devices(self) -> tuple[Device, ...]:
        """What is ours or may become so, for the state file."""
        return () if self._keeper is None else self._keeper.listed()

    def table(self) -> str:
        """The name of our nf_tables table; empty without one."""
        return "" if self._firewall is None else self._firewall.name
