"""The notifier: one request for each notice, signed if that is wanted."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from standfast.api import SECOND, Event, Manner, Notice, Notifier, NotifierType
from standfast_notifiers.webhook.body import Template
from standfast_notifiers.webhook.options import BLOCK, WebhookOptions, options_of
from standfast_notifiers.webhook.sending import Sender, accepted, checked_url
from standfast_notifiers.webhook.words import kind_of

REFRESH = 60 * SECOND
"""Alertmanager takes an alert for over when nobody says it again."""


class WebhookNotifier(Notifier[WebhookOptions]):
    """`webhook NAME { url ... }`."""

    contract = 1
    declaration = NotifierType(BLOCK, options_of, WebhookOptions)

    def __init__(self, options: WebhookOptions) -> None:
        super().__init__(options)
        self._url = checked_url(options.url.read())
        self._hmac = b"" if options.hmac is None else options.hmac.read().encode("utf-8", "surrogateescape")
        routing_key = "" if options.routing_key is None else options.routing_key.read()
        self._template = Template(
            options.template,
            content_type=options.content_type,
            holds_s=5 * REFRESH / SECOND,
            routing_key=routing_key,
        )
        self._sender = Sender(options.http)

    @property
    def manner(self) -> Manner:
        """In its time; a little more, so that its own words are heard."""
        refresh = REFRESH if self.options.template == "alertmanager" else 0
        return Manner(timeout=self.options.http.timeout + SECOND, refresh=refresh)

    def wants(self, event: Event) -> bool:
        """As `events` says."""
        return kind_of(event) in self.options.events

    async def deliver(self, notices: Sequence[Notice]) -> None:
        """One by one: core gives one at a time."""
        for notice in notices:
            body = self._template.body(notice)
            headers = {"Content-Type": self._template.content_type}
            if self._hmac:
                signature = hmac.new(self._hmac, body, hashlib.sha256).hexdigest()
                headers[self.options.hmac_header] = f"sha256={signature}"
            accepted(await self._sender.send(self.options.method, self._url, body, headers))

    async def close(self) -> None:
        """Let go of the shared client."""
        await self._sender.close()
