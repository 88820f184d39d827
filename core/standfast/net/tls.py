"""TLS for checks: contexts by setting, handshakes with words for what went wrong, expiry of certificates."""

from __future__ import annotations

import calendar
import socket
import ssl
import time
from contextlib import suppress
from functools import lru_cache

from standfast.config.record import Record
from standfast.contract.checking import CheckError, CheckResult, Code, bad, unable
from standfast.net.probe import Connection, failed

DAY = 86400


class TlsSetting(Record, frozen=True):
    """What one context is made for; equal settings share one."""

    verify: bool = False
    """The certificate must be valid for the name, and signed by somebody who is trusted."""
    ca: str = ""
    """File or directory with those who are; empty: this host's."""
    certificate: str = ""
    """File with the certificate that is shown of us; empty: none."""
    key: str = ""
    """File with its key; empty: in ``certificate``."""
    password: str = ""
    protocols: tuple[str, ...] = ()
    """ALPN."""

    def context(self) -> ssl.SSLContext:
        """A new context. Raises :class:`CheckError` (unable) for files that cannot be used."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED if not self.verify else ssl.TLSVersion.TLSv1_2
        made.check_hostname = self.verify
        made.verify_mode = ssl.CERT_REQUIRED if self.verify else ssl.CERT_NONE
        what = ""
        try:
            if self.verify:
                what = self.ca or "this host's certificates"
                self._trust(made)
            if self.certificate:
                what = self.certificate + (f" with {self.key}" if self.key else "")
                made.load_cert_chain(self.certificate, self.key or None, self.password or _no_password)
        except (OSError, ValueError) as error:  # SSLError is an OSError
            raise CheckError(unable(f"TLS cannot use {what}: {_reason(error)}")) from error
        if self.protocols:
            made.set_alpn_protocols(list(self.protocols))
        return made

    def _trust(self, made: ssl.SSLContext) -> None:
        if not self.ca:
            made.load_default_certs()
            return
        directory = self.ca.endswith("/")
        made.load_verify_locations(cafile=None if directory else self.ca, capath=self.ca if directory else None)


def _no_password() -> bytes:
    """Asked for a key that is encrypted: OpenSSL itself would ask at a terminal, and wait."""
    raise ValueError("the key is encrypted and no password is given")


class TlsConnection(Connection):
    """The same on top of TLS.

    OpenSSL works on memory and we read and write the socket: one call for all that has come, where OpenSSL itself takes
    two for each record, and none of the calls with which a socket is made one of TLS.
    """

    __slots__ = ("_came", "_goes", "tls")

    def __init__(self, below: Connection, context: ssl.SSLContext, name: str | None) -> None:
        self.timeout: float = below.timeout
        self.socket: socket.socket = below.socket
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls: ssl.SSLObject = context.wrap_bio(self._came, self._goes, server_hostname=name)

    async def handshake(self) -> None:
        """Raises :class:`CheckError` with code ``tls`` if there is none.

        With TLS 1.3 the last word is ours (RFC 8446, 2): it leaves together with whatever is said or awaited next.
        """
        try:
            while True:
                try:
                    return self.tls.do_handshake()
                except ssl.SSLWantReadError:
                    await self._exchange()
        except (OSError, ValueError) as error:
            self._say_what_fits()  # an alert: the other side's log is to tell why, too
            raise CheckError(_refused(error)) from error

    async def receive(self, most: int = 65536) -> bytes:
        """What has come; empty at the end, with or without a goodbye."""
        try:
            while True:
                try:
                    return self.tls.read(most)
                except ssl.SSLWantReadError:
                    await self._exchange()
        except ssl.SSLEOFError:
            return b""
        except ssl.SSLError as error:
            raise CheckError(_refused(error)) from error
        except OSError as error:
            failed(error, "reading")

    async def send(self, data: bytes) -> None:
        """All of it."""
        left = data
        try:
            while left:
                try:
                    left = left[self.tls.write(left) :]
                except ssl.SSLWantReadError:
                    await self._exchange()
            await self._flush()
        except ssl.SSLError as error:
            raise CheckError(_refused(error)) from error
        except OSError as error:
            self._hear_why()
            failed(error, "writing")

    async def _exchange(self) -> None:
        """Send what OpenSSL has to say, wait for more, and hand it over."""
        await self._flush()
        while True:
            await self.readable()
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                continue
            if data:
                self._came.write(data)
            else:
                self._came.write_eof()
            return

    async def _flush(self) -> None:
        left = self._goes.read()
        while left:
            try:
                left = left[self.socket.send(left) :]
            except BlockingIOError:
                await self.writable()

    def _hear_why(self) -> None:
        """The other side takes nothing any more. Raises :class:`CheckError` if it said why before.

        With TLS 1.3 a server refuses our certificate when the handshake is over for us.
        """
        try:
            self._came.write(self.socket.recv(65536))
            self.tls.read(1)
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError as error:
            raise CheckError(_refused(error)) from error
        except OSError:
            return

    def _say_what_fits(self) -> None:
        with suppress(OSError):  # there is nobody to say it to
            self.socket.send(self._goes.read())

    def say_goodbye(self) -> None:
        """Send a close notification, without waiting for the other side's."""
        with suppress(OSError, ValueError):  # SSLWantRead: it is to be sent; everything else: there is nobody any more
            self.tls.unwrap()
        self._say_what_fits()

    def close(self) -> None:
        """Hang up, with the end of the handshake said if nothing else was."""
        if self._goes.pending:
            self._say_what_fits()
        super().close()

    def certificate(self) -> bytes:
        """The other side's, as DER; empty: it showed none."""
        return self.tls.getpeercert(binary_form=True) or b""


