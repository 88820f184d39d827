"""What becomes of a received datagram: refused with a counter, or an :class:`Advert` for its router.

Checks run cheapest first and in a fixed order, because counters are compared with other implementations'.
Nothing in here touches a router's timers: a refused advert must not be able to delay anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from msgspec import structs

from standfast.clock import wall_clock_at
from standfast.config.hmac_model import Hmac
from standfast.config.model import UnicastPeer, VrrpInstance
from standfast.events import Event, Level, Remark
from standfast.values import Address, seconds
from standfast.vrrp import ah, auth, packet, trailer
from standfast.vrrp.checksum import VRRP_PROTOCOL, Form, acceptable_forms
from standfast.vrrp.packet import Advert, BadAdvert, Envelope, Header
from standfast.vrrp.remarks import Quota
from standfast.vrrp.router import Router
from standfast.vrrp.rules import State

Tell = Callable[[Event], None]

_DEAF: Final = frozenset((State.INIT, State.FAULT))
_TTL: Final = 255
"""Only a neighbour on the link can make a datagram arrive with it (RFC 9568, 5.1.1.3)."""

_REMEMBERED_SENDERS: Final = 32


class Policy(NamedTuple):
    """An instance's configuration as the checks want it, worked out once."""

    config: VrrpInstance
    forms: tuple[Form, ...]
    addresses: bytes
    """Our own VIPs as they stand in an advert."""
    vips: frozenset[bytes]
    peers: dict[bytes, UnicastPeer]
    auth_type: int
    password: bytes
    hmac: Hmac | None
    repeats: bool
    """May two adverts be equal in every byte? Not where each bears a number of its own."""

    @classmethod
    def of(cls, config: VrrpInstance) -> Policy:
        """Derive it."""
        own = [vip.address.packed for vip in config.vips]
        return cls(
            config=config,
            forms=acceptable_forms(
                config.version,
                config.family,
                mode=config.checksum,
                unicast=config.unicast,
                old_unicast=config.old_unicast_checksum,
            ),
            addresses=b"".join(own),
            vips=frozenset(own),
            peers={peer.address.packed: peer for peer in config.unicast_peers},
            auth_type=auth.NONE if config.auth is None else auth.KINDS[config.auth.kind],
            password=b"" if config.auth is None else auth.password_field(config.auth.password),
            hmac=config.hmac,
            repeats=config.hmac is None and (config.auth is None or config.auth.kind == "pass"),
        )


class Usual(NamedTuple):
    """The last advert that passed without a remark, and what its passing rested on."""

    message: tuple[object, ...]
    """The envelope without its time of arrival and number."""
    source: Address | None
    """Our own."""
    advert: Advert


