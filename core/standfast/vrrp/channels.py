"""Sockets shared by instances: one pair for each interface and group, or for each local address of unicast ones."""

from __future__ import annotations

from collections.abc import Callable

from standfast.config.model import GlobalDefs, VrrpInstance
from standfast.events import Event
from standfast.net.decode import Link
from standfast.net.host import Host
from standfast.vrrp import ah, trailer
from standfast.vrrp.instance import Instance
from standfast.vrrp.packet import IPV4_HEADER_SIZE
from standfast.vrrp.receive import Entrance
from standfast.vrrp.sockets import VRRP, Endpoint, Listener, Mouth

_SKB = 1024
"""What the kernel charges a receive buffer for a small datagram, about."""

_CROWD = 64
"""Above this many instances on a socket the kernel's default buffer holds too few adverts of each."""


class Channel:
    """An open pair of sockets and who uses it."""

    def __init__(self, endpoint: Endpoint, vrid: int, entrance: Entrance) -> None:
        self.listener = Listener(endpoint, (vrid,))
        try:
            self.mouth = Mouth(endpoint)
        except OSError:
            self.listener.close()
            raise
        self.endpoint = endpoint
        self.entrance = entrance
        self.members: list[Instance] = []
        self._admitted: set[int] | None = {vrid}
        """None: everybody, so that unknown virtual routers can be logged."""

    def settle(self, settings: GlobalDefs, mtu: int) -> None:
        """Members changed: who hears what, which VRIDs come in, how much may wait."""
        self.entrance.assign([member.receiver for member in self.members])
        self.entrance.logs_unknown = settings.log_unknown_vrids
        vrids = None if settings.log_unknown_vrids else {member.config.vrid for member in self.members}
        if vrids != self._admitted:  # a reload that changes nothing leaves the kernel's filter alone
            self.listener.admit(vrids)
            self._admitted = vrids
        size = receive_buffer(settings, self.members, mtu)
        if size:
            self.listener.enlarge(size)

    def close(self) -> None:
        """Give both sockets back."""
        self.listener.close()
        self.mouth.close()


class Channels:
    """All of them. ``opened`` and ``closing`` tell who listens to them."""

    def __init__(
        self,
        host: Host,
        tell: Callable[[Event], None],
        opened: Callable[[Channel], None],
        closing: Callable[[Channel], None],
    ) -> None:
        self.settings = GlobalDefs()
        self.open: dict[Endpoint, Channel] = {}
        self._of: dict[Instance, Endpoint] = {}
        self._changed: set[Channel] = set()
        self._host = host
        self._tell = tell
        self._opened = opened
        self._closing = closing

    def configure(self, settings: GlobalDefs) -> None:
        """What holds for all, and what members have of their own, may be different now."""
        self.settings = settings
        self._changed.update(self.open.values())

    def connect(self, instance: Instance) -> None:
        """Give it the sockets that its configuration and the host's state ask for now. Raises OSError."""
        endpoint = self._wanted(instance)
        if self._of.get(instance) == endpoint:
            return
        self.disconnect(instance)
        if endpoint is None:
            return
        channel = self.open.get(endpoint)
        if channel is None:
            entrance = Entrance(self._tell, endpoint.interface or str(endpoint.address))
            channel = self.open[endpoint] = Channel(endpoint, instance.config.vrid, entrance)
            self._opened(channel)
        channel.members.append(instance)
        self._of[instance] = endpoint
        instance.mouth = channel.mouth
        self._changed.add(channel)

    def disconnect(self, instance: Instance) -> None:
        """Take its sockets away; the last one to go closes them."""
        endpoint = self._of.pop(instance, None)
        instance.mouth = None
        if endpoint is None:
            return
        channel = self.open[endpoint]
        channel.members.remove(instance)
        if channel.members:
            self._changed.add(channel)
        else:
            self._changed.discard(channel)
            del self.open[endpoint]
            self._closing(channel)
            channel.close()

    def settle(self) -> None:
        """Let channels know their members, once for all that came and went."""
        for channel in self._changed:
            channel.settle(self.settings, self._mtu(channel.endpoint))
        self._changed.clear()

    def _wanted(self, instance: Instance) -> Endpoint | None:
        config = instance.config
        link = self._host.link(config.speaks_on) if config.speaks_on else None
        protocol = ah.PROTOCOL if instance.router.uses_ah else VRRP
        if not config.unicast:
            if link is None or config.group is None:
                return None
            return Endpoint(config.family, link.name, link.index, config.group, protocol)
        source = instance.router.source
        if source is None:
            return None
        if source.is_link_local and source.family == 6:
            return None if link is None else Endpoint(6, link.name, link.index, source)
        return Endpoint(config.family, self._vrf(config, link), 0, source, protocol)

    def _vrf(self, config: VrrpInstance, link: Link | None) -> str:
        """The VRF in whose routing table peers are; empty: in the usual one."""
        if config.vrf or link is None or not link.master:
            return config.vrf
        vrf = next((one for one in self._host.links() if one.index == link.master), None)
        return vrf.name if vrf is not None and vrf.made_as == "vrf" else ""

    def _mtu(self, endpoint: Endpoint) -> int:
        link = self._host.link(endpoint.interface) if endpoint.interface else None
        return link.mtu if link is not None else 1500


def receive_buffer(settings: GlobalDefs, members: list[Instance], mtu: int) -> int:
    """Bytes to ask for; 0 = leave it as the kernel made it.

    What instances want for themselves (``kernel_rx_buf_size``) adds to what the policy gives the others.
    """
    shares = sum(member.config.receive_buffer for member in members)
    others = [member for member in members if not member.config.receive_buffer]
    return shares + (_by_policy(settings, others, mtu) if others else 0)


def _by_policy(settings: GlobalDefs, members: list[Instance], mtu: int) -> int:
    if isinstance(settings.rx_buffer, int):
        return settings.rx_buffer
    if settings.rx_buffer == "mtu":
        return len(members) * settings.rx_buffer_multiplier * mtu
    if settings.rx_buffer == "advert":
        return sum(settings.rx_buffer_multiplier * _advert_size(member) for member in members)
    return len(members) * settings.rx_buffer_multiplier * _SKB if len(members) > _CROWD else 0


def _advert_size(instance: Instance) -> int:
    config = instance.config
    extra = ah.SIZE if instance.router.uses_ah else trailer.SIZE if config.hmac is not None else 0
    return IPV4_HEADER_SIZE + 16 + extra + len(config.vips) * (4 if config.family == 4 else 16)
