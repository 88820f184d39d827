"""The provider: a request that claims, a request that looks."""

from __future__ import annotations

import json
from typing import Any

from standfast.api import SECOND, AddressProvider, Cadence, Claim, NotDelivered, NotifierType
from standfast_notifiers.address.options import BLOCK, AddressOptions, options_of
from standfast_notifiers.webhook.body import filled, template_text
from standfast_notifiers.webhook.sending import Sender, accepted, checked_url

_NOTHING = object()


class WebhookAddress(AddressProvider[AddressOptions]):
    """`address_webhook NAME { ... }`."""

    contract = 1
    declaration = NotifierType(BLOCK, options_of, AddressOptions)

    def __init__(self, options: AddressOptions) -> None:
        super().__init__(options)
        self._claim_url = checked_url(options.claim_url.read())
        self._verify_url = "" if options.verify_url is None else checked_url(options.verify_url.read())
        self._body = template_text(options.claim_body) if options.claim_body else ""
        if self._body:
            self._filled(Claim(instance="", host=""))
        self._sender = Sender(options.http)

    @property
    def instance(self) -> str:
        """As configured."""
        return self.options.instance

    @property
    def cadence(self) -> Cadence:
        """As configured."""
        return Cadence(interval=self.options.interval, timeout=self.options.http.timeout + SECOND)

    async def claim(self, claim: Claim) -> None:
        """Ask for it."""
        usual = {"instance": claim.instance, "host": claim.host, "addresses": list(claim.addresses)}
        body = (self._filled(claim) if self._body else json.dumps(usual)).encode("utf-8", "surrogateescape")
        headers = {"Content-Type": "application/json"}
        accepted(await self._sender.send(self.options.claim_method, self._claim_url, body, headers))

    def _filled(self, claim: Claim) -> str:
        """Raises :class:`ValueError` for names that mean nothing, and for what is no JSON."""
        address = claim.addresses[0].partition("/")[0] if claim.addresses else ""
        values = {"instance": claim.instance, "host": claim.host, "address": address}
        text = filled(self._body, values, as_json=True)
        try:
            json.loads(text)
        except ValueError as error:
            raise ValueError(f"{self.options.claim_body} is no JSON: {error}") from error
        return text

    async def verify(self, claim: Claim) -> bool | None:
        """Look where it is."""
        if not self._verify_url:
            return None
        answer = await self._sender.send("GET", self._verify_url)
        accepted(answer)
        if not self.options.verify_json:
            return True
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise NotDelivered(f"the answer is no JSON: {error}") from error
        return all(matches(value_at(document, path), wanted) for path, wanted in self.options.verify_json)

    async def close(self) -> None:
        """Let go of the shared client."""
        await self._sender.close()


def value_at(document: Any, path: str) -> Any:
    """What stands at ``ips.0.server``; a value of its own if nothing does."""
    for step in path.split("."):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(document):
            document = document[int(step[:9])]
        else:
            return _NOTHING
    return document


def matches(found: Any, wanted: str) -> bool:
    """Is it that text, or a number or a word of JSON that is written so?"""
    if isinstance(found, str):
        return found == wanted
    return found is not _NOTHING and json.dumps(found) == wanted
