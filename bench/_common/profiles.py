"""What both daemons are told to run, and what the protocol makes of it (RFC 3768 5.1, RFC 9568 6.1)."""

from __future__ import annotations

from dataclasses import dataclass

MASTER_PRIORITY, BACKUP_PRIORITY = 150, 100
VRID, ADDRESS = 51, "10.9.0.100"
_IN_ADVERT = 100

# Both daemons get real-time priority and locked memory: the only way to compare clocks and not schedulers. The limit is
# raised because with keepalived's own (10 ms of CPU without a pause) the kernel kills it as it becomes 250 masters.
_REAL_TIME = """global_defs {
    router_id bench
    vrrp_rt_priority 50
    vrrp_no_swap
    vrrp_rlimit_rttime 2000000
}
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """A protocol version and an advert interval in seconds."""

    name: str
    version: int
    interval_s: float

    def skew_s(self, priority: int) -> float:
        """Skew time; version 2 counts in 1/256 s whatever the interval."""
        return (256 - priority) / 256 * (1.0 if self.version == 2 else self.interval_s)

    def down_s(self, priority: int) -> float:
        """Master down interval."""
        return 3 * self.interval_s + self.skew_s(priority)


V2_1_S = Profile("v2 1 s", 2, 1.0)
V3_1_S = Profile("v3 1 s", 3, 1.0)
V3_100_MS = Profile("v3 0.1 s", 3, 0.1)
V3_10_MS = Profile("v3 10 ms", 3, 0.01)


def config(profile: Profile, priority: int, *, instances: int = 1, groups: int = 0) -> str:
    """A configuration file for either daemon: instances VI_1.. with VRIDs and addresses counted up, in sync groups."""
    first = VRID if instances == 1 else 1
    single = (_instance(profile, priority, first + index, index) for index in range(instances))
    return _REAL_TIME + "".join(single) + "".join(_group(number, groups, instances) for number in range(groups))


def loaded_config(profile: Profile, priority: int, addresses: list[str]) -> str:
    """One instance with so many addresses; an advert holds the first of them."""
    instance = _instance(profile, priority, VRID, 0)
    advertised, others = addresses[:_IN_ADVERT], addresses[_IN_ADVERT:]
    listed = _block("virtual_ipaddress", advertised) + (_block("virtual_ipaddress_excluded", others) if others else "")
    return _REAL_TIME + instance[: instance.index("    virtual_ipaddress")] + listed + "}\n"


def _block(keyword: str, addresses: list[str]) -> str:
    return "".join([f"    {keyword} {{\n", *(f"        {address}/16\n" for address in addresses), "    }\n"])


def _group(number: int, groups: int, instances: int) -> str:
    members = "".join(f"        VI_{index + 1}\n" for index in range(number, instances, groups))
    return f"vrrp_sync_group G{number + 1} {{\n    group {{\n{members}    }}\n}}\n"


def _instance(profile: Profile, priority: int, vrid: int, index: int) -> str:
    address = ADDRESS if index == 0 else f"10.9.1.{index}"
    return f"""vrrp_instance VI_{index + 1} {{
    interface eth0
    version {profile.version}
    virtual_router_id {vrid}
    priority {priority}
    advert_int {profile.interval_s:g}
    virtual_ipaddress {{
        {address}/24
    }}
}}
"""