class Receiver:
    """The receive pipeline of one virtual router."""

    def __init__(self, router: Router, tell: Tell, wall: Callable[[int], float] = wall_clock_at) -> None:
        self.router = router
        self._tell = tell
        self._wall = wall
        self._verifier = trailer.Verifier()
        self._policy = Policy.of(router.config)
        self._quota = Quota()
        self._forms: dict[bytes, Form] = {}
        self._usual: Usual | None = None
        self._plain = True
        """Nothing was remarked on the advert under examination."""

    def judge(self, envelope: Envelope) -> Advert | None:
        """An advert that the router must hear, or None; counters and remarks are taken care of.

        ``envelope`` carries this router's VRID (see :class:`Entrance`).
        """
        router = self.router
        if router.state in _DEAF or envelope.arrived < router.listening_from:
            return None
        if self._policy.config is not router.config:
            self._policy = Policy.of(router.config)
            self._usual = None
        usual = self._usual
        if usual is not None and usual.message == envelope[:-2] and usual.source is router.source:
            # A master repeats itself ten times a second: what is the same in every byte is judged the same.
            router.counters.advert_rcvd += 1
            return structs.replace(usual.advert, arrived=envelope.arrived, number=envelope.number)
        self._usual = None
        try:
            return self._examine(envelope)
        except BadAdvert as bad:
            router.counters.count(bad.reason)
            router.refused.note(bad, envelope.source, envelope.arrived)
            self._remark("warning", "vrrp.advert_rejected", bad.reason, f"refused: {bad.words}", envelope)
            return None

    # The pipeline

    def _examine(self, envelope: Envelope) -> Advert:
        policy = self._policy
        self._plain = True
        if policy.config.family == 6:
            _check_destination(policy, envelope)
        _check_protocol(policy, envelope)
        header = packet.read_header(envelope.message)
        whole, signature = envelope, b""
        if policy.hmac is not None:
            envelope, signature = packet.split_trailer(envelope, header)
        packet.check_length(envelope, header)
        _check_ttl(policy, envelope)
        _check_version(policy, header)
        if policy.hmac is not None:
            self._check_signature(policy.hmac, header, envelope, signature)
        if header.version == 2:
            self._check_authentication(policy, header, envelope)
        self._check_interval(header, envelope)
        packet.check_type(header)
        # Over IPv6 the kernel sums everything that is sent, the signature too.
        form = packet.find_form(whole if policy.config.family == 6 else envelope, policy.forms)
        if policy.config.family == 4:
            _check_destination(policy, envelope)
        self._check_sender(header, envelope)
        self.router.counters.advert_rcvd += 1
        self._check_addresses(header, envelope)
        _check_peer(policy, envelope)
        if header.priority == 0:
            self.router.counters.pri_zero_rcvd += 1
        self._note_form(form, envelope)
        advert = packet.assemble(envelope, header, form)
        if self._plain and policy.repeats and header.priority > 0 and not policy.config.owner_ignore_adverts:
            self._usual = Usual(envelope[:-2], self.router.source, advert)
        return advert

    def _check_interval(self, header: Header, envelope: Envelope) -> None:
        """Version 2 must agree (RFC 3768, 7.1); version 3 learns, but never a zero, which would mean 'always late'."""
        own = self._policy.config.advert_interval
        if header.interval == own:
            return
        words = f"interval is {seconds(header.interval)}, ours {seconds(own)}"
        if header.version == 2 or header.interval == 0:
            raise BadAdvert("advert_interval_err", words)
        self._accept_with_remark("advert_interval_err", words, envelope)

    def _check_signature(self, how: Hmac, header: Header, envelope: Envelope, signature: bytes) -> None:
        if not signature:
            if how.mode == "enforce":
                raise BadAdvert("auth_ext_missing", "it is not signed, and `auth_hmac` asks for that")
            self.router.counters.auth_ext_missing += 1
            return
        policy = self._policy
        if policy.config.unicast and envelope.source not in policy.peers:
            raise BadAdvert("source_err", "it does not come from a configured unicast peer")
        sender = trailer.Sender(header.version, header.vrid, envelope.source)
        wall = self._wall(envelope.arrived)
        try:
            ahead = self._verifier.verify(how, envelope.message, signature, sender, wall, policy.peers)
        except trailer.Rejected as rejected:
            raise BadAdvert(rejected.why, rejected.words) from rejected
        if how.replay == "time" and abs(ahead) > how.window_s / 2:
            words = f"accepted, but its clock is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} ours"
            self._remark(
                "warning", "vrrp.clock_skew", "clock", f"{words}; over {how.window_s} s it is refused", envelope
            )

    def _check_authentication(self, policy: Policy, header: Header, envelope: Envelope) -> None:
        if header.auth_type not in (auth.NONE, auth.PASS, auth.AH):
            raise BadAdvert("invalid_authtype", f"authentication type {header.auth_type} does not exist")
        if header.auth_type != policy.auth_type:
            words = f"authentication type is {header.auth_type}, ours {policy.auth_type}"
            raise BadAdvert("authtype_mismatch", words)
        if header.auth_type == auth.PASS:
            field = envelope.message[-auth.FIELD_SIZE :]
            if not auth.password_matches(field, policy.password):
                raise BadAdvert("auth_failure", "the password is not ours")
        elif header.auth_type == auth.AH:
            self._check_header(policy, envelope)

    def _check_header(self, policy: Policy, envelope: Envelope) -> None:
        """The counter is shared by all who speak, and by what we send: a new master goes on where the old one stood."""
        try:
            sequence = ah.verify(envelope.outer, envelope.message, policy.password, unicast=policy.config.unicast)
        except ah.Rejected as rejected:
            raise BadAdvert("auth_failure", str(rejected)) from rejected
        router = self.router
        last = router.sequence - 1 if router.unheard == router.sequence else router.sequence
        if sequence <= last:
            raise BadAdvert("auth_failure", f"its sequence number is {sequence}, not above {last}: it was sent before")
        router.sequence, router.unheard = sequence, None

    def _check_sender(self, header: Header, envelope: Envelope) -> None:
        router = self.router
        if router.source is not None and envelope.source == router.source.packed:
            raise BadAdvert("self_rcvd", "it comes from our own address; something on the network reflects frames")
        if router.config.owner_ignore_adverts and router.priority == 255:
            raise BadAdvert("owner_ignored", "we own the addresses and are told to ignore others")

    def _check_addresses(self, header: Header, envelope: Envelope) -> None:
        """Our addresses must all be there, in any order. By default a difference is only remarked on."""
        policy = self._policy
        end = packet.HEADER_SIZE + len(envelope.source) * header.address_count
        listed = envelope.message[packet.HEADER_SIZE : end]
        if header.address_count == 0 and policy.vips:
            raise BadAdvert("addr_list_err", "it lists no address")  # RFC 9568, 5.2.5, erratum 8299
        if listed == policy.addresses:
            return
        self._remark_on_first(listed, envelope)
        words = self._difference(listed, envelope)
        if not words:
            return
        # RFC 3768, 7.1: drop, unless the sender owns the addresses. keepalived never drops.
        if policy.config.addr_mismatch == "drop" and header.priority != 255:
            raise BadAdvert("addr_list_err", words)
        self._accept_with_remark("addr_list_err", words, envelope)

    def _remark_on_first(self, listed: bytes, envelope: Envelope) -> None:
        """RFC 9568, 5.2.9 (erratum 8300): the first IPv6 address is link-local. FRR's is not, so it is not enforced."""
        if len(envelope.source) == 16 and listed and not Address.unpack(listed[:16]).is_link_local:
            words = f"accepted, but its first address, {Address.unpack(listed[:16])}, is not link-local"
            self._remark("info", "vrrp.advert_differs", "first_address", words, envelope)

    def _difference(self, listed: bytes, envelope: Envelope) -> str:
        policy = self._policy
        size = len(envelope.source)
        theirs = {listed[at : at + size] for at in range(0, len(listed), size)}
        if len(listed) != len(policy.addresses):
            return f"it lists {len(listed) // size} addresses, we have {len(policy.vips)}"
        known = self.router.master
        if policy.config.skip_check_adv_addr and known is not None and known.address.packed == envelope.source:
            return ""
        missing = policy.vips - theirs
        return f"it lacks our address {Address.unpack(min(missing))}" if missing else ""

    # What is remarked on

    def _accept_with_remark(self, reason: packet.Reason, words: str, envelope: Envelope) -> None:
        self.router.counters.count(reason)
        self._remark("warning", "vrrp.advert_differs", reason, f"accepted, but {words}", envelope)

    def _note_form(self, form: Form, envelope: Envelope) -> None:
        """Remember who uses which checksum; a change is worth a line and a count."""
        usual = self._policy.forms[0]
        before = self._forms.get(envelope.source, usual)
        if form == before:
            return
        if len(self._forms) >= _REMEMBERED_SENDERS:
            del self._forms[next(iter(self._forms))]
        self._forms[envelope.source] = form
        self.router.counters.checksum_form_changes += 1
        words = f"has a checksum of the form '{form}' (before: '{before}'); we answer alike"
        self._remark("info", "vrrp.checksum_form", form, words, envelope)

    def _remark(self, level: Level, event: str, reason: str, words: str, envelope: Envelope) -> None:
        self._plain = False
        if not self._quota.allows((event, reason, envelope.source), envelope.arrived):
            return
        source = str(Address.unpack(envelope.source))
        self._tell(
            Remark(
                at=envelope.arrived,
                instance=self.router.config.name,
                level=level,
                event=event,
                words=f"advert from {source} {words}",
                fields={"source": source, "reason": reason, "suppressed": self._quota.take_suppressed()},
            )
        )


