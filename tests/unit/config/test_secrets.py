from __future__ import annotations

import os

import pytest

from standfast.config.health_model import TokenSource
from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.model import Config, VrrpInstance
from standfast.config.secrets import with_secrets, with_token

SECRET = b"0123456789abcdef0123456789abcdef"


def config(*keys: HmacKey, active: int = 1) -> Config:
    hmac = Hmac(keys=keys, active=active, window_s=5)
    return Config(instances=(VrrpInstance(name="VI", vrid=1, family=4, version=3, interface="eth0", hmac=hmac),))


def fetched(config: Config, environ=None):
    done, complaints = with_secrets(config, environ or {})
    return done.instances[0], complaints


def key_file(path, content: bytes = SECRET + b"\n", mode: int = 0o600) -> str:
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("content", [SECRET, SECRET + b"\n", SECRET + b"\r\n", b"hex:" + SECRET.hex().encode() + b"\n"])
def test_a_key_from_a_file(tmp_path, content):
    made, complaints = fetched(config(HmacKey(id=1, file=key_file(tmp_path / "key", content))))
    assert made.hmac.keys[0].secret == SECRET
    assert (made.permanent_fault, complaints) == ("", [])


def test_a_key_from_a_credential(tmp_path):
    key_file(tmp_path / "vrrp", mode=0o440)  # systemd's own mode
    made, _ = fetched(config(HmacKey(id=1, credential="vrrp")), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert made.hmac.keys[0].secret == SECRET


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (b"short\n", 0o600, "has 5 bytes"),
        (b"hex:xyz\n", 0o600, "pairs of hexadecimal"),
        (SECRET, 0o640, "chmod 600"),
        (b"x" * 100_000, 0o600, "needs 32 to 64"),
    ],
)
def test_without_its_active_key_an_instance_stays_in_fault(tmp_path, content, mode, why):
    made, complaints = fetched(config(HmacKey(id=1, file=key_file(tmp_path / "key", content, mode))))
    assert why in made.permanent_fault
    assert why in complaints[0]
    assert SECRET.decode() not in complaints[0]


def test_what_is_no_file_is_named(tmp_path):
    for path, why in ((tmp_path / "none", "No such file"), (tmp_path, "is not a file")):
        assert why in fetched(config(HmacKey(id=1, file=str(path))))[0].permanent_fault


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is not a file" in fetched(config(HmacKey(id=1, file=str(tmp_path / "pipe"))))[0].permanent_fault


def test_a_key_that_only_verifies_may_be_missing(tmp_path):
    made, complaints = fetched(config(HmacKey(id=1, secret=SECRET), HmacKey(id=2, file=str(tmp_path / "none"))))
    assert made.permanent_fault == ""
    assert [key.id for key in made.hmac.keys] == [1]
    assert "key 2" in complaints[0]


@pytest.mark.parametrize(("environ", "name"), [({}, "vrrp"), ({"CREDENTIALS_DIRECTORY": "/"}, "etc/passwd")])
def test_a_credential_is_a_name_in_the_units_directory(environ, name):
    assert "no credential" in fetched(config(HmacKey(id=1, credential=name)), environ)[0].permanent_fault


def test_a_token_for_http(tmp_path):
    token = TokenSource(file=key_file(tmp_path / "token", b"open-sesame-open\n"))
    assert with_token(token, {}).value == "open-sesame-open"
    credential = with_token(TokenSource(credential="token"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert credential.value == "open-sesame-open"


@pytest.mark.parametrize(
    "content", [b"", b"short\n", b"with a blank in the middle", b"two-lines-two-lines\nx", b"\xff" * 20]
)
def test_no_token_for_http(tmp_path, content):
    token = with_token(TokenSource(file=key_file(tmp_path / "token", content)), {})
    assert (token.value, "at least 16 printable" in token.problem) == ("", True)


def test_a_token_that_others_may_read_is_none(tmp_path):
    token = with_token(TokenSource(file=key_file(tmp_path / "token", b"open-sesame-open", mode=0o644)), {})
    assert "others may read" in token.problem
    assert "cannot read" in with_token(TokenSource(file=str(tmp_path / "nothing")), {}).problem
