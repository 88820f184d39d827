"""The whole pipeline on statements drawn from the declarations themselves: an answer for everything, in linear time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.keywords.root import build_schema
from standfast.config.load import load_text
from standfast.config.model import decode, encode
from standfast.config.schema import Block, Declaration, Entries

SCHEMA = build_schema()
WORDS = st.one_of(
    st.sampled_from(
        (
            *("on", "off", "0", "1", "255", "256", "-1", "1.5", "1e3", "9" * 30, "80", "0x10", "5s"),
            *("eth0", "lo", "a", "b", "x", "MASTER", "PASS", "NAT", "TUN", "type", "gue", "TCP", "/bin/true"),
            *("192.0.2.1", "192.0.2.1/24", "192.0.2.1-9", "2001:db8::1", "fe80::1/64", "224.0.0.18"),
            *("group", "fwmark", "name", "weight", "reverse", "via", "dev", "from", "all", "table", "nexthop", "inet6"),
            *('"', '"a b"', "'a", "#", "!x", "$X", "${X}", "<x>", "{{x}}", "\u00a0", "\u0665", "\\"),
        )
    ),
    st.text(st.characters(exclude_characters="\n{}"), max_size=6),
)
LINE = st.lists(WORDS, max_size=5).map(" ".join)


def statement(declaration: Declaration) -> st.SearchStrategy[str]:
    """One use of a declaration, right or wrong."""
    if isinstance(declaration, Block):
        body = contents(declaration)
    elif isinstance(declaration, Entries):
        body = st.lists(LINE, max_size=4)
    else:
        return LINE.map(lambda words: f"{declaration.name} {words}")
    return st.builds(
        lambda head, lines: "\n".join([f"{declaration.name} {head} {{", *lines, "}"]),
        st.lists(WORDS, max_size=2).map(" ".join),
        body,
    )


def contents(block: Block) -> st.SearchStrategy[list[str]]:
    """Some statements of a block, and now and then one of another block."""
    own = st.sampled_from(list(block)).flatmap(statement)
    return st.lists(st.one_of(own, own, own, st.deferred(lambda: ANY)), max_size=6)


ANY = st.sampled_from(list(SCHEMA)).flatmap(statement)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=5))
def test_whatever_is_written_gets_an_answer(blocks):
    loaded = load_text("\n".join(blocks), config_id="one")
    assert (loaded.config is None) == bool(loaded.stops)
    if loaded.config is not None:
        assert decode(encode(loaded.config)) == loaded.config
    for found in loaded.diagnostics:
        assert found.message
        assert found.span.line >= 1


def inside(body: str) -> str:
    return f"vrrp_instance a {{\ninterface eth0\nvirtual_router_id 1\n{body}\n}}\n"


SHAPES: dict[str, Callable[[int], str]] = {
    "unknown words": lambda n: "\n".join(f"word{i}" for i in range(n)),
    "one unknown word": lambda n: "word\n" * n,
    "addresses": lambda n: inside("virtual_ipaddress_excluded {\n" + address_lines(n) + "\n}"),
    "the same address": lambda n: inside("virtual_ipaddress {\n" + "192.0.2.1/24\n" * n + "}"),
    "peers": lambda n: inside("unicast_peer {\n" + address_lines(n) + "\n}"),
    "scripts": lambda n: "".join(f"vrrp_script s{i} {{\nscript /bin/true\n}}\n" for i in range(n)),
    "trackers": lambda n: inside("track_interface {\n" + "\n".join(f"e{i} weight 1" for i in range(n)) + "\n}"),
    "members": lambda n: "vrrp_sync_group g {\ngroup {\n" + "\n".join(f"m{i}" for i in range(n)) + "\n}\n}\n",
    "groups": lambda n: "".join(f"vrrp_sync_group g{i} {{\ngroup {{\na\n}}\n}}\n" for i in range(n)) + inside(""),
    "real servers": lambda n: "virtual_server 192.0.2.1 80 {\nprotocol TCP\n"
    + "".join(f"real_server 10.0.{i >> 8}.{i & 255} 80 {{\n}}\n" for i in range(n)) + "}\n",
    "instances": lambda n: "".join(inside("priority 5").replace("e a", f"e a{i}") for i in range(n)),
    "open blocks": lambda n: "vrrp_instance a {\n" * n,
    "surplus braces": lambda n: "}\n" * n,
    "parameters": lambda n: "".join(f"$P{i}=x\n" for i in range(n)) + "\n".join(f"y$P{i}" for i in range(n)),
    "loops": lambda n: f"~SEQ(I, 1, {n}) vrrp_script s$I {{ script /bin/true\n",
    "routes": lambda n: inside("virtual_routes {\n" + "".join(f"10.{i >> 8}.{i & 255}.0/24 dev e\n" for i in range(n))
                               + "}"),
}  # fmt: skip


def address_lines(count: int) -> str:
    return "\n".join(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(count))


def cost(text: str) -> float:
    started = time.process_time()
    load_text(text)
    return time.process_time() - started


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_the_text_costs_no_more_than_linear(shape):
    """Quadratic would be 16 times; CPU time, and up to three tries, since a busy machine blurs even that."""
    small, large = SHAPES[shape](400), SHAPES[shape](1600)
    assert any(cost(large) < max(9 * cost(small), 0.25) for _ in range(3))