async def secure(below: Connection, context: ssl.SSLContext, name: str = "") -> TlsConnection:
    """A handshake on a connection. ``name``: what the certificate must be for, and, if it is no address, SNI."""
    above = TlsConnection(below, context, name or None)
    try:
        await above.handshake()
    except BaseException:
        above.close()
        raise
    return above


def _refused(error: Exception) -> CheckResult:
    if isinstance(error, ConnectionError) or type(error) is OSError:
        return bad(Code.TLS, f"no handshake: {error.strerror or error}" if isinstance(error, OSError) else str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        return bad(Code.TLS, f"certificate: {error.verify_message}")
    return bad(Code.TLS, f"no handshake: {_reason(error)}")


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLEOFError):
        return "the other side hung up"
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def days_left(certificate: bytes, now: float | None = None) -> int | None:
    """Whole days until a certificate (DER) expires, negative since; None if it cannot be read."""
    try:
        expires = _not_after(certificate)
    except (IndexError, ValueError, UnicodeError):
        return None
    return int((expires - (time.time() if now is None else now)) // DAY)


@lru_cache(maxsize=4096)
def _not_after(certificate: bytes) -> int:
    """Seconds since 1970. RFC 5280, 4.1: Certificate, TBSCertificate, then validity behind five fields or four."""
    _, outer, _ = _element(certificate, 0)
    _, position, _ = _element(certificate, outer)
    tag, _, after = _element(certificate, position)
    if tag == 0xA0:  # the version, which may be left out
        position = after
    for _ in range(3):  # serial number, signature, issuer
        _, _, position = _element(certificate, position)
    tag, start, _ = _element(certificate, position)
    if tag != 0x30:
        raise ValueError("no validity where it belongs")
    _, _, position = _element(certificate, start)  # notBefore
    tag, start, end = _element(certificate, position)
    text = certificate[start:end].decode("ascii")
    if tag == 0x17:  # UTCTime: 50 to 99 are the 20th century
        text = ("19" if text[:2] >= "50" else "20") + text
    return calendar.timegm(time.strptime(text, "%Y%m%d%H%M%SZ"))


def _element(data: bytes, position: int) -> tuple[int, int, int]:
    """Tag, where its contents begin, where they end (DER: X.690, 8.1)."""
    tag, length, start = data[position], data[position + 1], position + 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= 4:
            raise ValueError("length of a length")
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise ValueError("cut short")
    return tag, start, start + length
