"""Our own method: learn, start from the customers on their way, let new ones come, play.

Everything is learnt anew from what was known on the day. Customers of a learnt journey share neither
teams nor stock, so those on their way and those who come are played apart, each with the draws they
would have together, and added.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.execution.engines import EngineName, engine
from simulator.learn.backtest.dates import date_factors
from simulator.learn.backtest.ends import ENDS, OVER, with_known_ends
from simulator.learn.backtest.history import arrivals_of, day_of
from simulator.learn.backtest.leads import divided, lead_bands
from simulator.learn.calendar import Calendar
from simulator.learn.known import known_before
from simulator.learn.log import EventLog
from simulator.learn.model import learn_log
from simulator.learn.newcomers import Arrivals, Forecaster
from simulator.learn.opening import start_from
from simulator.program.calendar import party_dispersion
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.load import Journey, journey_from_data

__all__ = ["JourneyMethod", "Parts", "Task"]

Floats = NDArray[np.float64]

# A persona is large enough with so many cases, or where it is such a part of them.
_LARGE: Final = 500
_PARTS: Final = 20


@dataclass(frozen=True)
class Parts:
    """What the simulation says of one series.

    Attributes
    ----------
    pipeline, newcomers : float64 arrays, shape (paths, days)
        By customers on their way on the day, and by those who came later.
    """

    pipeline: Floats
    newcomers: Floats

    @property
    def paths(self) -> Floats:
        """Both together."""
        both: Floats = self.pipeline + self.newcomers
        return both


@dataclass(frozen=True)
class Task:
    """What is to be forecast, the same at every origin.

    Attributes
    ----------
    goals : tuple of str
        The activities counted.
    planned : dict of str to str
        Columns that hold a planned date, and the activity it is the date of.
    horizon : int
        Days.
    calendar : Calendar
    min_persona : int or None
        Personas with fewer cases are merged; None: a twentieth of the cases known, at most 500.
    """

    goals: tuple[str, ...]
    planned: dict[str, str]
    horizon: int
    calendar: Calendar
    min_persona: int | None


@dataclass(frozen=True)
class JourneyMethod:
    """The journey simulator as a method of forecasting.

    Attributes
    ----------
    task : Task
    forecaster : Forecaster
        Of new customers.
    seed, replications, workers : int
    by : str
        The engine.
    """

    task: Task
    forecaster: Forecaster
    seed: int
    replications: int
    workers: int
    by: EngineName = "kernel"

    def forecast(self, log: EventLog, origin: int) -> dict[str, Parts]:
        """Forecast from a day, knowing what happened before it.

        Parameters
        ----------
        log : EventLog
            The whole log; what happened on the day or later is dropped first.
        origin : int
            Days since the log's first.
        """
        date, days = day_of(log, origin), self.task.horizon
        known = self._divided(known_before(log, date))
        past, bands = arrivals_of(known, origin, self.task.calendar), lead_bands(known, days)
        popular = date_factors(known, days)
        known = with_known_ends(known, past)
        on_their_way = start_from(self._learnt(known), known, date, f"{days} days")
        pipeline = _without_newcomers(compile_journey(on_their_way))
        coming = compile_journey(replace(on_their_way, cases=None))
        personas = on_their_way.model.personas
        counting = np.array([party_dispersion(personas[group].arrivals) for group in past.groups])
        past = replace(past, dispersion=counting)
        means = self._means(past, bands) * popular
        laid = _laid(coming, past.groups, means)
        with ThreadPoolExecutor(self.workers) as pool:
            first, second = (
                np.array(list(pool.map(play, range(self.replications))))
                for play in (
                    lambda number: self._play(pipeline, number),
                    lambda number: self._play(_with_means(coming, laid[number]), number),
                )
            )
        return {goal: Parts(first[:, place], second[:, place]) for place, goal in enumerate(self.task.goals)}

    def _divided(self, known: EventLog) -> EventLog:
        """Divide the cases into personas large enough to learn from."""
        least = self.task.min_persona
        least = min(_LARGE, known.cases // _PARTS) if least is None else least
        return divided(known, self.task.horizon, least)

    def _means(self, past: Arrivals, bands: NDArray[np.int64]) -> Floats:
        """Draw how many come: apart for those who come soon and for those who planned longer ahead.

        They have levels, seasons and errors of their own. Draws of one replication are of one day in the
        past for all of them, so that what they had in common stays.
        """
        means = np.zeros((self.replications, len(past.groups), self.task.horizon))
        for band in np.unique(bands):
            chosen = np.flatnonzero(bands == band)
            names = tuple(past.groups[code] for code in chosen.tolist())
            some = replace(past, groups=names, counts=past.counts[chosen], dispersion=past.counting[chosen])
            means[:, chosen] = self.forecaster.means(
                some, self.task.horizon, self.seed, range(self.replications)
            )
        return means

    def _learnt(self, known: EventLog) -> Journey:
        """Learn the journey; how many come is the forecaster's, so no shock moves it.

        Whom the calendar brings and ends has his date from his day: it tells not who comes together.
        """
        planned = {**self.task.planned, ENDS: OVER}
        planned = {column: of for column, of in planned.items() if of in known.activities}
        data = _without_arrival_shocks(learn_log(known, planned=planned, goal=self.task.goals).data)
        if ENDS in planned:
            for persona in data["personas"].values():
                persona["arrivals"].pop("parties", None)
        return journey_from_data(data)

    def _play(self, program: Program, number: int) -> Floats:
        """Play one replication and count the conversions at every goal, by day; shape (goals, days)."""
        tally = engine(self.by)(program, self.seed, number)
        tills = [program.till_of[program.names.touchpoints.index(goal)] for goal in self.task.goals]
        return np.asarray(tally["till_goals"][:, tills].sum(axis=0), dtype=np.float64)


_ARRIVALS: Final = "arrivals"


def _without_arrival_shocks(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the shocks what moves arrivals."""
    shocks = {}
    for name, shock in data.get("shocks", {}).items():
        on = [path for path in shock["on"] if path.split(".")[-1] != _ARRIVALS]
        if on:
            shocks[name] = {**shock, "on": on}
    kept = {key: value for key, value in data.items() if key != "shocks"}
    return {**kept, "shocks": shocks} if shocks else kept


def _without_newcomers(program: Program) -> Program:
    return _with_means(program, np.zeros_like(program.values.day_means))


def _with_means(program: Program, means: Floats) -> Program:
    return program.with_values(replace(program.values, day_means=means))


def _laid(program: Program, groups: Sequence[str], means: Floats) -> Floats:
    """Put the groups of a log in the order of a program's personas."""
    laid = np.zeros((len(means), *program.values.day_means.shape))
    for place, persona in enumerate(program.names.personas):
        laid[:, place] = means[:, groups.index(persona)]
    return laid
