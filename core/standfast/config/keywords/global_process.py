"""``global_defs``: processes, scheduling, buffers, files and reload."""

from __future__ import annotations

from functools import partial

from standfast.config.keywords.common import waiting
from standfast.config.keywords.global_values import absolute_path, include_check, process_name
from standfast.config.keywords.values import UINT_MAX, cpus, rttime, umask
from standfast.config.kinds import Custom, Flag, Integer, Switch, Text
from standfast.config.schema import Keyword

NAME = Custom("NAME", process_name, most=1)
PATH = Text("PATH")
NICE = Integer(-20, 19)
REAL_TIME = Integer(1, 99, clamp=True)
BYTES = Integer(0, UINT_MAX, "bytes")
CPUS = Custom("CPU ...", cpus)
RTTIME = Custom("MICROSECONDS", rttime, most=1)


REAL_TIME_ALREADY = "the VRRP process is real-time from the start: set `vrrp_rt_priority`"
NO_BFD = "standfast has no BFD process"
SMALL = "Nothing to set: one question is answered at a time, and a long answer waits until it is read."
ROOM = "Always so: the kernel is asked for a buffer without limit first."


def _scheduling(prefix: str, process: str, reason: str = "") -> tuple[Keyword, ...]:
    """The five scheduling keywords of a process, and an old name; with a reason they are not acted on."""
    waiting = partial(Keyword, acted_on=not reason, reason=reason)
    return (
        waiting(f"{prefix}_priority", NICE, f"Nice value of the {process}.", f"{prefix}_priority -10", "0",
                incomplete="skip"),
        waiting(f"{prefix}_no_swap", Flag(), f"Lock the {process} in memory.", f"{prefix}_no_swap", "off"),
        waiting(f"{prefix}_rt_priority", REAL_TIME, f"Real-time priority of the {process}.", f"{prefix}_rt_priority "
                f"50", incomplete="skip"),
        waiting(f"{prefix}_cpu_affinity", CPUS, f"Processors of the {process}.", f"{prefix}_cpu_affinity 0 1", "all",
                incomplete="skip"),
        waiting(f"{prefix}_rlimit_rttime", RTTIME, f"Real-time limit of the {process}.",
                f"{prefix}_rlimit_rttime 10000", "10000"),
        waiting(f"{prefix}_rlimit_rtime", RTTIME, f"Old name of `{prefix}_rlimit_rttime`.", f"{prefix}_rlimit_rtime "
                f"10000",
                field=f"{prefix}_rlimit_rttime", retired=f"{prefix}_rlimit_rttime"),
    )  # fmt: skip


def _buffer(name: str, what: str) -> tuple[Keyword, ...]:
    """A buffer's size, and whether the system's limit may be passed."""
    return (
        Keyword(name, BYTES, f"Receive buffer of {what}.", f"{name} 1048576", "as large as needed", incomplete="skip",
                differs=SMALL),
        Keyword(f"{name}_force", Switch(), "That buffer may be larger than the system allows.", f"{name}_force", "off",
                differs=SMALL),
    )  # fmt: skip


PROCESS = (
    Keyword("router_id", Text("NAME"), "Name of this machine in messages.", "router_id lb-a", "the host's name",
            incomplete="skip"),
    Keyword("vrrp_priority", NICE, "Nice value of the VRRP process.", "vrrp_priority -20", "0",
            incomplete="skip"),
    Keyword("vrrp_no_swap", Flag(), "Lock the VRRP process in memory.", "vrrp_no_swap", "off"),
    Keyword("vrrp_rt_priority", Integer(0, 99, clamp=True), "Real-time priority (SCHED_RR) of the VRRP process; 0, "
            "ours, "
            "turns real time off.", "vrrp_rt_priority 50", "50, if permitted (keepalived: none)", incomplete="skip",
            differs="Without it the VRRP process takes SCHED_RR 50 if it may; in keepalived it stays "
            "ordinary. 0 is ours."),
    Keyword("vrrp_cpu_affinity", CPUS, "Processors that the VRRP process may use.", "vrrp_cpu_affinity 0 2", "all",
            incomplete="skip"),
    Keyword("vrrp_rlimit_rttime", RTTIME, "How long the VRRP process may compute without waiting, in real time.",
            "vrrp_rlimit_rttime 10000", "no limit (keepalived: 10000)",
            differs="Without it there is no limit; in keepalived it is 10000."),
    Keyword("vrrp_rlimit_rtime", RTTIME, "Old name of `vrrp_rlimit_rttime`.", "vrrp_rlimit_rtime 10000",
            field="vrrp_rlimit_rttime", retired="vrrp_rlimit_rttime"),
    Keyword("vrrp_netlink_monitor_rcv_bufs", BYTES, "Receive buffer for news of interfaces and addresses.",
            "vrrp_netlink_monitor_rcv_bufs 1048576", "large enough for 1000 addresses at once",
            incomplete="skip"),
    Keyword("umask", Custom("NUMBER|BIT[|BIT...]", umask), "Permissions that pipes, and files that scripts make, never "
            "have.",
            "umask 0177", "0177"),
    Keyword("status_group", Text("GROUP"), "The group that may read the status socket.", "status_group adm", "root",
            ours=True),
    *_scheduling("checker", "health process"),
    *_scheduling("bfd", "BFD process", NO_BFD),
    *_buffer("vrrp_netlink_cmd_rcv_bufs", "netlink commands"),
    Keyword("vrrp_netlink_monitor_rcv_bufs_force", Switch(), "That buffer may be larger than the system allows.",
            "vrrp_netlink_monitor_rcv_bufs_force", "on", differs=ROOM),
    *_buffer("lvs_netlink_cmd_rcv_bufs", "the health process's netlink commands"),
    *_buffer("lvs_netlink_monitor_rcv_bufs", "the health process's netlink news"),
    Keyword("process_monitor_rcv_bufs", BYTES, "Receive buffer for news of processes, which `track_process` lives on.",
            "process_monitor_rcv_bufs 4194304", "1048576", incomplete="skip"),
    Keyword("process_monitor_rcv_bufs_force", Switch(), "That buffer may be larger than the system allows. Always so "
            "here.", "process_monitor_rcv_bufs_force", "on"),
    waiting("max_auto_priority", Integer(-1, 99, least=0, bare=99), "Highest real-time priority taken when timers are "
            "late.", "max_auto_priority 99", "off", reason=REAL_TIME_ALREADY),
    waiting("min_auto_priority_delay", Integer(1, 10_000_000, "microseconds"), "How late a timer must be for that.",
            "min_auto_priority_delay 500000", "1000000", incomplete="skip", reason=REAL_TIME_ALREADY),
    Keyword("process_names", Flag(), "Name the processes by what they do. Always done here.", "process_names", "on"),
    Keyword("process_name", NAME, "Name of the parent.", "process_name standfast"),
    Keyword("vrrp_process_name", NAME, "Name of the VRRP process.", "vrrp_process_name vrrp"),
    Keyword("checker_process_name", NAME, "Name of the health process.", "checker_process_name health"),
    Keyword("lvs_process_name", NAME, "Old name of `checker_process_name`.", "lvs_process_name health",
            field="checker_process_name", retired="checker_process_name"),
    waiting("bfd_process_name", NAME, "Name of the BFD process.", "bfd_process_name bfd", reason=NO_BFD),
)  # fmt: skip

