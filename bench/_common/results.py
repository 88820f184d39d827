"""Collect samples of both sides, print them as a table, write them as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from _common.figures import Summary, summarise
from _common.sides import OURS, SIDES, THEIRS, keepalived_version
from _common.targets import Statistic, Target, ratio


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, in which unit, and what it must reach."""

    case: str
    name: str
    unit: str
    target: Target


class Results:
    """Samples of every figure and side, in order of first appearance."""

    def __init__(self, program: str, tail: Statistic) -> None:
        """``tail`` is the percentile that the table shows beside the median."""
        self.program = program
        self.tail = tail
        self.remarks: list[str] = []
        self._samples: dict[Figure, dict[str, list[float]]] = {}
        self._set_aside: dict[str, int] = defaultdict(int)

    def add(self, figure: Figure, side: str, *samples: float) -> None:
        """Note samples of one side."""
        self._samples.setdefault(figure, {name: [] for name in SIDES})[side] += samples

    def pool(self, case: str, name: str, target: Target) -> None:
        """Add a line with the samples of every case of a figure: enough of them for a tail to mean something."""
        pooled = [(figure, samples) for figure, samples in self._samples.items() if figure.name == name]
        for figure, samples in pooled:
            for side in SIDES:
                self.add(Figure(case, name, figure.unit, target), side, *samples[side])

    def set_aside(self, side: str) -> None:
        """Count a measurement that the machine itself spoiled (the witness was late too)."""
        self._set_aside[side] += 1

    def show(self, sides: dict[str, str]) -> None:
        """Print the table and what there is to say; ``sides`` says which daemon is which."""
        console = Console(width=None if Console().is_terminal else 160)
        table = Table(box=box.SIMPLE_HEAD, title=f"{self.program}: {sides[OURS]} beside {sides[THEIRS]}")
        for heading in ("case", "figure"):
            table.add_column(heading, no_wrap=True)
        for heading in ("ours: n", "min", "p50", self.tail, "theirs: n", "p50", self.tail, "ratio"):
            table.add_column(heading, justify="right", no_wrap=True)
        for heading in ("target", "met"):
            table.add_column(heading, no_wrap=True)
        for figure, samples in self._samples.items():
            table.add_row(*_cells(figure, samples, self.tail))
        console.print(table)
        for line in [*self._notes(sides), *self.remarks]:
            console.print(line, highlight=False)

    def write_json(self, path: Path, sides: dict[str, str]) -> None:
        """All samples and verdicts, with what they were measured on."""
        path.write_text(json.dumps(self.document(sides), indent=1) + "\n")

    def document(self, sides: dict[str, str]) -> dict[str, Any]:
        """What :meth:`write_json` writes."""
        return {
            "schema": "standfast.bench/1",
            "program": self.program,
            "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": machine(),
            "sides": sides,
            "set_aside": dict(self._set_aside),
            "remarks": self.remarks,
            "figures": [_as_json(figure, samples) for figure, samples in self._samples.items()],
        }

    def _notes(self, sides: dict[str, str]) -> list[str]:
        spoiled = ", ".join(f"{sides[side]} {count}" for side, count in self._set_aside.items())
        facts = machine()
        notes = [
            f"{facts['cpus']} CPUs, Linux {facts['kernel']}, Python {facts['python']}, keepalived {facts['keepalived']}"
        ]
        return [*notes, f"set aside because the machine itself was late: {spoiled}"] if spoiled else notes


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "cpus": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "standfast": metadata.version("standfast"),
        "keepalived": keepalived_version(),
    }


def verdict(figure: Figure, ours: Summary | None, theirs: Summary | None) -> str:
    """yes, NO, or - where there is no target or nothing was measured."""
    if ours is None or str(figure.target) == "-":
        return "-"
    return "yes" if figure.target.met(ours, theirs) else "NO"


def _cells(figure: Figure, samples: dict[str, list[float]], tail: Statistic) -> list[str]:
    ours, theirs = summarise(samples[OURS]), summarise(samples[THEIRS])
    factor = ratio(figure.target.statistic, ours, theirs) if ours else None
    return [
        figure.case,
        f"{figure.name}, {figure.unit}",
        str(len(samples[OURS])),
        *(_number(ours, statistic) for statistic in ("minimum", "p50", tail)),
        str(len(samples[THEIRS])),
        *(_number(theirs, statistic) for statistic in ("p50", tail)),
        "-" if factor is None else f"{factor:.2f}x",
        str(figure.target),
        verdict(figure, ours, theirs),
    ]


def _as_json(figure: Figure, samples: dict[str, list[float]]) -> dict[str, Any]:
    ours, theirs = summarise(samples[OURS]), summarise(samples[THEIRS])
    return {
        "case": figure.case,
        "figure": figure.name,
        "unit": figure.unit,
        "samples": samples,
        OURS: asdict(ours) if ours else None,
        THEIRS: asdict(theirs) if theirs else None,
        "ratio": ratio(figure.target.statistic, ours, theirs) if ours else None,
        "target": str(figure.target),
        "met": verdict(figure, ours, theirs),
    }


def _number(summary: Summary | None, statistic: str) -> str:
    if summary is None:
        return "-"
    value = float(getattr(summary, statistic))
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"
