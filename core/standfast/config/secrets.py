"""Fetches keys that stand in files: done where configurations are loaded, so that no process that keeps time reads any.

What cannot be fetched keeps its instance in FAULT: to speak unsigned instead would make a second master.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from standfast.config.health_model import TokenSource
from standfast.config.hmac import LONGEST, secret_of
from standfast.config.hmac_model import Hmac, HmacKey
from standfast.config.model import Config, VrrpInstance

SHORTEST_TOKEN = 16

_MOST = 2 * LONGEST + 16
"""Bytes of a file with a key: as hexadecimal digits, and a line's end."""


class _NoKeyError(Exception):
    """``str()`` says why."""


def with_secrets(config: Config, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    """The configuration with all keys in it, and what could not be had, in words."""
    complaints: list[str] = []
    instances = tuple(_instance(made, environ, complaints) for made in config.instances)
    return structs.replace(config, instances=instances), complaints


def _instance(made: VrrpInstance, environ: Mapping[str, str], complaints: list[str]) -> VrrpInstance:
    if made.hmac is None or all(key.secret for key in made.hmac.keys):
        return made
    keys: list[HmacKey] = []
    fault = ""
    for key in made.hmac.keys:
        try:
            keys.append(key if key.secret else structs.replace(key, secret=_fetch(key, environ)))
        except _NoKeyError as error:
            words = f"{made.name}: auth_hmac key {key.id}: {error}"
            complaints.append(words)
            if key.id == made.hmac.active:
                fault = f"{words}; the instance stays in FAULT"
    hmac: Hmac = structs.replace(made.hmac, keys=tuple(keys))
    return structs.replace(made, hmac=hmac, permanent_fault=made.permanent_fault or fault)


def _fetch(key: HmacKey, environ: Mapping[str, str]) -> bytes:
    text, path = _text_of(key.file, key.credential, environ)
    try:
        return secret_of(text)
    except ValueError as error:
        raise _NoKeyError(f"the key in {path} {error}") from None


def with_token(token: TokenSource, environ: Mapping[str, str]) -> TokenSource:
    """The token that HTTP clients must show, or why there is none."""
    try:
        text, path = _text_of(token.file, token.credential, environ)
    except _NoKeyError as error:
        return structs.replace(token, problem=f"http_token: {error}")
    if len(text) < SHORTEST_TOKEN or not all(0x21 <= byte <= 0x7E for byte in text):
        words = f"http_token: {path} must have one line of at least {SHORTEST_TOKEN} printable characters"
        return structs.replace(token, problem=words)
    return structs.replace(token, value=text.decode("ascii"))


def _text_of(file: str, credential: str, environ: Mapping[str, str]) -> tuple[bytes, Path]:
    """What stands in the file, without the end of its line."""
    path = Path(file)
    if credential:
        directory = environ.get("CREDENTIALS_DIRECTORY")
        if not directory or "/" in credential:
            hint = "add `LoadCredential=` to the unit" if not directory else "a credential is a name, not a path"
            raise _NoKeyError(f"there is no credential `{credential}`: {hint}")
        path = Path(directory) / credential
    try:
        text, mode = _read(path)
    except OSError as error:
        raise _NoKeyError(f"cannot read {path}: {error.strerror}") from None
    if not stat.S_ISREG(mode):
        raise _NoKeyError(f"{path} is not a file")
    if mode & 0o077 and not credential:
        raise _NoKeyError(f"others may read {path} (mode {mode & 0o777:o}): chmod 600 {path}")
    return text.removesuffix(b"\n").removesuffix(b"\r"), path


def _read(path: Path) -> tuple[bytes, int]:
    """Content and mode, of the same file even if the name changes hands. A pipe is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        return (os.read(descriptor, _MOST + 1) if stat.S_ISREG(mode) else b""), mode
    finally:
        os.close(descriptor)
