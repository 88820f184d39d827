"""``standfast doctor``: a snapshot of the machine is gathered, and pure rules judge it."""