class Entrance:
    """What stands behind one receive socket: finds the virtual router that a datagram is for."""

    def __init__(self, tell: Tell, where: str = "this socket") -> None:
        self.logs_unknown = False
        """``log_unknown_vrids``; without it the kernel's filter keeps most of them away, and they cost nothing."""
        self.too_short = 0
        """Datagrams without room for a VRID."""
        self.vrid_err = 0
        """Datagrams for virtual routers that are not ours on this socket."""
        self._tell = tell
        self._where = where
        self._quota = Quota()
        self._receivers: dict[int, tuple[Receiver, ...]] = {}

    def assign(self, receivers: Iterable[Receiver]) -> None:
        """These virtual routers, and no others, listen here."""
        by_vrid: dict[int, tuple[Receiver, ...]] = {}
        for receiver in receivers:
            vrid = receiver.router.config.vrid
            by_vrid[vrid] = (*by_vrid.get(vrid, ()), receiver)
        self._receivers = by_vrid

    def admit(self, envelope: Envelope | None) -> tuple[Router, Advert] | None:
        """Who must hear what; None if nobody. ``envelope`` as :func:`packet.open_ipv4` or ``open_ipv6`` gave it."""
        if envelope is None:
            self.too_short += 1
            return None
        receivers = self._receivers.get(envelope.message[1])
        if receivers is None:
            self._refuse_vrid(envelope)
            return None
        receiver = receivers[0] if len(receivers) == 1 else _meant(receivers, envelope.source)
        advert = receiver.judge(envelope)
        return None if advert is None else (receiver.router, advert)

    def _refuse_vrid(self, envelope: Envelope) -> None:
        self.vrid_err += 1
        vrid = envelope.message[1]
        if self.logs_unknown and self._quota.allows((vrid, envelope.source), envelope.arrived):
            sender = Address.unpack(envelope.source)
            words = f"advert from {sender} for VRID {vrid}, which no instance on {self._where} has"
            self._tell(Remark(at=envelope.arrived, level="info", event="vrrp.unknown_vrid", words=words))


