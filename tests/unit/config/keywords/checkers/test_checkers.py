"""The checkers' own options: values, limits, what they are left out for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standfast.config.keywords.checkers import CHECKERS
from standfast.config.load import Loaded, load_text
from standfast.config.lvs_model import (
    BfdOptions,
    DnsOptions,
    FileOptions,
    HttpOptions,
    MiscOptions,
    SmtpOptions,
    UdpOptions,
    Url,
)
from standfast.config.script_model import ScriptCall
from standfast.values import SECOND

DEFINED = "track_file load {\nfile /run/load\n}\nbfd_instance peer1 {\nneighbor_ip 192.0.2.3\n}\n"
SERVICE = "virtual_server 192.0.2.1 80 {{\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\ndelay_loop 9\n{}\n}}\n"


def load(kind: str, inside: str, service: str = "", server: str = "") -> Loaded:
    real = f"real_server 10.0.0.1 80 {{\n{server}\n{kind} {{\n{inside}\n}}\n}}"
    return load_text(DEFINED + SERVICE.format(f"{service}\n{real}"))


def codes(loaded: Loaded) -> list[str]:
    return [d.code for d in loaded.diagnostics if d.code not in ("SF5001", "SF4107")]


def options(kind: str, inside: str, **around: str) -> Any:
    (checker,) = load(kind, inside, **around).balancing.virtual_servers[0].real_servers[0].checkers
    assert checker.kind == kind
    return checker.options


def test_each_is_declared_under_its_name():
    assert {kind.block.name for kind in CHECKERS.values()} == set(CHECKERS)
    assert len(CHECKERS) == 10


@pytest.mark.parametrize(
    ("kind", "inside", "value"),
    [
        ("TCP_CHECK", "", None),
        ("PING_CHECK", "connect_port 3", None),
        ("SMTP_CHECK", "helo_name lb", SmtpOptions(helo_name="lb")),
        ("DNS_CHECK", "", DnsOptions()),
        ("DNS_CHECK", "type aaaa\nname a.example", DnsOptions(record_type="AAAA", name="a.example")),
        (
            "MISC_CHECK",
            'misc_path "/bin/x 1"',
            MiscOptions(script=ScriptCall(argv=("/bin/x", "1")), timeout=9 * SECOND),
        ),
        ("FILE_CHECK", "track_file load", FileOptions(track_file="load")),
        ("FILE_CHECK", "track_file load\nweight -2 reverse", FileOptions(track_file="load", weight=-2, reverse=True)),
        ("BFD_CHECK", "name peer1", BfdOptions(session="peer1")),
        ("UDP_CHECK", "payload ab c 1 2 def", UdpOptions(payload=bytes.fromhex("ab0c0102de0f"))),
        ("UDP_CHECK", "require_reply", UdpOptions(require_reply=True)),
        ("UDP_CHECK", "require_reply 0x", UdpOptions(require_reply=True, reply=b"\0", reply_mask=b"\xf0")),
        ("HTTP_GET", "url {\npath /\n}", HttpOptions(urls=(Url(path="/"),))),
        ("SSL_GET", "url {\npath /\n}", HttpOptions(urls=(Url(path="/"),), tls=True)),
    ],
)
def test_options(kind, inside, value):
    assert codes(load(kind, inside)) == []
    assert options(kind, inside) == value


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("HTTP_GET", "", ["SF4501"]),
        ("HTTP_GET", "url {\n}", ["SF4501"]),
        ("MISC_CHECK", "", ["SF4501"]),
        ("MISC_CHECK", "misc_path", ["SF2108"]),
        ("FILE_CHECK", "", ["SF4501"]),
        ("FILE_CHECK", "track_file laod", ["SF4502"]),
        ("BFD_CHECK", "", ["SF4501"]),
        ("BFD_CHECK", "name peer2", ["SF4502"]),
    ],
)
def test_a_check_without_what_it_needs_is_left_out(kind, inside, found):
    loaded = load(kind, inside)
    assert codes(loaded) == found
    assert loaded.balancing.virtual_servers[0].real_servers[0].checkers == ()
    assert loaded.stops == []


def test_an_unknown_track_file_gets_the_nearest():
    assert load("FILE_CHECK", "track_file laod").diagnostics[-1].hint == "did you mean `load`?"


@pytest.mark.parametrize(
    ("kind", "inside", "found"),
    [
        ("DNS_CHECK", "type FOO", ["SF3004"]),
        ("DNS_CHECK", "name a..b", ["SF3307"]),
        ("DNS_CHECK", "name a.", ["SF3307"]),
        ("DNS_CHECK", "name " + "a" * 64, ["SF3307"]),
        ("DNS_CHECK", "name a\nname b", ["SF2111"]),
        ("UDP_CHECK", "payload zz", ["SF3308"]),
        ("UDP_CHECK", "payload", ["SF2108"]),
        ("UDP_CHECK", "require_reply gg", ["SF3308"]),
        ("UDP_CHECK", "min_reply_length 65536", ["SF3002"]),
        ("UDP_CHECK", "min_reply_length 5", ["SF4504"]),
        ("UDP_CHECK", "require_reply 01\nmin_reply_length 10\nmax_reply_length 5", ["SF4503"]),
        ("MISC_CHECK", "misc_path /bin/true\nmisc_timeout 1.5", ["SF3003"]),
        ("MISC_CHECK", "misc_path /bin/true\nmisc_timeout 4295", ["SF3002"]),
        ("MISC_CHECK", "misc_path /bin/true\nconnect_timeout 3", ["SF2102"]),
        ("FILE_CHECK", "track_file load\nweight 1 backwards", ["SF3004"]),
        ("FILE_CHECK", "track_file load\nweight 2147483648", ["SF3002"]),
        ("SMTP_CHECK", "helo_name", ["SF2108"]),
        ("HTTP_GET", "url {\npath /\n}\nhttp_protocol 2", ["SF3004"]),
        ("HTTP_GET", "url {\npath /\n}\nenable_sni", ["SF4504"]),
        ("HTTP_GET", "url {\npath /\n}\nnb_get_retry 3", ["SF2112"]),
        ("HTTP_GET", "url {\npath /\ntls_compliant\n}", ["SF2102"]),
        ("SSL_GET", "url {\npath /\n}\nenable_sni", ["SF4506"]),
        ("HTTP_GET", "url {\npath index\n}", ["SF4505"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 99\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 300-200\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\nstatus_code 600\n}", ["SF3309"]),
        ("HTTP_GET", "url {\npath /\ndigest abc\n}", ["SF3310"]),
        ("HTTP_GET", "url {\npath /\nregex_no_match\n}", ["SF4504"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_options caseles\n}", ["SF3312"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_min_offset 9\nregex_max_offset 5\n}", ["SF4503"]),
        ("HTTP_GET", "url {\npath /\nregex a\nregex_stack 10 5\n}", ["SF3002"]),
    ],
)
def test_wrong_values(kind, inside, found):
    assert codes(load(kind, inside)) == found


def test_status_codes_add_up_and_replace_the_usual_ones():
    (url,) = options("HTTP_GET", "url {\npath /\nstatus_code 200 x 301-302\nstatus_code 404\n}").urls
    assert url.status_codes == ((200, 200), (301, 302), (404, 404))


@pytest.mark.parametrize(
    ("pattern", "fine"),
    [
        (r"status: (ok|up)", True),
        (r"[)(]", True),
        (r"[]a]", True),
        (r"[[:alpha:](]", True),
        (r"\\(", True),
        (r"a(", False),
        (r"a)", False),
        (r"[a", False),
    ],
)
def test_patterns_that_no_dialect_reads_are_found(pattern, fine):
    loaded = load("HTTP_GET", f'url {{\npath /\nregex "{pattern}"\n}}')
    assert codes(loaded) == ([] if fine else ["SF3311"])


def test_host_header_and_server_name_come_from_different_levels():
    """keepalived leaves the real server out when it looks for the name of the handshake."""
    around = {"service": "virtualhost service", "server": "virtualhost server"}
    (url,) = options("SSL_GET", "enable_sni\nurl {\npath /\n}", **around).urls
    assert (url.virtualhost, url.sni_name) == ("server", "service")
    (url,) = options("SSL_GET", "sni_name own\nvirtualhost check\nurl {\npath /\n}", **around).urls
    assert (url.virtualhost, url.sni_name) == ("check", "own")


def test_a_host_block_is_one_more_check():
    loaded = load("SMTP_CHECK", "connect_port 25\nretry 4\nhost {\nconnect_ip 10.0.0.9\n}")
    assert codes(loaded) == ["SF2112"]
    found = loaded.balancing.virtual_servers[0].real_servers[0].checkers
    targets = [(str(check.target.address), check.target.port, check.pace.retry) for check in found if check.target]
    assert targets == [("10.0.0.1", 25, 4), ("10.0.0.9", 25, 4)]


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=40), st.sampled_from([1, 2, 4]))
def test_bytes_are_read_however_they_are_spaced(data, size):
    digits = data.hex()
    words = " ".join(digits[i : i + size * 2] for i in range(0, len(digits), size * 2))
    assert options("UDP_CHECK", f"payload {words}").payload == data
