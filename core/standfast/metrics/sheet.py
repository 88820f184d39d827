"""A sheet of metrics to be filled in: only what was declared can be written, with the labels that were declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from prometheus_client.core import HistogramMetricFamily, Metric

Kind: TypeAlias = Literal["gauge", "counter", "untyped", "histogram"]


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric. A counter's name ends in ``_total``; ``untyped`` are counters that older names leave without it."""

    name: str
    kind: Kind
    doc: str
    labels: tuple[str, ...] = ()


def gauge(name: str, doc: str, *labels: str) -> Declared:
    """Something that goes up and down."""
    return Declared(name, "gauge", doc, labels)


def counter(name: str, doc: str, *labels: str) -> Declared:
    """Something that only grows, until its process is replaced."""
    return Declared(name, "counter", doc, labels)


class Sheet:
    """Filled in once for each picture of the daemon."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._declared = {each.name: each for each in declared}
        self._families: dict[str, Metric] = {}

    def put(self, name: str, value: float | None, *labels: object) -> None:
        """One sample; None: not known, so nothing is said. Labels in the order in which they were declared."""
        if value is None:
            return
        declared = self._of(name, labels)
        pairs = dict(zip(declared.labels, map(str, labels), strict=True))
        self._family(declared).add_sample(name, pairs, float(value))

    def put_histogram(
        self, name: str, limits: Sequence[float], counts: Sequence[int], total: float, *labels: object
    ) -> None:
        """Observations by upper limits; ``counts`` has one more, for what is beyond the last."""
        declared = self._of(name, labels)
        buckets: list[tuple[str, float]] = []
        so_far = 0
        for limit, count in zip([*map(float, limits), float("inf")], counts, strict=True):
            so_far += count
            buckets.append(("+Inf" if limit == float("inf") else repr(limit), so_far))
        family = self._family(declared)
        if not isinstance(family, HistogramMetricFamily):
            raise TypeError(f"{name} is no histogram")
        family.add_metric([str(label) for label in labels], buckets, total)

    def forget(self, name: str) -> None:
        """As if nothing had been put there."""
        self._families.pop(name, None)

    def collect(self) -> Iterator[Metric]:
        """Families that have samples: what prometheus_client's encoders ask of a registry."""
        return iter(self._families.values())

    def _of(self, name: str, labels: Sequence[object]) -> Declared:
        declared = self._declared[name]
        if len(labels) != len(declared.labels):
            raise ValueError(f"{name} has the labels {declared.labels}, not {labels}")
        return declared

    def _family(self, declared: Declared) -> Metric:
        family = self._families.get(declared.name)
        if family is None:
            if declared.kind == "histogram":
                family = HistogramMetricFamily(declared.name, declared.doc, labels=declared.labels)
            else:
                # prometheus_client adds the ending of a counter's name itself
                name = declared.name.removesuffix("_total") if declared.kind == "counter" else declared.name
                family = Metric(name, declared.doc, declared.kind)
            self._families[declared.name] = family
        return family