def keep_last(heard: Iterable[tuple[Router, Advert]]) -> list[tuple[Router, Advert]]:
    """Of a backlog read in one go only each sender's last word counts; order of arrival is kept.

    A router that slept would otherwise answer every single advert it missed.
    """
    last: dict[tuple[int, Address], tuple[Router, Advert]] = {}
    for router, advert in heard:
        key = (id(router), advert.source)
        last.pop(key, None)
        last[key] = (router, advert)
    return list(last.values())


def _meant(receivers: tuple[Receiver, ...], source: bytes) -> Receiver:
    """Unicast instances may share VRID and address; their peers tell them apart."""
    for receiver in receivers:
        if any(peer.address.packed == source for peer in receiver.router.config.unicast_peers):
            return receiver
    return receivers[0]


def _check_destination(policy: Policy, envelope: Envelope) -> None:
    multicast = Address.unpack(envelope.destination).is_multicast
    if multicast == policy.config.unicast:
        heard, wanted = ("multicast", "unicast") if multicast else ("unicast", "multicast")
        raise BadAdvert("destination_err", f"it was sent by {heard}, this instance speaks {wanted}")


def _check_protocol(policy: Policy, envelope: Envelope) -> None:
    if policy.auth_type == auth.AH and envelope.protocol != ah.PROTOCOL:
        raise BadAdvert("authtype_mismatch", "it carries no authentication header (AH)")
    if policy.auth_type != auth.AH and envelope.protocol != VRRP_PROTOCOL:
        raise BadAdvert("authtype_mismatch", "it carries an authentication header (AH), which we do not use")


def _check_ttl(policy: Policy, envelope: Envelope) -> None:
    if envelope.ttl != _TTL and not policy.config.unicast:
        raise BadAdvert("ip_ttl_err", f"TTL is {envelope.ttl}, not 255: it did not start on this link")


def _check_version(policy: Policy, header: Header) -> None:
    if header.version != policy.config.version:
        raise BadAdvert("vers_err", f"it is VRRP version {header.version}, ours is {policy.config.version}")


def _check_peer(policy: Policy, envelope: Envelope) -> None:
    if not policy.config.unicast:
        return
    peer = policy.peers.get(envelope.source)
    if peer is None:
        if policy.config.check_unicast_source:
            raise BadAdvert("source_err", "it does not come from a configured unicast peer")
    elif not peer.min_ttl <= envelope.ttl <= peer.max_ttl:
        raise BadAdvert("ip_ttl_err", f"TTL is {envelope.ttl}, this peer's must be {peer.min_ttl} to {peer.max_ttl}")
