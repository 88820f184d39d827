"""The codes of routes, rules and static objects, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

ROUTING = (
    Code("SF3112", "error", "IPv4 and IPv6 in one line",
         "All addresses of a route or rule are of one IP version; the line is dropped. A gateway of the other version "
         "is written `via inet6 ADDRESS`."),
    Code("SF3113", "error", "line without its essential part",
         "A route needs a destination (`default` for everything), a rule an action (such as `table`), a next hop `via` "
         "or `dev`, a tunnel `id` or `dst`. The line is dropped."),
    Code("SF3114", "warning", "old word of routes",
         "The word is out of use: `gw` is `via` now, `or` is a second `nexthop`, `default6` is `default` with `inet6`. "
         "It works as before."),
    Code("SF3115", "error", "two of one kind in a line",
         "A rule has one action; a second one drops the line. Of two destinations of a route the later one counts "
         "(a warning)."),
    Code("SF3116", "error", "`protocol` reset",
         "Routes and rules that are watched are recognised by protocol 18 (keepalived), so another number is not "
         "used unless the line says `no_track`."),
    Code("SF3117", "warning", "route that keepalived does not watch",
         "keepalived watches only routes with a `dev`, and says so. standfast watches this one as well and puts it "
         "back if somebody deletes it; where keepalived runs nobody would. Add `dev`, or `no_track` if it is meant."),
    Code("SF3118", "error", "rule without a place",
         "Rules are tried in the order of their `preference`. Without one the rule gets a number that depends on the "
         "other rules of the file, counting down from 16384."),
    Code("SF3119", "error", "unknown name of a table, scope, protocol, realm or group",
         "The name is neither built in nor in the files of iproute2 (`/etc/iproute2/rt_tables` and so on) on the "
         "machine where this is checked. The line is dropped. A number always works."),
    Code("SF3120", "warning", "route that leads nowhere",
         "A route that is not a `blackhole`, `unreachable` or the like needs a gateway (`via`), an interface "
         "(`dev`) or next hops. keepalived takes the line, and the kernel refuses the route whenever the instance "
         "becomes MASTER; the line is dropped."),
)  # fmt: skip

STATIC = (
    Code("SF4141", "error", "unknown track group",
         "No `track_group` of this name stands above the line, so nothing goes to FAULT while it is missing."),
    Code("SF4142", "error", "track group without an interface",
         "A static route can only be tied to a group if it names a `dev`, a rule if it names an `iif`. The group is "
         "ignored."),
)  # fmt: skip

INTERFACES = (
    Code("SF4143", "error", "group of announcements without effect",
         "A `garp_group` needs at least one interval and one interface; otherwise it is removed."),
    Code("SF4144", "error", "interface named twice",
         "An interface belongs to one `garp_group`, and has one line in `linkbeat_interfaces` and "
         "`interface_up_down_delays`. The first place counts."),
    Code("SF4151", "error", "unusable MAC address",
         "A virtual MAC is no multicast address, and not in the ranges 00:00:5e:00:01 and 00:00:5e:00:02, which belong "
         "to the numbers of virtual routers. The usual one is used."),
    Code("SF4152", "error", "virtual interface does not fit",
         "`use_vmac` and `use_ipvlan` exclude each other and need an `interface` below; an ipvlan for IPv4 needs an "
         "address; unicast with `use_vmac` sends through the interface below."),
    Code("SF4161", "error", "unusable key",
         "A key of `auth_hmac` has 32 to 64 bytes, as text, behind `hex:` as pairs of digits, or in the file behind "
         "`file:`. It is ignored."),
    Code("SF4162", "error", "`auth_hmac` without its active key",
         "The key that `active_key` names must be there, once. Without it nothing can be signed, and the whole block "
         "is dropped."),
    Code("SF4163", "error", "mode of `auth_hmac` changed",
         "Strict mode enforces signatures."),
)  # fmt: skip

declare(*ROUTING, *STATIC, *INTERFACES)
