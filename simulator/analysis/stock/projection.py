"""What will be on the shelf, when it may be empty, and what will be ordered: read off simulated futures."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import LEVELS, STOCK, Tally
from simulator.program.program import Program
from simulator.program.tables import ProductStock
from simulator.results.estimate import quantiles_over_replications
from simulator.spec.model import DAY

__all__ = ["PlannedWeek", "Projection", "first_planned_day", "order_plan", "project"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Projection:
    """One product's shelf, day by day.

    Attributes
    ----------
    dates : list of date
    mean, low, median, high : ndarray of float64, shape (days,)
        On hand at the end of the day; low and high are the 10 and 90 % quantiles.
    out : ndarray
        Chance that the shelf is empty at some time of the day.
    out_by : ndarray
        Chance that it was empty on that day or an earlier one of these.
    """

    dates: list[datetime.date]
    mean: Floats
    low: Floats
    median: Floats
    high: Floats
    out: Floats
    out_by: Floats


@dataclass(frozen=True)
class PlannedWeek:
    """What to order in a week that begins on a date.

    Attributes
    ----------
    date : date
    order : int
        In whole orders of the usual size, so that the sum follows what is expected.
    mean, low, high : float
        Units ordered over the futures; low and high are the 10 and 90 % quantiles.
    chance : float
        That anything is ordered.
    """

    date: datetime.date
    order: int
    mean: float
    low: float
    high: float
    chance: float


def first_planned_day(program: Program) -> int:
    """Give the first day that counts: a plan begins where the warm-up ends."""
    return -(-program.warm_up // DAY)


def project(program: Program, tallies: Sequence[Tally], product: int, days: range) -> Projection:
    """Read the bands of a shelf off the replications."""
    levels = np.stack([tally["levels"][product] for tally in tallies])[:, :, days.start : days.stop]
    on_hand = levels[:, LEVELS.index("on_hand")]
    out = levels[:, LEVELS.index("out")]
    low, median, high = quantiles_over_replications(on_hand)
    return Projection(
        [program.start + datetime.timedelta(days=day) for day in days],
        on_hand.mean(axis=0),
        np.asarray(low),
        np.asarray(median),
        np.asarray(high),
        out.mean(axis=0),
        np.maximum.accumulate(out, axis=1).mean(axis=0),
    )


def order_plan(program: Program, tallies: Sequence[Tally], product: int, days: range) -> list[PlannedWeek]:
    """Say what will be ordered, week by week from the first day on."""
    stock = ProductStock._make(program.structure.products[product].tolist())
    levels = np.stack([tally["levels"][product] for tally in tallies])
    ordered = levels[:, LEVELS.index("ordered")]
    orders = sum(int(tally["stock"][product, STOCK.index("orders")]) for tally in tallies)
    after = ordered[:, first_planned_day(program) :].sum()
    size = max(1, round(after / max(orders, 1) / stock.case_size)) * stock.case_size
    plan: list[PlannedWeek] = []
    expected = planned = 0.0
    for first in range(days.start, days.stop, 7):
        units = ordered[:, first : min(first + 7, days.stop)].sum(axis=1)
        expected += float(units.mean())
        order = max(0, round((expected - planned) / size)) * size
        planned += order
        low, _, high = quantiles_over_replications(units[:, None])[:, 0].tolist()
        date = program.start + datetime.timedelta(days=first)
        plan.append(PlannedWeek(date, order, float(units.mean()), low, high, float((units > 0).mean())))
    return plan
