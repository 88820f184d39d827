"""Checkers that come with standfast."""
