from __future__ import annotations

import pytest

from standfast.cli.redact import redact, secrets_of

CONFIG = """authentication {
    auth_type PASS
    auth_pass "hunter 22"
}
auth_hmac {
    key 1 0123456789abcdef0123456789abcdef
}
@lb-a auth_pass other99
smtp_password tops3cret
"""


def test_values_of_secret_keywords():
    assert secrets_of(CONFIG) == {"hunter 22", "0123456789abcdef0123456789abcdef", "other99", "tops3cret"}


@pytest.mark.parametrize("secret", ["hunter", "0123456789abcdef0123456789abcdef", "other99", "tops3cret"])
def test_none_is_left(secret):
    assert secret not in redact(CONFIG, ())
    assert secret not in redact(CONFIG, secrets_of(CONFIG))
    assert "tops3cret" not in redact("log: tops3cret was refused", secrets_of(CONFIG))


def test_everything_else_stays():
    kept = redact(CONFIG, secrets_of(CONFIG)).splitlines()
    assert kept[:2] == CONFIG.splitlines()[:2]
    assert kept[4] == "auth_hmac {"
    assert len(kept) == len(CONFIG.splitlines())


def test_a_quoted_line_in_a_diagnostic():
    assert "abc" not in redact('{"source": "    auth_pass abcdefgh  # x"}', ())


def test_short_ones_are_not_looked_for_elsewhere():
    assert redact("a cat sat", {"a"}) == "a cat sat"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('notify "/x --token=SECRETS --to ops"', 'notify "/x --token=REDACTED --to ops"'),
        ('notify "/x --api-key SECRETS"', 'notify "/x --api-key REDACTED"'),
        ('script "/usr/bin/curl -u admin:SECRETS 10.0.0.1"', 'script "/usr/bin/curl -u REDACTED 10.0.0.1"'),
        ('script "env DB_PASSWORD=SECRETS /x"', 'script "env DB_PASSWORD=REDACTED /x"'),
        ("proxy http://bob:SECRETS@proxy:3128", "proxy http://REDACTED@proxy:3128"),
        ('url "https://hooks.example.org/services/T0/SECRETS"', 'url "https://hooks.example.org/REDACTED"'),
        ("url https://example.org?key=SECRETS", "url https://example.org?REDACTED"),
        ("@a header Authorization SECRETS", "@a header Authorization REDACTED"),
        ('header X-Auth "Bearer SECRETS"', "header X-Auth REDACTED"),
        ('curl -H "Authorization: Basic SECRETS"', 'curl -H "Authorization: Basic REDACTED"'),
    ],
)
def test_what_looks_like_a_secret(line, kept):
    assert redact(line + "\n", ()) == kept + "\n"
    assert "SECRETS" in "".join(secrets_of(line))
    assert "SECRETS" not in redact(f'{{"words": "it says {line}"}}'.replace('"/x', "/x"), secrets_of(line))


@pytest.mark.parametrize(
    "line",
    [
        "url {",
        "    path /health",
        'script "/usr/bin/killall -0 haproxy"',
        "the token of http_listen must have one line",
        "header {",
        "inet 10.0.0.1/24 scope global eth0",
        '"words": "GET http://10.0.0.1/ says 200"',
    ],
)
def test_what_is_no_secret_stays(line):
    assert redact(line, ()) == line


def test_a_secret_with_a_name_and_one_that_json_writes_otherwise():
    named = '$PASS="hunter22"\nauth_pass $PASS\nauth_pass "back\\slash"\n'
    found = secrets_of(named)
    assert "hunter22" in found
    assert "hunter22" not in redact(named, found)
    assert "slash" not in redact('{"a": "back\\\\slash"}', found)
