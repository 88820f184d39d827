"""The faults that real files have, each by name: its code, its line, and what the hint says to do.

Nothing else may be reported: no fault draws a second complaint (``also`` lists what is a fault of its own).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from standfast.config.load import load_text
from standfast.config.render import render

VI = """vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
{0}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""
"""What is put in begins in line 4."""

VS = """virtual_server 192.0.2.10 80 {{
    lvs_sched rr
    lvs_method {method}
{0}
    real_server 10.0.0.1 {port} {{
        TCP_CHECK {{
        }}
    }}
}}
"""


def vi(body: str) -> str:
    return VI.format(body)


def vs(body: str, *, method: str = "NAT", port: int = 80) -> str:
    return VS.format(body, method=method, port=port)


@dataclass(frozen=True, slots=True)
class Fault:
    text: str | bytes
    code: str
    line: int
    says: str = ""
    """Words of the sentence or the hint."""
    also: tuple[str, ...] = ()


SCRIPT = 'vrrp_script s {\n    script "/bin/true"\n}\n'
SECURE = "global_defs {\n    enable_script_security\n    script_user nobody\n}\n"

FAULTS = {
    "# cuts a password": Fault(vi("authentication {\nauth_type PASS\nauth_pass ab#cd\n}"), "SF1201", 6, "left is `ab`"),
    "! cuts a password": Fault(vi("authentication {\nauth_type PASS\nauth_pass s!x\n}"), "SF1201", 6, "double quotes"),
    "password over 8 characters": Fault(
        vi("authentication {\nauth_type PASS\nauth_pass opensesame\n}"), "SF3009", 6, "left is `auth_pass opensesa`"
    ),
    "typo in a block's name": Fault("vrrp_instanse VI_1 {\ninterface eth0\n}\n", "SF2101", 1, "mean `vrrp_instance`"),
    "typo in a keyword": Fault(vi("advert_in 1"), "SF2101", 4, "did you mean `advert_int`?"),
    "keyword of another block": Fault(vi("lvs_sched rr"), "SF2102", 4, "it belongs in `virtual_server`"),
    "retired keyword": Fault("global_defs {\nlvs_id LVS_1\n}\n" + vi(""), "SF2113", 2, "write `router_id`"),
    "deprecated name": Fault(vi("vmac_garp_intvl 30"), "SF2112", 4, "write `garp_extra_if`"),
    "missing brace": Fault("vrrp_instance a {\n interface eth0\n" + vi(""), "SF2001", 1, "begins in line 1",
                           also=("SF4001", "SF4025")),
    "surplus brace": Fault(vi("") + "}\n", "SF2002", 9, "already ends in line 8"),
    "lost opening brace": Fault(vi("track_interface\n    eth1\n}"), "SF2103", 4, "write `track_interface {`"),
    "unterminated quote": Fault(vi('notify "/bin/true'), "SF1202", 4, "close it on the same line"),
    "missing argument": Fault(vi("priority"), "SF2108", 4, "as in `priority 150`"),
    "surplus words": Fault(vi("state BACKUP or MASTER"), "SF2109", 4, "`or MASTER`"),
    "wrong case of a word": Fault(vi("state backup"), "SF3004", 4, "write `BACKUP`"),
    "wrong case of a keyword": Fault(vi("Priority 100"), "SF2101", 4, "did you mean `priority`?"),
    "number out of range": Fault(vi("priority 300"), "SF3002", 4, "1 to 255"),
    "not a number": Fault(vi("priority high"), "SF3001", 4, "`high` is not a whole number"),
    "milliseconds for seconds": Fault(vi("advert_int 1000"), "SF3002", 4, "write `advert_int 1`"),
    "unit stuck to a number": Fault(vi("garp_master_delay 5s"), "SF3001", 4, "write `garp_master_delay 5`"),
    "two statements in one line": Fault(vi("authentication { auth_type PASS auth_pass abc }"), "SF2109", 4,
                                        "does `auth_pass` belong on a line of its own?", also=("SF4008",)),
    "unfilled ${VAR}": Fault(vi("priority ${PRIORITY}"), "SF1301", 4, "define it before its use"),
    "unfilled <x>": Fault("global_defs {\nrouter_id <name>\n}\n" + vi(""), "SF1309", 2, "without the angle brackets"),
    "unfilled {{ x }}": Fault("global_defs {\nrouter_id {{ name }}\n}\n" + vi(""), "SF1310", 2, "template engine",
                              also=("SF2109",)),
    "no-break space": Fault(vi("priority\u00a0100"), "SF1106", 4, "no-break space (U+00A0) in column 9"),
    "full-width blank": Fault(vi("priority\u3000100"), "SF1106", 4, "full-width blank (U+3000) in column 9"),
    "byte order mark": Fault("\ufeff" + vi(""), "SF1102", 1, "UTF-8 without BOM"),
    "smart quotes": Fault(vi("notify \u201c/bin/true\u201d"), "SF1107", 4, 'replace it with `"`'),
    "CR LF": Fault(vi("").replace("\n", "\r\n"), "SF1103", 1, "dos2unix"),
    "not UTF-8": Fault(vi("# \xe9t\xe9").encode("latin-1"), "SF1101", 4, "byte 0xE9 in column 3"),
    "MASTER with nopreempt": Fault(vi("state MASTER\npriority 150\nnopreempt"), "SF4033", 6, "write `state BACKUP`"),
    "255 with weights": Fault(SCRIPT + vi("priority 255\ntrack_script {\ns weight 2\n}"), "SF4106", 9, "below 255"),
    "AH with MASTER": Fault(vi("state MASTER\npriority 100\nauthentication {\nauth_type AH\nauth_pass x\n}"), "SF4010",
                            0, also=("SF5001",)),
    "duplicate VRID": Fault(vi("") + vi("").replace("VI_1", "VI_2").replace(".10/", ".11/"), "SF4011", 11,
                            "a number of its own"),
    "duplicate VIP": Fault(vi("virtual_ipaddress {\n192.0.2.10/24\n}"), "SF4022", 8, "stands there twice"),
    "VIP of two instances": Fault(vi("") + vi("").replace("VI_1", "VI_2").replace("51", "52"), "SF4028", 14),
    "mask that was meant": Fault(vi("virtual_ipaddress {\n192.0.2.11\n}"), "SF4029", 5, "write `192.0.2.11/24`"),
    "duplicate name": Fault(vi("") + vi("").replace("51", "52"), "SF2106", 9, "give it another name"),
    "own address among the peers": Fault(vi("unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.1\n}"), "SF4012", 6),
    "empty list of peers": Fault(vi("unicast_peer {\n}"), "SF4014", 4, "name the other machines"),
    "vrrp_strict": Fault("global_defs {\nvrrp_strict\n}\n" + vi(""), "SF4038", 2, "will not answer"),
    "weights that never decide": Fault(SCRIPT + vi("priority 254\ntrack_script {\ns weight 2\n}"), "SF4109", 8),
    "defined, never used": Fault(SCRIPT + vi(""), "SF4107", 1, "nothing tracks it"),
    "used, never defined": Fault(vi("track_script {\nchk\n}"), "SF4102", 5, "define it above"),
    "used before its definition": Fault(vi("track_script {\ns\n}") + SCRIPT, "SF4103", 5, "move `vrrp_script s` above"),
    "pipe without a shell": Fault(vi('notify "/bin/a | /bin/b"'), "SF3203", 4, "/bin/sh -c"),
    "&& without a shell": Fault(vi('notify "/bin/a && /bin/b"'), "SF3203", 4, "/bin/sh -c"),
    "argument taken for a user": Fault(vi("notify_master /bin/told MASTER"), "SF3202", 4, '"/bin/told MASTER"'),
    "script security without a user": Fault(
        "global_defs {\nenable_script_security\n}\n" + vi("notify /bin/true"), "SF4121", 2, "script_user nobody"
    ),
    "DR with differing ports": Fault(vs("protocol TCP", method="DR", port=8080), "SF4546", 5),
    "missing protocol": Fault(vs(""), "SF4521", 1, "UDP"),
    "persistence 0": Fault(vs("protocol TCP\npersistence_timeout 0"), "SF3002", 5, "leave the line out"),
    "sorry server too late": Fault(vs("protocol TCP\nsorry_server_inhibit\nsorry_server 10.0.0.9 80"), "SF4541", 5),
    "include of nothing": Fault("include /nowhere/x.conf\n" + vi(""), "SF1501", 1, "no file matches"),
    "include pattern of nothing": Fault("include /nowhere/*.conf\n" + vi(""), "SF1502", 1, "no file matches"),
}  # fmt: skip

