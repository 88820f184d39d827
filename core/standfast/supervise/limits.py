"""How many files may be open: a login's soft limit of 1,024 is not meant for a daemon with thousands of instances."""

from __future__ import annotations

import resource

LEAST = 64
"""Open files of a parent or a small VRRP process with room for clients; below that nothing good can come."""


class TooFewFilesError(Exception):
    """``str()`` says what to change."""


def raise_open_files() -> None:
    """Raise the soft limit to the hard one; children inherit it. Raises :class:`TooFewFilesError`."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < LEAST:
        raise TooFewFilesError(
            f"only {hard} files may be open, {LEAST} are needed at least: "
            "raise LimitNOFILE= in the unit, or `ulimit -Hn` in the shell"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
