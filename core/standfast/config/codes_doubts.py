"""The codes of what is accepted but surely not meant, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

INSTANCES = (
    Code("SF4012", "warning", "own address among the peers",
         "`unicast_peer` names the other machines. With this machine's own address in the list every advert comes back "
         "to the sender. Files that are copied to all machines can divide the list with `@ID` lines."),
    Code("SF4028", "warning", "address of two virtual routers",
         "The same address on the same interface belongs to two instances. They elect their masters independently, so "
         "sooner or later two machines have it; and the one that becomes backup takes it off under the other."),
    Code("SF4029", "warning", "mask was probably meant",
         "An address without `/LENGTH` is a single one (/32 or /128). It works, but it brings no route to its network, "
         "and it has no broadcast address. Here the lines around it suggest that a mask was left out."),
    Code("SF4038", "warning", "addresses that do not answer",
         "A master that does not own its addresses (priority below 255) may not accept packets for them in strict "
         "mode, as RFC 9568 says: ping and every service on them fail. `accept` allows it with version 3; most people "
         "want neither `vrrp_strict` nor `no_accept`."),
    Code("SF4109", "warning", "weights that change nothing",
         "The effective priority stays within 1 and 254. With this priority the limits swallow every weight, so what "
         "is tracked can never change who wins."),
)  # fmt: skip

MACHINE = (
    Code("SF6005", "warning", "address in no network of its interface",
         "The single address (/32 or /128) lies in no network that is connected to the interface, so hosts there have "
         "no reason to look for it on this link. Perhaps the interface is not the right one, a digit is "
         "wrong, or a mask is missing."),
    Code("SF6006", "warning", "peer is this machine",
         "An address of `unicast_peer` is one of this machine's own. List only the other machines."),
    Code("SF6007", "warning", "script that others may change",
         "A script that runs as root is as safe as the most open part of its path: whoever may write to the file or to "
         "a directory above it is root here. Each part must belong to root and be writable by nobody else (directories "
         "like /tmp with the sticky bit are allowed). With `enable_script_security` such a script is not run."),
    Code("SF6008", "error", "network namespace is missing",
         "`net_namespace` names a namespace that does not exist on this machine (`ip netns list`)."),
)  # fmt: skip

RETIRED = (
    Code("SF2113", "error", "keyword of another program or time",
         "The keyword comes from an old release of keepalived, or from a fork of it, and has no meaning any more. The "
         "line, and its block if it has one, is left out."),
)  # fmt: skip

declare(*INSTANCES, *MACHINE, *RETIRED)
