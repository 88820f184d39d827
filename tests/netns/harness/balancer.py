"""A whole daemon that balances, on one of the farm's balancers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from harness.farm import SERVER_PORT, SERVERS, VIP, Farm
from harness.network import eventually
from standfast.control.client import NoAnswer, ask
from standfast.control.protocol import Request
from standfast.lab.daemons import Standfast
from standfast.lab.lab import Host

SORRY_PORT = 9090
CHECK = "TCP_CHECK {\n retry 0\n warmup 0\n delay_loop 0.1\n connect_timeout 5\n}"


def service(*more: str, scheduler: str = "rr", weights: dict[str, int] | None = None, backend: str = "nftables") -> str:
    """The virtual server with three servers and a sorry server."""
    lines = ["protocol TCP", f"lvs_sched {scheduler}", "lvs_method NAT", f"lb_backend {backend}"]
    lines += [f"sorry_server 10.8.0.13 {SORRY_PORT}", *more]
    for number, name in enumerate(SERVERS, 1):
        weight = (weights or {}).get(name, 1)
        lines.append(f"real_server 10.8.0.1{number} {SERVER_PORT} {{\n weight {weight}\n {CHECK}\n}}")
    return f"virtual_server {VIP} 80 {{\n" + "\n".join(lines) + "\n}\n"


def each(count: int, names: tuple[str, ...] = SERVERS) -> Counter[str]:
    return Counter(dict.fromkeys(names, count))


class Balancer:
    """A daemon on one of the farm's balancers."""

    patience_s = 30.0

    def __init__(self, farm: Farm, host: Host, config: str) -> None:
        self.farm = farm
        self.daemon = Standfast(host, config)

    def start(self) -> None:
        self.daemon.start()
        self.settle("all servers are up", lambda: self.alive() == set(SERVERS))
        # The verdict comes first, the kernel hears of it a few milliseconds later.
        self.settle("and in the kernel", lambda: None not in self.programmed())

    def health(self) -> dict[str, Any]:
        return ask(self.daemon.run_dir, "health.status", Request(do="status"), patience_s=self.patience_s)

    def service(self) -> dict[str, Any]:
        (found,) = self.health()["balancing"]["services"]
        return found

    def alive(self) -> set[str]:
        """Servers that were seen to be up."""
        try:
            servers = self.service()["servers"]
        except NoAnswer:
            return set()
        up = [each["server"] for each in servers if all(check["up"] and "at" in check for check in each["checks"])]
        return {SERVERS[int(label.partition("]")[0][-1]) - 1] for label in up}

    def programmed(self) -> list[int | None]:
        """The servers' weights in the kernel; None: it is not there."""
        return [each["programmed"] for each in self.service()["servers"]]

    def batches(self) -> int:
        return int(self.health()["balancing"]["planes"]["nftables"]["batches"])

    def reload(self, config: str) -> None:
        """And wait until everything of it is done."""
        self.daemon.write(config)
        outcome = ask(self.daemon.run_dir, "daemon.ctl", Request(do="reload"), patience_s=self.patience_s)
        assert outcome["ok"], outcome

    def order(self, action: str, name: str, amount: int | None = None) -> None:
        server = f"10.8.0.1{SERVERS.index(name) + 1}:{SERVER_PORT}"
        request = Request(do="server", action=action, service=f"{VIP}:80", server=server, amount=amount)
        outcome = ask(self.daemon.run_dir, "health.ctl", request, patience_s=self.patience_s)
        assert outcome["ok"], outcome

    def settle(self, what: str, condition: Any) -> None:
        eventually(condition, self.patience_s, lambda: f"not so: {what}\n{self.daemon.log}")

    def serve(self, *names: str) -> None:
        """From now on these answer, a short while from now at the latest."""
        expected = set(names)
        self.settle(f"{names} answer", lambda: set(self.farm.ask(len(names) * 2)) == expected)


def recorded(daemon: Standfast) -> dict[str, int]:
    record = json.loads((daemon.run_dir / "processes.json").read_text())
    return {each["role"]: each["pid"] for each in record["processes"]}
