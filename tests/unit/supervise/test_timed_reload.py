from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standfast.supervise.timed_reload import moment

ZONE = timezone(timedelta(hours=2))
NOW = datetime(2026, 3, 4, 12, 0, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("13:00:00", datetime(2026, 3, 4, 13, tzinfo=ZONE)),
        ("12:00:00", datetime(2026, 3, 5, 12, tzinfo=ZONE)),
        ("11:30:00Z", datetime(2026, 3, 4, 11, 30, tzinfo=UTC)),
        ("09:30:00Z", datetime(2026, 3, 5, 9, 30, tzinfo=UTC)),
        ("26-03-05 01:02:03", datetime(2026, 3, 5, 1, 2, 3, tzinfo=ZONE)),
        ("2026-03-05 01:02:03Z", datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)),
        ("2026-03-04 11:59:59", None),
        ("2026-02-30 11:59:59", None),
        ("25:00:00", None),
        (" 13:00:00", None),
        ("13:00", None),
        ("", None),
    ],
)
def test_when(line, expected):
    assert moment(line, NOW) == expected


@given(st.text(max_size=30))
def test_any_line_is_a_time_to_come_or_none(line):
    found = moment(line, NOW)
    assert found is None or found > NOW


@pytest.mark.parametrize(("repeat", "stays"), [(False, False), (True, True)])
def test_the_daemon_reloads_when_its_file_says_so(daemon, tmp_path, repeat, stays):
    file = tmp_path / "at"
    daemon.configure(time_file=str(file), repeat=repeat)
    daemon.start()
    soon = datetime.now().astimezone() + timedelta(seconds=4)  # looked at once a second
    file.write_text(f"{soon:%H:%M:%S}\n")
    assert daemon.logged("reload.planned")
    assert daemon.logged("reload.due")
    daemon.eventually(lambda: daemon.status()["generation"] == 2)
    assert file.exists() == stays