FILES = (
    Keyword("random_seed", Integer(0, UINT_MAX), "From this line on `${_RANDOM}` gives the same numbers whenever the "
            "file is read.", "random_seed 1", differs="keepalived takes it and gives other numbers each time."),
    Keyword("reload_check_config", Text("LOGFILE", least=0), "Check before a reload.", "reload_check_config", "on",
            differs="Always done, and a file with a new error changes nothing; what was found is logged, LOGFILE is "
            "not written."),
    Keyword("reload_time_file", Custom("PATH", absolute_path, most=1), "A file whose first line says when to reload: "
            "`HH:MM:SS` or `YYYY-MM-DD HH:MM:SS`, with `Z` for UTC. It is removed when that has been done.",
            "reload_time_file /etc/reload-at", "none", incomplete="skip", quiet=True),
    Keyword("reload_repeat", Flag(), "Keep that file if it names a time of day, and reload every day.",
            "reload_repeat", "off"),
    Keyword("reload_file", Text("PATH", least=0), "A file that exists while the configuration is read again.",
            "reload_file /run/reading", "off; without a path `reload` in the run directory",
            differs="A relative path is relative to the run directory. At the first start nothing is known of it yet."),
    Keyword("include_check", Custom("[[+|-]read|match|wildcard_match|brace_match ...]", include_check, least=0),
            "Which faults of `include` lines end everything; alone: all of them.", "include_check match", "none"),
    Keyword("config_save_dir", Text("DIRECTORY"), "Keep a copy of each configuration read, passwords and all.",
            "config_save_dir /var/lib/read", "none",
            differs="One file for each, with all that was included, its name by the time; only root may read it."),
    Keyword("tmp_config_directory", Text("DIRECTORY"), "Where the read configuration is kept.",
            "tmp_config_directory /run", "in memory", repeat="first", incomplete="skip",
            differs="It is always kept in memory."),
    Keyword("data_use_instance", Switch(), "Names of dump files contain namespace and instance.", "data_use_instance",
            "off"),
    Keyword("json_version", Integer(1, 2), "Form of the JSON dump.", "json_version 2", "1"),
    Keyword("iproute_usr_dir", Text("DIRECTORY"), "iproute2's tables as installed.", "iproute_usr_dir "
            "/usr/share/iproute2"),
    Keyword("iproute_etc_dir", Text("DIRECTORY"), "iproute2's local tables.", "iproute_etc_dir /etc/iproute2"),
    *(
        Keyword(name, PATH, f"Where the {what} dump goes: a file, or a directory with `/` at its end.", f"{name} "
                f"/var/lib/dumps/{what}/", f"`{usual}` in the run directory (called as keepalived: $TMPDIR or /tmp)",
                field=field, differs="Read and obeyed; keepalived's manual names it so, its parser does not know it."
                if name.endswith("location") else "A relative name is relative to the directory for dumps, see there.")
        for field, name, what, usual in (
            ("state_dump_file", "state_dump_file", "state", "keepalived.data"),
            ("state_dump_file", "state_file_location", "state", "keepalived.data"),
            ("stats_dump_file", "stats_dump_file", "statistics", "keepalived.stats"),
            ("stats_dump_file", "stats_file_location", "statistics", "keepalived.stats"),
            ("json_dump_file", "json_dump_file", "JSON", "keepalived.json"),
            ("json_dump_file", "json_file_location", "JSON", "keepalived.json"),
        )
    ),
)  # fmt: skip
