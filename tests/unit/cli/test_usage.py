from __future__ import annotations

import pytest

from standfast.cli import main


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("statuss", 2, "standfast: error: argument COMMAND: `statuss` is none of its values; did you mean `status`?"),
        ("zzz", 2, "invalid choice: 'zzz' (choose from 'run', 'status',"),
        ("status --jsn", 2, "standfast status: error: unrecognized arguments: --jsn; did you mean `--json`?"),
        ("status extra", 2, "standfast status: error: unrecognized arguments: extra\n"),
        ("server drian a b", 2, "`drian` is none of its values; did you mean `drain`?"),
        ("server drain a b --whi=x", 2, "standfast server drain: error: unrecognized arguments: --whi=x; did you mean"),
        ("nagios --expect NOTHING", 3, "standfast nagios: error: argument --expect: `NOTHING` is no state"),
        ("nagios --expct MASTER", 3, "did you mean `--expect`?"),
        ("events --since -5", 2, "events are numbered from 1, not `-5`"),
        ("demo --interval x", 2, "between 0.05 and 5 seconds, not `x`"),
        ("sniff --for ever", 2, "a time is a number with s, m, h or d, such as 30m, not `ever`"),
    ],
)
def test_what_is_wrong_where_and_what_was_meant(capsys, words, status, said):
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    told = capsys.readouterr().err
    assert said in told
    assert ended.value.code == status
    assert told.startswith("usage: standfast")
