"""What a running daemon once answered (`standfast status --json`), to be changed as a test likes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def picture():
    return json.loads(Path(__file__).with_name("picture.json").read_text())


@pytest.fixture
def samples():
    """Name and sorted labels -> value, of a filled sheet."""

    def of(sheet):
        found = {}
        for family in sheet.collect():
            for sample in family.samples:
                found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        return found

    return of