USUAL = frozenset(("SF5001",))
"""Not acted on yet: said of what the example needs, and no fault."""


@pytest.mark.parametrize("name", FAULTS)
def test_it_is_named_at_its_line_with_what_to_do(name):
    fault = FAULTS[name]
    diagnostics = [each for each in load_text(fault.text).diagnostics if each.code not in USUAL]
    codes = [each.code for each in diagnostics]
    assert fault.code in codes, codes
    (told,) = (each for each in diagnostics if each.code == fault.code)
    if fault.line:
        assert told.span.line == fault.line
    assert fault.says in f"{told.message} {told.hint}"
    assert set(codes) - {fault.code} <= set(fault.also), codes
    assert re.search(r"[a-z`\]\)0-9A-Z}]$", told.message), "one sentence, without a full stop"
    assert "^" in render(told, colour=False)


@pytest.mark.parametrize("name", FAULTS)
def test_the_hints_correction_is_correct(name):
    """Where the hint has a whole line, that line draws no complaint of the same kind."""
    fault = FAULTS[name]
    if isinstance(fault.text, bytes) or not fault.line:
        return
    told = next(each for each in load_text(fault.text).diagnostics if each.code == fault.code)
    lines = fault.text.split("\n")
    old = lines[fault.line - 1].split()
    hint = re.search(r"write `([a-z_]+ [^`]+)`", told.hint)
    if hint is None or not old or hint[1].split()[0] != old[0] or told.code == "SF4033":
        return
    lines[fault.line - 1] = hint[1]
    assert fault.code not in [each.code for each in load_text("\n".join(lines)).diagnostics]
