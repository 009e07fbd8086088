"""A journey that starts on a day, from the cases of a log that are on their way then."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import LogError
from simulator.learn.known import known_before
from simulator.learn.log import DAY, EventLog
from simulator.learn.standing import OPEN, Standing, over_unseen, personas_of, standing
from simulator.learn.told import last_told
from simulator.learn.unfit import unfit_cases
from simulator.spec import units
from simulator.spec.cases import OpenCases
from simulator.spec.load import Journey
from simulator.spec.model import Model

__all__ = ["open_cases", "start_from"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# In a log of dates everything happens at noon: who waits a whole number of days is not due at midnight.
_NOON: Final = DAY // 2


def start_from(journey: Journey, log: EventLog, day: datetime.date, horizon: str | None = None) -> Journey:
    """Let a journey start on a day, from the cases of a log that are on their way then.

    They take the place of `existing`, and there is no warm-up: the journey is full already. Growth goes on
    from where the model began.

    Parameters
    ----------
    journey : Journey
        Learnt or written, with or without a scenario.
    log : EventLog
        With the columns of the journey's attributes as far as it has them; what is later than the day is
        not looked at.
    day : datetime.date
        The first day simulated.
    horizon : str, optional
        How long, such as `28 days`; default as long as the model's.

    Raises
    ------
    LogError
        As `open_cases`.
    """
    cases = open_cases(log, journey, day)
    return replace(journey, model=_moved(journey.model, day, horizon), cases=cases)


def _moved(model: Model, day: datetime.date, horizon: str | None) -> Model:
    """Give the model with another start."""
    length = units.parse_horizon(horizon or model.horizon, day)
    follow_up = model.follow_up if model.follow_up is not None and model.follow_up < length else None
    observed = length // 4 if follow_up is None else follow_up
    milestones = {
        name: one.model_copy(update={"within": None}) if (one.within or 0.0) > observed else one
        for name, one in model.milestones.items()
    }
    moved = model.model_copy(
        update={
            "start": day,
            "horizon": horizon or model.horizon,
            "warm_up": 0.0,
            "follow_up": follow_up,
            "milestones": milestones,
            "personas": {
                name: one.model_copy(update={"existing": None}) for name, one in model.personas.items()
            },
        }
    )
    moved._horizon_ms = length
    moved._grown_days = (day - model.start).days
    return moved


def open_cases(log: EventLog, journey: Journey, day: datetime.date) -> OpenCases:
    """Give the cases of a log that are on their way at 00:00 of a day.

    Only what was known then is used: events before the day, and of what they tell (a persona, a planned
    date, another attribute) the last that was told before the day; of the persona the first. In a log
    without clock times events happen at noon of their day; a planned date begins with its day.

    Parameters
    ----------
    log : EventLog
    journey : Journey
        Cases that have come to an outcome, or to a touchpoint that leads to nothing else, are over.
    day : datetime.date

    Raises
    ------
    LogError
        With every problem found: the day lies outside the log, or cases are at a touchpoint or of a persona
        that the journey has not, are two with one id, or wait for a planned date that nobody knows or that
        has passed.
    """
    known = known_before(log, day)
    told = _told(known, journey.model, (day - known.start).days * DAY)
    found = over_unseen(known, journey, standing(known, journey), told)
    problems = unfit_cases(known, journey, found, told, day)
    if problems:
        raise LogError(problems)
    return _laid_out(known, journey, found, told, day)


def _told(known: EventLog, model: Model, now: int) -> dict[str, Floats]:
    """Give what is known of the cases on the day, by attribute; planned dates from the day on, in ms."""
    attributes = {*model.attributes, "consent"}
    dates = {name: told - now for name, told in known.told_planned.items() if name in model.dates}
    numbers = {name: told for name, told in known.told_numbers.items() if name in attributes - model.dates}
    return {name: last_told(known.case, each, known.cases) for name, each in {**dates, **numbers}.items()}


def _laid_out(
    known: EventLog, journey: Journey, found: Standing, told: dict[str, Floats], day: datetime.date
) -> OpenCases:
    now = (day - known.start).days * DAY - (0 if known.has_clock else _NOON)
    kept = np.flatnonzero(found.state == OPEN)
    at = found.event[kept]
    first = known.firsts[kept]
    personas = tuple(name or "" for name in personas_of(known, journey))
    selling = [name for name, one in journey.model.touchpoints.items() if one.sells is not None]
    goals = selling or list(journey.model.goal)
    ordered = known.case[np.isin(known.activities, goals)[known.activity]]
    return OpenCases(
        day=day,
        ids=tuple(known.ids[kept].tolist()),
        personas=personas,
        touchpoints=known.activities,
        persona=known.persona[kept],
        touchpoint=known.activity[at],
        entered=known.time[at] - now,
        arrived=known.time[first] - now,
        orders=np.bincount(ordered, minlength=known.cases)[kept].astype(np.int64),
        attributes={name: values[kept] for name, values in told.items()},
        past=_past(known, kept, found.event, now),
    )


def _past(known: EventLog, kept: Integers, event: Integers, now: int) -> Integers:
    """List what cases did besides coming where they stand: case, touchpoint, entries, when left last."""
    rank = np.full(known.cases, -1)
    rank[kept] = np.arange(len(kept))
    other = rank[known.case] >= 0
    other[event[kept]] = False
    left = known.time.copy()
    together = known.case[1:] == known.case[:-1]
    left[:-1][together] = known.time[1:][together]
    key = rank[known.case[other]] * len(known.activities) + known.activity[other]
    pairs, inverse = np.unique(key, return_inverse=True)
    latest = np.full(len(pairs), np.iinfo(np.int64).min)
    np.maximum.at(latest, inverse, left[other] - now)
    case, touchpoint = np.divmod(pairs, len(known.activities))
    entries = np.bincount(inverse, minlength=len(pairs))
    return np.column_stack([case, touchpoint, entries, latest]).astype(np.int64).reshape(-1, 4)
