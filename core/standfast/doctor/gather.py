"""Looks at the machine: files of /proc and /sys, the firewall, the configuration and the running daemon."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from standfast.config.load import load
from standfast.control.picture import take
from standfast.doctor.chains import chains_of
from standfast.doctor.iptables import chains_of_save
from standfast.doctor.rules import MANAGERS
from standfast.doctor.snapshot import Chain, Instance, Interface, Snapshot
from standfast.supervise import privileges
from standfast.supervise.rivals import find_rivals

if TYPE_CHECKING:
    from standfast.config.load import Loaded
    from standfast.config.model import VrrpInstance

_SYSCTLS: Final = ("kernel/sched_rt_runtime_us", "net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")
_PATIENCE_S: Final = 5
_TIME_ERROR: Final = 5
"""What adjtimex(2) returns while nobody disciplines the clock."""
_TIMEX: Final = 512
"""Bytes; more than any struct timex."""


def gather(file: str, *, config_id: str, run_dir: Path, root: Path = Path("/")) -> Snapshot:
    """Everything at once; what cannot be looked at is left as if it were well, or said to be unknown."""
    loaded = load(file, config_id=config_id, environ=os.environ)
    configured = list(_instances(loaded))
    picture = take(run_dir)
    running = picture.document["daemon"] is not None
    services = loaded.balancing.virtual_servers
    nat = any(server.forwarding.method == "NAT" for service in services for server in service.real_servers)
    return Snapshot(
        kernel=_kernel(),
        fault="" if loaded.config is not None else f"{loaded.stops[0].span}: {loaded.stops[0].message}",
        file=file,
        instances=configured,
        interfaces=[interface(name, root) for name in sorted({each.interface for each in configured} - {""})],
        nat=nat,
        modules=_modules(root, ipvs=bool(services), vmac=any(each.vmac for each in configured)),
        sysctls={name: value for name in _SYSCTLS if (value := _number(root / "proc/sys" / name)) is not None},
        lacking=privileges.lacking(privileges.VRRP),
        chains=_chains(root),
        managers=sorted(set(_commands(root)) & set(MANAGERS)),
        synchronised=_synchronised(),
        rivals=[] if running else [str(rival) for rival in _rivals()],
        status=picture.document if running else None,
        problems=list(picture.problems),
    )


def interface(name: str, root: Path = Path("/")) -> Interface:
    """One interface as the kernel shows it."""
    link, conf = root / "sys/class/net" / name, root / "proc/sys/net/ipv4/conf"
    if not link.exists():
        return Interface(name=name, present=False, up=False)
    bridge = name if (link / "bridge").is_dir() else _target(link / "master")
    of_bridge = root / "sys/class/net" / bridge / "bridge"

    def larger(setting: str) -> int:
        return max(_number(conf / each / setting) or 0 for each in (name, "all"))

    return Interface(
        name=name,
        up=_number(link / "carrier") == 1,
        rp_filter=larger("rp_filter"),
        arp_ignore=larger("arp_ignore"),
        bridge=bridge if of_bridge.is_dir() else "",
        snooping=_number(of_bridge / "multicast_snooping") == 1,
        querier=_number(of_bridge / "multicast_querier") == 1,
    )


def _instances(loaded: Loaded) -> Iterator[Instance]:
    for each in loaded.config.instances if loaded.config is not None else ():
        yield Instance(
            name=each.name,
            interface=each.interface,
            family=each.family,
            interval_ms=each.advert_interval / 1000,
            unicast=each.unicast,
            group=str(each.group or ""),
            vmac=each.vmac is not None,
            elsewhere=_elsewhere(each),
            signed=each.hmac is not None,
        )


def _elsewhere(instance: VrrpInstance) -> bool:
    return any(address.dev != instance.interface for address in (*instance.vips, *instance.evips))


def _kernel() -> tuple[int, int]:
    major, minor = os.uname().release.split(".")[:2]
    return int(major), int("".join(digit for digit in minor if digit.isdigit()) or 0)


def _modules(root: Path, *, ipvs: bool, vmac: bool) -> dict[str, bool]:
    """Loaded, built in, or there to be loaded."""
    needed = {"ip_vs": ipvs and not shutil.which("nft"), "macvlan": vmac}
    known = _known_modules(root)
    return {name: name in known for name, wanted in needed.items() if wanted}


def _known_modules(root: Path) -> set[str]:
    """A kernel without a list of modules is taken at its word when something is tried."""
    found = {path.name for path in (root / "sys/module").glob("*")}
    modules = root / "lib/modules" / os.uname().release
    for name in ("modules.builtin", "modules.dep"):
        try:
            lines = (modules / name).read_text().splitlines()
        except OSError:
            continue
        found |= {Path(line.partition(":")[0]).name.partition(".ko")[0].replace("-", "_") for line in lines}
    return found


def _chains(root: Path) -> list[Chain] | None:
    """Of nftables (iptables-nft is that, too), and of iptables-legacy where the kernel has such tables."""
    try:
        return [*chains_of(_said("nft", "-j", "list", "ruleset")), *_legacy_chains(root)]
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


def _legacy_chains(root: Path) -> Iterator[Chain]:
    """The program is asked only if there are tables: asking makes the kernel load them."""
    for family, names, prefix in ((4, "ip_tables_names", "iptables"), (6, "ip6_tables_names", "ip6tables")):
        try:
            if not (root / "proc/net" / names).read_text().split():
                continue
        except FileNotFoundError:
            continue
        program = f"{prefix}-legacy-save"
        yield from chains_of_save(_said(program if shutil.which(program) else f"{prefix}-save"), family)


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
    return done.stdout


def _commands(root: Path) -> Iterable[str]:
    for path in (root / "proc").glob("[0-9]*/comm"):
        try:
            yield path.read_text().strip()
        except OSError:
            continue  # it has ended


def _synchronised() -> bool | None:
    """As the kernel has it (adjtimex(2)); None: it cannot be asked."""
    try:
        status = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX))
    except (OSError, AttributeError):
        return None
    return None if status < 0 else status != _TIME_ERROR


def _rivals() -> list[object]:
    try:
        return list(find_rivals())
    except OSError:
        return []


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _target(link: Path) -> str:
    return link.resolve().name if link.exists() else ""
