"""Notifiers that come with standfast. They come in by the same door as anybody's, and use what is public alone."""

from __future__ import annotations

from standfast.api import Registry, hookimpl


@hookimpl
def standfast_register(registry: Registry) -> None:
    """Mail, webhooks, and addresses that are claimed by requests."""
    from standfast_notifiers.address.provider import WebhookAddress
    from standfast_notifiers.smtp.notifier import SmtpNotifier
    from standfast_notifiers.webhook.notifier import WebhookNotifier

    registry.notifier(SmtpNotifier)
    registry.notifier(WebhookNotifier)
    registry.address_provider(WebhookAddress)
