"""What ideas are compared by: each metric gives one value a replication.

The mean of the values is the metric of the run, so a difference of two means is a paired difference.
A share is given as linearised values (see `simulator.results.estimate.linearised`), whose mean is the
share of all customers and not the mean of shares.
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

__all__ = ["METRICS", "Metric", "metric_named"]

Floats = NDArray[np.float64]
Values = Callable[[RunResult, int | None], Floats]


@dataclass(frozen=True)
class Metric:
    """Something a manager would like more of, or less.

    Attributes
    ----------
    name : str
    about : str
        What it is, with its unit.
    values : callable
        ``values(result, persona)`` gives one value a replication; persona None means all.
    kind : str
        How it is printed: ``share`` (differences in points), ``money``, ``number`` or ``days``.
    more_is_better : bool
    by_persona : bool
        Whether it can be told for one persona alone.
    """

    name: str
    about: str
    values: Values
    kind: str
    more_is_better: bool = True
    by_persona: bool = True


def _people(result: RunResult, name: str, persona: int | None) -> NDArray[np.int64]:
    counts = result.counts(name)
    return np.asarray(counts.sum(axis=1) if persona is None else counts[:, persona])


def _conversion(result: RunResult, persona: int | None) -> Floats:
    cohort = _people(result, "cohort", persona)
    return linearised(cohort[:, 1], cohort[:, 0])


def _session_conversion(result: RunResult, persona: int | None) -> Floats:
    sessions = _people(result, "sessions", persona)
    return linearised(sessions[:, 1], sessions[:, 0])


def _count(name: str) -> Values:
    def values(result: RunResult, persona: int | None) -> Floats:
        return np.asarray(_people(result, name, persona), dtype=np.float64)

    return values


def _revenue(result: RunResult, persona: int | None) -> Floats:
    return result.revenue(persona)


def _margin(result: RunResult, persona: int | None) -> Floats:
    return np.asarray(result.revenue() - result.costs.total)


def _profit(result: RunResult, persona: int | None) -> Floats:
    return np.asarray(_margin(result, None) - result.idea_cost)


def _visit_costs(result: RunResult, persona: int | None) -> Floats:
    return np.asarray(_people(result, "costs", persona).sum(axis=1) / MICRO)


def _lost(result: RunResult, persona: int | None) -> Floats:
    lost = _people(result, "units", persona)[:, :, UNITS.index("lost")]
    return np.asarray(lost.sum(axis=(1, 2)), dtype=np.float64)


def _effort(result: RunResult, persona: int | None) -> Floats:
    days = _people(result, "effort_ms", persona) / DAY
    return linearised(days, _people(result, "cohort", persona)[:, 1])


_ALL: Final = (
    Metric("conversion", "share of customers who convert within the follow-up", _conversion, "share"),
    Metric("session_conversion", "share of sessions with an order", _session_conversion, "share"),
    Metric("conversions", "conversions of a run, repeats included", _count("conversions"), "number"),
    Metric("orders", "orders of a run", _count("orders"), "number"),
    Metric("revenue", "revenue less refunds of a run", _revenue, "money"),
    Metric("margin", "revenue less goods and running costs of a run", _margin, "money", by_persona=False),
    Metric("profit", "margin less what the idea itself costs", _profit, "money", by_persona=False),
    Metric("visit_costs", "costs of visits and fees of a run", _visit_costs, "money", more_is_better=False),
    Metric("lost", "units asked for in vain in a run", _lost, "number", more_is_better=False),
    Metric("days_to_convert", "mean days until the first conversion", _effort, "days", more_is_better=False),
)
METRICS: Final[Mapping[str, Metric]] = {metric.name: metric for metric in _ALL}


def metric_named(name: str) -> Metric:
    """Find a metric.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METRICS:
        raise InputError([Problem(f"there is no metric {name!r}", fix=nearest(name, METRICS))])
    return METRICS[name]
