from __future__ import annotations

import subprocess
import sys

RAISE = """
import resource, sys
from standfast.supervise.limits import TooFewFilesError, raise_open_files
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
try:
    raise_open_files()
except TooFewFilesError as error:
    print(error)
else:
    print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def raised(soft: int, hard: int) -> str:
    return subprocess.check_output([sys.executable, "-c", RAISE, str(soft), str(hard)], text=True)


def test_the_soft_limit_becomes_the_hard_one():
    assert raised(40, 200) == "200 200\n"
    assert raised(64, 64) == "64 64\n"


def test_too_few_are_refused_in_words():
    assert raised(20, 63).startswith("only 63 files may be open, 64 are needed at least: raise LimitNOFILE=")
