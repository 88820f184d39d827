"""Metrics of routes: what the kernel keeps about a path, in the kernel's units."""

from __future__ import annotations

import re
from dataclasses import dataclass

from standfast.config.lines import UINT8, UINT32, OptionLine
from standfast.config.tree import Word

SHORTEST, LONGEST = 200, 120_000
"""Milliseconds that a time with a unit may have."""

_TIME = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?(ms|msec|msecs|s|sec|secs)?")


@dataclass(frozen=True, slots=True)
class _Metric:
    highest: int = UINT32
    lockable: bool = False
    per_ms: int = 0
    """For times: the kernel's units in a millisecond."""


METRICS = {
    "mtu": _Metric(lockable=True),
    "advmss": _Metric(lockable=True),
    "reordering": _Metric(lockable=True),
    "cwnd": _Metric(lockable=True),
    "ssthresh": _Metric(lockable=True),
    "rtt": _Metric(lockable=True, per_ms=8),
    "rttvar": _Metric(lockable=True, per_ms=4),
    "rto_min": _Metric(lockable=True, per_ms=1),
    "congctl": _Metric(lockable=True),
    "window": _Metric(),
    "initcwnd": _Metric(),
    "initrwnd": _Metric(),
    "hoplimit": _Metric(UINT8),
    "quickack": _Metric(1),
    "fastopen_no_cookie": _Metric(1),
}
CONGESTION_NAME = 15
"""Bytes (TCP_CA_NAME_MAX - 1)."""

RawMetric = tuple[str, int | str, bool]
"""Name, value, locked."""


def read_metric(line: OptionLine, option: Word) -> RawMetric:
    """``NAME [lock] VALUE``."""
    metric = METRICS[option.text]
    locked = metric.lockable and line.peek() == "lock"
    if locked:
        line.next()
    word = line.value(option)
    if option.text == "congctl":
        if len(word.text.encode(errors="replace")) > CONGESTION_NAME:
            line.refuse("SF3006", word, f"`congctl` takes at most {CONGESTION_NAME} bytes, not `{word.text}`")
        return option.text, word.text, locked
    if metric.per_ms:
        return option.text, _time(line, option, word, metric.per_ms), locked
    return option.text, line.number_in(word, option.text, 0, metric.highest), locked


def _time(line: OptionLine, option: Word, word: Word, per_ms: int) -> int:
    """A number with a unit; without one it counts in the kernel's own units."""
    match = _TIME.fullmatch(word.text)
    if match is None or (match[2] and not match[3]):
        line.refuse("SF3001", word, f"`{option.text}` needs a time such as `300ms` or `0.3s`, not `{word.text}`")
    if not match[3]:
        return int(match[1])
    thousandths = int(match[1]) * 1000 + int(((match[2] or "") + "000")[:3])
    milliseconds = thousandths // 1000 if match[3].startswith("m") else thousandths
    limited = min(max(milliseconds, SHORTEST), LONGEST)
    if limited != milliseconds:
        message = f"`{option.text}` must be {SHORTEST} ms to {LONGEST // 1000} s, not `{word.text}`; used: {limited} ms"
        line.reader.findings.warning("SF3002", line.reader.statement, message, word=word)
    return limited * per_ms
