"""One run of user-mode Linux: the host's files as its root, our script as its first process, its console in a file."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

KERNEL = "linux.uml"
MODULES = Path("/usr/lib/uml/modules")
"""Where Debian's user-mode-linux has the modules, in a directory for each version."""
MEMORY = "1024M"

_INIT = """\
#!/bin/bash
# First process of the guest. It must not end before the machine is off: that would be a panic.
export PATH={here}/bin:{path} HOME=/root LANG=C.UTF-8 TERM=dumb
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
mkdir -p /run/tmp /run/netns /run/lock
export TMPDIR=/run/tmp
echo {here}/bin/modprobe > /proc/sys/kernel/modprobe
ip link set lo up
cd {directory}
{command}
echo $? > {here}/status
sync
poweroff -f
"""
_MODPROBE = """\
#!/bin/sh
exec {program} -d {here} "$@"
"""


def lacking() -> str:
    """Why there can be no guest on this machine; empty: there can."""
    for program, package in ((KERNEL, "user-mode-linux"), ("depmod", "kmod"), ("modprobe", "kmod")):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: {package})"
    if not any(MODULES.glob("*")):
        return f"no kernel modules in {MODULES}"
    return "" if os.geteuid() == 0 else "the guest's files are the host's, which needs root"


class Machine:
    """A guest that runs one command in ``directory``, then switches itself off."""

    def __init__(self, here: Path, directory: Path, command: list[str]) -> None:
        self.console_file = here / "console"
        self._status = here / "status"
        _modules(here)
        script = here / "init"
        _executable(
            script,
            _INIT.format(
                here=shlex.quote(str(here)),
                path=shlex.quote(f"{os.environ['PATH']}:/usr/sbin:/sbin"),
                directory=shlex.quote(str(directory)),
                command=shlex.join(command),
            ),
        )
        arguments = [KERNEL, "rootfstype=hostfs", "rootflags=/", "rw", f"mem={MEMORY}", f"init={script}"]
        with self.console_file.open("wb") as console:
            self._process = subprocess.Popen(
                [*arguments, "con=null", "con0=fd:0,fd:1", "quiet"],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Still there."""
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        """What the command ended with; None: the machine ended first."""
        return int(self._status.read_text()) if self._status.exists() else None

    def console(self, limit: int = 20_000) -> str:
        """The end of what it wrote."""
        return self.console_file.read_bytes()[-limit:].decode(errors="replace").replace("\r", "")

    def kill(self) -> None:
        """End it now, with all the processes of the host that it is made of."""
        if self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)


def _modules(here: Path) -> None:
    """A tree that modprobe understands, of links to the package's; the index is made new."""
    for version in MODULES.iterdir():
        tree = here / "lib" / "modules" / version.name
        tree.mkdir(parents=True)
        for entry in version.iterdir():
            (tree / entry.name).symlink_to(entry)
        subprocess.run(["depmod", "-b", here, version.name], check=True, timeout=30)
    (here / "bin").mkdir()
    program = shutil.which("modprobe") or "modprobe"
    _executable(here / "bin" / "modprobe", _MODPROBE.format(program=program, here=shlex.quote(str(here))))


def _executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
