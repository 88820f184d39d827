"""The codes of data planes, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

PLANES = (
    Code("SF6501", "error", "no such data plane",
         "`lb_backend` names neither `ipvs` nor `nftables` nor anything that an installed plugin brings. Services that "
         "are to run on it are checked, but not balanced."),
    Code("SF6502", "error", "data plane cannot run the service",
         "What is configured cannot be done by the data plane that `lb_backend` names; nothing is put in its place "
         "quietly, so the service is checked, but not balanced. Change the setting, or let another data plane run this "
         "service with `lb_backend` in its block."),
    Code("SF6503", "error", "plugin of a data plane fails",
         "The plugin raised an error when it was asked whether it can run the service. The others are not concerned."),
    Code("SF6505", "warning", "global setting that a data plane does not know",
         "It acts on IPVS, say, and the services are balanced by nftables. It is left aside; the message says what "
         "takes its place."),
    Code("SF6504", "error", "several checks in one `vrrp_check`",
         "A `vrrp_check` is one check with one result. Only the first one in it is made; write a block for each, and "
         "name all of them in `track_check`."),
)  # fmt: skip

declare(*PLANES)
