"""keepalived's command line as data, and its reader: getopt_long(3), with optional values and shortened long names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Takes: TypeAlias = Literal["none", "value", "perhaps"]


class WrongUsage(Exception):  # noqa: N818 - what happened
    """``str()`` says which option."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option."""

    short: str
    """Its letter; empty: none."""
    long: str
    takes: Takes
    words: str
    value: str = ""
    """What the value is called."""
    unused: str = ""
    """Why nothing happens; empty: it is obeyed."""


OPTIONS = (
    Option("f", "use-file", "value", "read the configuration from FILE", "FILE"),
    Option("t", "config-test", "perhaps", "check the configuration and exit: 0, 4, 5 or 6", "LOG"),
    Option("P", "vrrp", "none", "only VRRP, no virtual servers"),
    Option("C", "check", "none", "only virtual servers, no VRRP"),
    Option("B", "no_bfd", "none", "no BFD", unused="there is no BFD here"),
    Option("", "all", "none", "all processes", unused="processes run when there is work for them"),
    Option("n", "dont-fork", "none", "stay in the foreground"),
    Option("l", "log-console", "none", "log to standard error"),
    Option("D", "log-detail", "none", "log details too"),
    Option("G", "no-syslog", "none", "do not log to syslog"),
    Option("S", "log-facility", "value", "syslog facility: 0-7, local0-local7, user, daemon", "FACILITY"),
    Option("g", "log-file", "perhaps", "log to FILE (default keepalived.log in $TMPDIR, else /tmp)", "FILE"),
    Option("", "flush-log-file", "none", "write each line at once", unused="each line is written at once"),
    Option("d", "dump-conf", "none", "log the configuration", unused="`standfast config show FILE` shows it"),
    Option("X", "release-vips", "none", "remove addresses of earlier runs",
           unused="what an earlier run left is always removed, and nothing else"),
    Option("V", "dont-release-vrrp", "none", "keep addresses at the end",
           unused="addresses are removed at the end, or two machines would have them"),
    Option("I", "dont-release-ipvs", "none", "keep virtual servers at the end",
           unused="virtual servers are removed at the end"),
    Option("R", "dont-respawn", "none", "end when a child dies"),
    Option("p", "pid", "value", "PID file of the parent", "FILE"),
    Option("r", "vrrp_pid", "value", "PID file of the VRRP process", "FILE"),
    Option("c", "checkers_pid", "value", "PID file of the health process", "FILE"),
    Option("b", "bfd_pid", "value", "PID file of the BFD process", "FILE", unused="there is no BFD here"),
    Option("u", "umask", "value", "permissions that new files never have; beats the configuration", "MASK"),
    Option("s", "namespace", "value", "run in a network namespace; beats the configuration", "NAME"),
    Option("i", "config-id", "value", "what `@ID` lines compare with", "ID"),
    Option("e", "all-config", "none", "strict checks on includes", unused="each include that fails is reported"),
    Option("a", "address-monitoring", "none", "log all changes of addresses",
           unused="`ip monitor address` shows them; ours are in the log"),
    Option("m", "core-dump", "none", "allow core files"),
    Option("M", "core-dump-pattern", "perhaps", "set the pattern of core files", "PATTERN",
           unused="set /proc/sys/kernel/core_pattern, which is the whole machine's"),
    Option("x", "snmp", "none", "SNMP", unused="there is no SNMP here"),
    Option("A", "snmp-agent-socket", "value", "where its agent listens", "SOCKET", unused="there is no SNMP here"),
    Option("L", "mem-check-log", "none", "for keepalived's developers", unused="it means nothing here"),
    Option("", "signum", "value", "print the number of a signal: STOP RELOAD DATA STATS STATS_CLEAR JSON", "NAME"),
    Option("", "ignore-sigint", "none", "do not end at SIGINT", unused="SIGINT ends the daemon"),
    Option("", "no-mem-check", "none", "for keepalived's developers", unused="it means nothing here"),
    Option("", "mem-check", "none", "for keepalived's developers", unused="it means nothing here"),
    Option("", "openssl-mem-check", "none", "for keepalived's developers", unused="it means nothing here"),
    Option("", "debug", "perhaps", "for keepalived's developers", "WHAT", unused="use -D"),
    Option("", "perf", "perhaps", "for keepalived's developers", "WHAT", unused="it means nothing here"),
    Option("v", "version", "none", "print the version to standard error"),
    Option("h", "help", "none", "print this"),
)  # fmt: skip


@dataclass(slots=True)
class Parsed:
    """What was given: long name -> value; without one, an empty text."""

    given: dict[str, str] = field(default_factory=dict)
    surplus: list[str] = field(default_factory=list)

    def __contains__(self, long: str) -> bool:
        return long in self.given


def parse(words: Sequence[str]) -> Parsed:
    """Read a command line without its first word. Raises :class:`WrongUsage`."""
    found, rest = Parsed(), list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.surplus += rest
            break
        if word.startswith("--"):
            _long(word[2:], rest, found)
        elif word.startswith("-") and len(word) > 1:
            _cluster(word[1:], rest, found)
        else:
            found.surplus.append(word)
    return found


def _long(text: str, rest: list[str], found: Parsed) -> None:
    name, equals, value = text.partition("=")
    fitting = [option for option in OPTIONS if option.long == name]
    fitting = fitting or [option for option in OPTIONS if name and option.long.startswith(name)]
    if len(fitting) != 1:
        raise WrongUsage(f"{'Ambiguous' if fitting else 'Unknown'} option --{name}")
    option = fitting[0]
    if equals and option.takes == "none":
        raise WrongUsage(f"option --{option.long} takes no value")
    if not equals and option.takes == "value":
        value = _next(f"--{option.long}", rest)
    found.given[option.long] = value


def _cluster(letters: str, rest: list[str], found: Parsed) -> None:
    """``-nlD``, ``-fFILE``, ``-f FILE``, ``-t``, ``-tLOG``."""
    while letters:
        letter, letters = letters[0], letters[1:]
        option = next((option for option in OPTIONS if option.short == letter), None)
        if option is None:
            raise WrongUsage(f"Unknown option -{letter}")
        value = ""
        if option.takes != "none":
            value, letters = letters, ""
        if option.takes == "value" and not value:
            value = _next(f"-{letter}", rest)
        found.given[option.long] = value


def _next(option: str, rest: list[str]) -> str:
    if not rest:
        raise WrongUsage(f"option {option} needs a value")
    return rest.pop(0)


def help_lines() -> Iterator[str]:
    """For ``--help``."""
    for option in OPTIONS:
        value = {"none": "", "value": f"={option.value}", "perhaps": f"[={option.value}]"}[option.takes]
        names = f"{f'-{option.short}, ' if option.short else '    '}--{option.long}{value}"
        yield f"  {names:<34} {option.words}" + (f" (not here: {option.unused})" if option.unused else "")
