"""Rolling origins: everything learnt anew at each, every method asked the same question."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.execution.pool import process_pool
from simulator.learn.backtest.baselines import Known, baselines
from simulator.learn.backtest.history import daily, daily_new, day_of, on_hand_of
from simulator.learn.backtest.journey import JourneyMethod, Parts
from simulator.learn.backtest.origins import Plan
from simulator.learn.backtest.scores import Forecast, Scores, score
from simulator.learn.log import EventLog

__all__ = ["OURS", "Asked", "Backtest", "Series", "backtest"]

Floats = NDArray[np.float64]
Advance = Callable[[int, int], None]

OURS: Final = "journey"


@dataclass(frozen=True)
class Asked:
    """One series at one origin: what was forecast, by whom, and what happened.

    Attributes
    ----------
    date : datetime.date
        The origin, the first day forecast.
    actual, actual_new : float64 arrays, shape (days,)
        What happened, and the part of it by cases that began on the origin or later.
    parts : Parts
        Our own forecast, in its parts.
    forecasts : dict of str to float64 array
        Paths by method, ours the first.
    """

    date: datetime.date
    actual: Floats
    actual_new: Floats
    parts: Parts
    forecasts: dict[str, Floats]


@dataclass(frozen=True)
class Series:
    """The scores of a series.

    Attributes
    ----------
    asked : tuple of Asked
        By origin.
    methods : dict of str to Scores
        Of the methods that could forecast from every origin.
    pipeline, newcomers : Scores
        Of the parts of our own forecast.
    absent : tuple of str
        Methods that could not from some, for want of a past.
    """

    asked: tuple[Asked, ...]
    methods: dict[str, Scores]
    pipeline: Scores
    newcomers: Scores
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Backtest:
    """A backtest of a log."""

    log: str
    plan: Plan
    start: datetime.date
    seed: int
    replications: int
    series: dict[str, Series]


def backtest(log: EventLog, plan: Plan, method: JourneyMethod, advance: Advance | None = None) -> Backtest:
    """Forecast a log's series from each origin, by our method and by the baselines, and score them.

    Parameters
    ----------
    log : EventLog
        With its planned dates, if there are.
    plan : Plan
        When forecasts are made.
    method : JourneyMethod
        Ours; its task names the series.
    advance : callable, optional
        Called as ``advance(done, total)``.

    Raises
    ------
    MissingExtraError
        If statsforecast or scoringrules is not installed.
    LogError
        If a forecast cannot be made from the log as it was known on a day.
    """
    goals, done = method.task.goals, 0
    total = len(plan.days) * (1 + len(goals))
    with _baselines(log, plan, method) as others:
        parts = []
        for day in plan.days:
            parts.append(method.forecast(log, day))
            done += 1
            if advance:
                advance(done, total)
        found: dict[str, list[dict[str, Floats]]] = {}
        for goal in goals:
            found[goal] = []
            for future in others[goal]:
                found[goal].append(future.result())
                done += 1
                if advance:
                    advance(done, total)
    asked = {goal: _asked(log, plan, goal, [one[goal] for one in parts], found[goal]) for goal in goals}
    series = {goal: _series(asked[goal]) for goal in goals}
    return Backtest(log.name, plan, log.start, method.seed, method.replications, series)


@contextmanager
def _baselines(
    log: EventLog, plan: Plan, method: JourneyMethod
) -> Iterator[dict[str, list[Future[dict[str, Floats]]]]]:
    """Forecast by the baselines meanwhile, in processes of their own."""
    task = method.task
    with process_pool(max(1, method.workers)) as pool:
        futures: dict[str, list[Future[dict[str, Floats]]]] = {}
        for goal in task.goals:
            counts = daily(log, goal, plan.length)
            planned = next((column for column, of in task.planned.items() if of == goal), None)
            hand = None if planned is None else on_hand_of(log, log.planned[planned])
            futures[goal] = [
                pool.submit(
                    baselines,
                    Known(counts[:day], log.start, plan.horizon, task.calendar, hand),
                    method.seed,
                )
                for day in plan.days
            ]
        yield futures


def _asked(
    log: EventLog, plan: Plan, goal: str, parts: list[Parts], others: list[dict[str, Floats]]
) -> tuple[Asked, ...]:
    counts = daily(log, goal, plan.length)
    asked = []
    for day, ours, found in zip(plan.days, parts, others, strict=True):
        span = slice(day, day + plan.horizon)
        new = daily_new(log, goal, day, plan.length)[span]
        forecasts = {OURS: ours.paths, **found}
        asked.append(Asked(day_of(log, day), counts[span], new, ours, forecasts))
    return tuple(asked)


def _series(asked: tuple[Asked, ...]) -> Series:
    """Score the methods that could forecast from every origin, ours the first."""
    names = [name for name in asked[0].forecasts if all(name in one.forecasts for one in asked)]
    absent = {name for one in asked for name in one.forecasts} - set(names)
    methods = {name: score([Forecast(one.forecasts[name], one.actual) for one in asked]) for name in names}
    pipeline = score([Forecast(one.parts.pipeline, one.actual - one.actual_new) for one in asked])
    newcomers = score([Forecast(one.parts.newcomers, one.actual_new) for one in asked])
    return Series(asked, methods, pipeline, newcomers, tuple(sorted(absent)))
