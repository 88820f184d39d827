"""The codes of what listens for metrics and status over HTTP, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

declare(
    Code("SF3361", "error", "no place to listen at",
         "`metrics_listen` and `http_listen` take `ADDRESS:PORT` (an IPv6 address in brackets: `[::1]:9165`) or "
         "`unix:` and an absolute path, behind it perhaps the socket's permissions in octal. The line is left out."),
    Code("SF3362", "error", "no usable `http_token`",
         "The token is given as `file:` and an absolute path, or as `credential:` and a name (systemd's "
         "`LoadCredential=`). It never stands in the configuration itself. The line is left out."),
    Code("SF4561", "error", "open to others without a token",
         "Whoever reaches this address could read how this machine stands. Listen on 127.0.0.1, [::1] or a "
         "Unix socket, or give an `http_token`. The line is left out."),
    Code("SF4562", "warning", "`http_token` that nobody is asked for",
         "Only TCP listeners ask for the token; what a Unix socket answers is decided by its permissions."),
)  # fmt: skip
