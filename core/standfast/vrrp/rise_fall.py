"""When a tracked script is up: keepalived's counter with its two thresholds. Pure."""

from __future__ import annotations


class RiseFall:
    """The counter r in 0 .. rise + fall - 1; up from ``rise`` on."""

    def __init__(self, rise: int, fall: int, *, init_fail: bool = False) -> None:
        self.rise = rise
        self.fall = fall
        self.level = 0 if init_fail else rise - 1
        self.known = init_fail
        """Has there been a result (or does it begin as failed)?"""

    @property
    def up(self) -> bool:
        """Does it count as good?"""
        return self.level >= self.rise

    def success(self) -> bool:
        """One run was good. Gives :attr:`up`."""
        self.known = True
        self.level = self.level + 1 if self.level < self.rise - 1 else self.rise + self.fall - 1
        return self.up

    def failure(self, *, for_good: bool = False) -> bool:
        """One run failed. ``for_good``: it cannot be run at all, so there is nothing to be patient about."""
        self.known = True
        self.level = self.level - 1 if self.level > self.rise and not for_good else 0
        return self.up

    def rescale(self, rise: int, fall: int) -> None:
        """Other thresholds by a reload: it stays up or down, as far from changing as it was in proportion."""
        if (rise, fall) == (self.rise, self.fall):
            return
        if self.up:
            height = (self.level - self.rise) / (self.fall - 1) if self.fall > 1 else 1
            self.level = rise + round(height * (fall - 1))
        elif self.level:
            self.level = min(self.level * rise // self.rise, rise - 1)
        self.rise, self.fall = rise, fall
