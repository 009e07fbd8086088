"""What ideas are compared by: each metric gives one value a replication.

The mean of the values is the metric of the run, so a difference of two means is a paired difference.
A share is given as linearised values (see `simulator.results.estimate.linearised`), whose mean is the
share of all customers and not the mean of shares.

A metric is made of *parts*: columns of one number a replication whose sums are all that is needed. So
replications played later are added without looking at the earlier ones again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import UNITS
from simulator.errors import InputError, Problem, nearest
from simulator.program.calendar import MICRO
from simulator.results.estimate import linearised
from simulator.results.summary import RunResult
from simulator.spec.model import DAY

__all__ = ["METRICS", "Metric", "Parts", "metric_named", "sum_over"]

Floats = NDArray[np.float64]
Parts = Callable[[RunResult, int | None], Floats]


@dataclass(frozen=True)
class Metric:
    """Something a manager would like more of, or less.

    Attributes
    ----------
    name : str
    about : str
        What it is, with its unit.
    parts : callable
        ``parts(result, persona)`` gives an array of shape (replications, columns); persona None means
        all. One column is a total of a replication; of two, the second is what the first is shared by.
    kind : str
        How it is printed: ``share`` (differences in points), ``money``, ``score``, ``number`` or
        ``days``.
    more_is_better : bool
    by_persona : bool
        Whether it can be told for one persona alone.
    of : str
        What a rate is a rate of, in the plural: its denominator.
    """

    name: str
    about: str
    parts: Parts
    kind: str
    more_is_better: bool = True
    by_persona: bool = True
    of: str = ""

    @property
    def spoken(self) -> str:
        """The name as it stands in a sentence."""
        return self.name.replace("_", " ")

    def values(self, result: RunResult, persona: int | None = None) -> Floats:
        """Give one value a replication, whose mean is the metric of the run.

        Parameters
        ----------
        result : RunResult
        persona : int, optional
            For one persona alone.

        Returns
        -------
        ndarray of float64, shape (replications,)
            NaN throughout where there was nobody to count.
        """
        return self.linearise(self.parts(result, persona))

    def linearise(self, parts: Floats) -> Floats:
        """Turn parts into one value a replication; their mean is the metric over all of them."""
        return parts[:, 0] if parts.shape[1] == 1 else linearised(parts[:, 0], parts[:, 1])

    def denominator(self, result: RunResult) -> int | None:
        """Count what a rate is a rate of, over all replications; None where it is no rate."""
        return int(self.parts(result, None)[:, 1].sum()) if self.of else None


def sum_over(result: RunResult, name: str, persona: int | None) -> NDArray[np.int64]:
    """Give a count of one persona, or summed over all."""
    counts = result.counts(name)
    return np.asarray(counts.sum(axis=1) if persona is None else counts[:, persona])


def _column(values: NDArray[np.int64] | Floats) -> Floats:
    return np.asarray(values, dtype=np.float64).reshape(-1, 1)


def _share(name: str, hits: int = 1, of: int = 0) -> Parts:
    """Share one column of a count by another."""

    def parts(result: RunResult, persona: int | None) -> Floats:
        return sum_over(result, name, persona)[:, [hits, of]].astype(np.float64)

    return parts


def _total(name: str) -> Parts:
    def parts(result: RunResult, persona: int | None) -> Floats:
        return _column(sum_over(result, name, persona))

    return parts


def _revenue(result: RunResult, persona: int | None) -> Floats:
    return _column(result.revenue(persona))


def _margin(result: RunResult, persona: int | None) -> Floats:
    return _column(result.revenue() - result.costs.total)


def _profit(result: RunResult, persona: int | None) -> Floats:
    return _margin(result, None) - result.idea_cost


def _visit_costs(result: RunResult, persona: int | None) -> Floats:
    return _column(sum_over(result, "costs", persona).sum(axis=1) / MICRO)


def _units(result: RunResult, kind: str, persona: int | None) -> Floats:
    """Add up units over products and days."""
    return _column(sum_over(result, "units", persona)[:, :, UNITS.index(kind)].sum(axis=(1, 2)))


def _lost(result: RunResult, persona: int | None) -> Floats:
    return _units(result, "lost", persona)


def _stock_outs(result: RunResult, persona: int | None) -> Floats:
    return np.hstack([_units(result, "lost", persona), _units(result, "demand", persona)])


def _per_conversion(name: str, scale: float = 1.0) -> Parts:
    """Share an effort by the customers who converted."""

    def parts(result: RunResult, persona: int | None) -> Floats:
        effort = _column(sum_over(result, name, persona) / scale)
        return np.hstack([effort, _column(sum_over(result, "cohort", persona)[:, 1])])

    return parts


_CONVERTED: Final = "customers who converted"
_ALL: Final = (
    Metric(
        "conversion",
        "share of customers who convert within the follow-up",
        _share("cohort"),
        "share",
        of="customers",
    ),
    Metric(
        "session_conversion", "share of sessions with an order", _share("sessions"), "share", of="sessions"
    ),
    Metric("conversions", "conversions of a run, repeats included", _total("conversions"), "number"),
    Metric("orders", "orders of a run", _total("orders"), "number"),
    Metric("revenue", "revenue less refunds of a run", _revenue, "money"),
    Metric("margin", "revenue less goods and running costs of a run", _margin, "money", by_persona=False),
    Metric("profit", "margin less what the idea itself costs", _profit, "money", by_persona=False),
    Metric("visit_costs", "costs of visits and fees of a run", _visit_costs, "money", more_is_better=False),
    Metric("lost", "units asked for in vain in a run", _lost, "number", more_is_better=False),
    Metric(
        "stock_outs",
        "share of the units asked for that were not to be had",
        _stock_outs,
        "share",
        more_is_better=False,
        of="units",
    ),
    Metric(
        "days_to_convert",
        "mean days until the first conversion",
        _per_conversion("effort_ms", DAY),
        "days",
        more_is_better=False,
        of=_CONVERTED,
    ),
    Metric(
        "touchpoints_to_convert",
        "mean touchpoints entered until the first conversion",
        _per_conversion("effort_steps"),
        "score",
        more_is_better=False,
        of=_CONVERTED,
    ),
)
METRICS: Final[Mapping[str, Metric]] = {metric.name: metric for metric in _ALL}


def metric_named(name: str) -> Metric:
    """Find a metric that every model has.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METRICS:
        raise InputError([Problem(f"there is no metric {name!r}", fix=nearest(name, METRICS))])
    return METRICS[name]
