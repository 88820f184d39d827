"""The codes of scripts, trackers, groups and sessions, added to the table of all codes."""

from __future__ import annotations

from standfast.config.codes import Code, declare

SCRIPTS = (
    Code("SF3201", "error", "command cannot be split",
         "A quote without its end, a backslash as the last character, or nothing at all stands where a command is "
         "needed. The script is not run."),
    Code("SF3202", "warning", "argument taken as a user",
         "The first word behind the command is the user who runs it. Arguments of the command stand with it in one "
         "pair of double quotes. There is no user of such a name, so the script would not be run."),
    Code("SF3203", "warning", "shell syntax without a shell",
         "Commands are run directly: pipes, `&&`, `;` and redirections are passed to the program as plain arguments. "
         "Put them in a script, or run `/bin/sh -c '...'`."),
    Code("SF3204", "warning", "words behind the command",
         "Here only the first word is the command; a command with arguments needs quotes around all of it. Without "
         "them it is run with no arguments."),
    Code("SF3205", "warning", "name of the process is too long",
         "The kernel keeps 15 bytes of a process's short name, so only these are compared. `full_command` compares the "
         "whole command line."),
    Code("SF4121", "warning", "nobody to run scripts",
         "With `enable_script_security` a script that names no user is run by `script_user`, or else by the account "
         "`keepalived_script`; without either it is not run at all."),
)  # fmt: skip

LINES = (
    Code("SF3111", "error", "unknown word in a line",
         "The word means nothing in this kind of line, so the rest cannot be trusted: the whole line is dropped. Lines "
         "of lists hold one entry each."),
)  # fmt: skip

TRACKERS = (
    Code("SF4101", "error", "definition without its essential part",
         "A `vrrp_script` needs `script`, a `track_file` needs `file`, a `vrrp_track_process` needs `process`, a "
         "`bfd_instance` needs `neighbor_ip`, a `vrrp_check` needs a check. Without it the definition is removed, and "
         "what tracks it is not tracked."),
    Code("SF4102", "error", "tracked thing is not defined",
         "No block defines what the line tracks; the line is ignored, so the instance does not react to it."),
    Code("SF4103", "error", "defined after use",
         "Names are looked up while the file is read: a definition must stand above the blocks that track it. The line "
         "is ignored."),
    Code("SF4104", "error", "tracked twice",
         "The name stands twice in the same kind of list; the later line is ignored."),
    Code("SF4105", "error", "own interface tracked",
         "An instance always watches its own interface, with FAULT while that is down; the line is ignored. See "
         "`dont_track_primary`."),
    Code("SF4106", "error", "weight without effect",
         "Priority 255 is never changed by weights. Members of a sync group must move together, so weights of a single "
         "member are not used without `sync_group_tracking_weight`. Interfaces of members, and files with the usual "
         "weight, count with weight 0, that is with FAULT; other trackers with weights are left out."),
    Code("SF4107", "warning", "defined, but never used",
         "Nothing tracks this, so it has no effect: the script is never run, the file or process never looked at. "
         "Perhaps a `track_` block or a name in it is missing."),
    Code("SF4115", "warning", "waits for services, but there are none",
         "`await_services` waits until the data plane has the virtual servers of this file."),
    Code("SF4108", "warning", "defined twice",
         "There are two definitions of this name. Trackers find the first one."),
    Code("SF4116", "warning", "says no too late",
         "`check_before_master` waits `within` (1 s) for a look that begins after its question. A look that finds "
         "nobody lasts `connect_timeout` (5 s) or `deadline`, and one may be under way: the answer comes within twice "
         "that. What comes later does not count, so exactly when nobody answers the instance takes over."),
    Code("SF4110", "error", "`quorum` above `quorum_max`",
         "No number of processes would be right. The smaller limit is raised to the larger one."),
)  # fmt: skip

GROUPS = (
    Code("SF4111", "error", "member is not there",
         "The group names an instance that no block defines; the name is ignored."),
    Code("SF4112", "error", "member twice",
         "An instance stands twice in a group, or in two sync groups. The first place counts."),
    Code("SF4113", "error", "group without members",
         "The group has no `group` list with names in it; it is removed."),
    Code("SF4114", "warning", "group of one",
         "Members of a sync group change state together; with one member there is nothing to do. keepalived reports it "
         "as well, and keeps the group."),
)  # fmt: skip

SESSIONS = (
    Code("SF4131", "error", "value of a session does not fit",
         "`source_ip` must be of the neighbour's IP version, or it is ignored. `max_hops` cannot be more than the TTL, "
         "which is used then."),
    Code("SF4132", "error", "session twice",
         "Another session has the same two addresses; packets could not be told apart. The later one is ignored."),
    Code("SF4133", "note", "slow session",
         "The interval counts milliseconds. More than ten seconds is slower than VRRP itself."),
)  # fmt: skip

declare(*SCRIPTS, *LINES, *TRACKERS, *GROUPS, *SESSIONS)
