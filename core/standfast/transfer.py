r"""Structs on their way to another process, although a file's bytes need not be text.

A configuration is read with ``surrogateescape``, so that a byte which is not UTF-8 (a comment in Latin-1, say) costs
nothing but a warning. Such a character cannot be encoded again: on the way out it becomes what one can read, ``\xfc``.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec


def sendable(encode: Callable[[object], bytes], document: msgspec.Struct | dict[str, object]) -> bytes:
    r"""``encode(document)``, with ``\xNN`` in place of every byte that is not text."""
    try:
        return encode(document)
    except UnicodeEncodeError:
        return encode(_legible(msgspec.to_builtins(document, builtin_types=(bytes,), enc_hook=_decoded)))


def _decoded(value: object) -> object:
    """What has been encoded already."""
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    raise NotImplementedError(f"{type(value).__name__} cannot be sent")


def _legible(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="surrogateescape").decode(errors="backslashreplace")
    if isinstance(value, dict):
        return {_legible(key): _legible(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(item) for item in value]
    return value
