"""Notifiers that come with standfast. They come in by the same door as anybody's, and use what is public alone."""

from __future__ import annotations

from standfast.api import Registry, hookimpl


@hookimpl
def standfast_register(registry: Registry) -> None:
    """Mail."""
    from standfast_notifiers.smtp.notifier import SmtpNotifier

    registry.notifier(SmtpNotifier)
