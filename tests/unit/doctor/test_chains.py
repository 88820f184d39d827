from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.doctor.chains import chains_of

ROOT = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("nft"), reason="needs root and nft")

RULESET = """
table inet filter {
    chain input {
        type filter hook input priority 0; policy drop;
        ct state established accept
        iifname "lo" accept
        iifname "eth0" ip protocol vrrp accept
        ip saddr 10.0.0.9 ip protocol 112 drop
        tcp dport 22 accept
    }
    chain output {
        type filter hook output priority 0; policy accept;
        ip daddr 224.0.0.18 drop
        counter drop
    }
    chain aside {
        ip protocol vrrp jump deeper
        drop
    }
    chain deeper {
        ip saddr 10.0.0.2 ip protocol vrrp accept
    }
    chain third {
        type filter hook input priority 10; policy accept;
        jump aside
    }
    chain fourth {
        type filter hook input priority 20; policy accept;
        ip protocol vrrp goto deeper
        drop
    }
}
"""


@ROOT
def test_as_nft_tells_it():
    """In a namespace of its own, so that nothing of this machine is touched."""
    program = "nft -f - && nft -j list ruleset"
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", program], input=RULESET, capture_output=True, text=True, timeout=20, check=True
    )
    incoming, outgoing, third, fourth = chains_of(done.stdout)
    assert (incoming.name, incoming.hook, incoming.drops) == ("inet filter input", "input", True)
    assert incoming.rules == [("vrrp", "accept")]
    assert third.rules == [("vrrp", "accept"), ("everything", "drop")]
    assert fourth.rules == [("vrrp", "accept")]
    assert (outgoing.drops, outgoing.rules) == (False, [("vrrp", "drop"), ("everything", "drop")])


@pytest.mark.parametrize("text", ["", "[]", '{"nftables": 1}', '{"nftables": [1]}', '{"other": []}'])
def test_what_is_no_ruleset(text):
    with pytest.raises(ValueError, match="not a ruleset"):
        chains_of(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["rule", "chain", "expr", "match", "drop", "hook"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rule", "chain", "expr", "match", "family", "table", "name"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_json_is_read_or_refused(objects):
    try:
        found = chains_of(json.dumps({"nftables": objects}))
    except ValueError:
        return
    assert isinstance(found, list)
