"""Load-balancing backends that come with standfast."""
