from __future__ import annotations

import datetime
import time

from standfast import clock


def test_it_is_boottime_in_microseconds():
    before = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    now = clock.now()
    after = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    assert before // 1000 <= now <= after // 1000


def test_a_moment_ago_is_a_moment_ago_on_the_wall_too():
    assert abs((time.time() - clock.wall_clock_at(clock.now() - 5_000_000)) - 5) < 3


def test_a_moment_is_told_in_utc():
    assert abs(datetime.datetime.fromisoformat(clock.iso(clock.now())).timestamp() - time.time()) < 3
    assert clock.iso(clock.now()).endswith("+00:00")
    for milliseconds in (0, 7, 1_764_271_598_042, 951_782_400_999):
        moment = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.UTC)
        moment = moment.replace(microsecond=milliseconds % 1000 * 1000)
        assert clock._iso(milliseconds) == moment.isoformat(timespec="milliseconds")
