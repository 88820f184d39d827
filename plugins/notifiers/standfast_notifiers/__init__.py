"""Notifiers that come with standfast."""
