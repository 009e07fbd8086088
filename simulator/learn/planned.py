"""Places that people leave on a planned date: as booked, before it, or not at all.

At such a place clocks race. The activity that was planned rings `until` the date and is sure; an activity
that comes on the date instead of it (a no-show) rings at the same instant with a probability; one that
comes before it (a cancellation) has a hazard on the time left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulator.learn.hazards import AtRisk, occurrence_rates, remembered, written_hazard
from simulator.learn.laws import written_law
from simulator.learn.log import DAY, EventLog
from simulator.learn.risks import OPEN

__all__ = ["PlannedPlace", "planned_places", "written_lead"]

Floats = NDArray[np.float64]

# The planned activity must come on its day so often, or the date means something else.
_ON_THE_DAY: Final = 0.9
# An activity that comes on the day at least so often comes instead of the one planned.
_INSTEAD: Final = 0.5
# A persona's share of those who stay away is drawn towards everybody's like one from so many more cases.
_WEIGHT: Final = 30.0
# How far ahead people plan is read from the last so many days, where these have so many cases ...
_RECENT: Final = 84
_ENOUGH: Final = 60
# ... because who planned long ago and is still in the log planned for long. Fewer than so few say nothing.
_FEW: Final = 10
_KNOTS: Final = 16


@dataclass(frozen=True)
class PlannedPlace:
    """A place that people leave on a planned date.

    Attributes
    ----------
    activity : int
        Code of the place.
    column : str
        The planned date.
    target : int
        What was planned.
    instead : dict of int to float64 array, shape (personas + 1,)
        What comes on the date instead, and how likely; everybody is the last.
    before : dict of int to float64 array, shape (personas + 1, bands)
        What comes before the date, and its hazard per day.
    risk : AtRisk
        What this was learnt from.
    begun, lead : float64 arrays
        When each visit began, in days since the log's first, and the days from then to the date.
    """

    activity: int
    column: str
    target: int
    instead: dict[int, Floats]
    before: dict[int, Floats]
    risk: AtRisk
    begun: Floats
    lead: Floats

    def written(self, names: tuple[str, ...], code: int = -1) -> dict[str, Any]:
        """Write the race of a persona; of everybody without one."""
        race: dict[str, Any] = {names[self.target]: {"after": {"until": self.column}}}
        for activity, shares in self.instead.items():
            p = float(f"{shares[code]:.4g}")
            race[names[activity]] = {"after": {"until": self.column}, "p": p}
        for activity, rates in self.before.items():
            race[names[activity]] = {"after": written_hazard(rates[code], self.column)}
        return race


def planned_places(log: EventLog, planned: Mapping[str, str]) -> tuple[list[PlannedPlace], list[str]]:
    """Find the places that people leave on a planned date, and learn how.

    Parameters
    ----------
    log : EventLog
    planned : mapping of str to str
        Columns, and the activity each is the date of.

    Returns
    -------
    list of PlannedPlace, list of str
        At most one a place, and what to tell a reader about dates that are not used.
    """
    places: dict[int, PlannedPlace] = {}
    notes = []
    for column, name in planned.items():
        if name not in log.activities:
            notes.append(f"Nobody has reached {name} yet: the date {column} is not used.")
            continue
        place, said = _place(log, column, log.activities.index(name))
        if place is None or place.activity in places:
            notes.append(said or f"{column} is the second date people wait for there: it is not used.")
        else:
            places[place.activity] = place
    return list(places.values()), notes


def _place(log: EventLog, column: str, target: int) -> tuple[PlannedPlace | None, str]:
    following = np.full(len(log.case), OPEN)
    same = log.case[1:] == log.case[:-1]
    following[:-1][same] = log.activity[1:][same]
    name = log.activities[target]
    led = log.activity[following == target]
    if not len(led):
        return None, f"{name} follows nothing: the date {column} is not used."
    source = int(np.bincount(led).argmax())
    due_of = log.planned[column][log.case]
    here = np.flatnonzero((log.activity == source) & np.isfinite(due_of))
    noon = 0 if log.has_clock else DAY // 2
    ended = np.where(following[here] == OPEN, _end(log), np.roll(log.time, -1)[here] + noon)
    due, begun = due_of[here], log.time[here] + noon
    risk = AtRisk(
        high=np.maximum(due - begun, 0.0) / DAY,
        low=np.maximum(due - ended, 0.0) / DAY,
        following=following[here],
        ago=(_end(log) - due) / DAY,
        group=log.persona[log.case[here]],
        groups=max(1, len(log.personas)),
    )
    on_day = ended // DAY == due // DAY
    hits = on_day[risk.following == target]
    if not len(hits) or hits.mean() < _ON_THE_DAY:
        share = 100 * hits.mean() if len(hits) else 0
        return None, f"{name} comes on the date {column} in {share:.0f} % of cases only: it is not used."
    instead: dict[int, Floats] = {}
    before: dict[int, Floats] = {}
    for other in np.unique(risk.following).tolist():
        if other in (OPEN, target):
            continue
        if (on_day | (ended > due))[risk.following == other].mean() >= _INSTEAD:
            instead[other] = _shares(risk, other, target)
        else:
            before[other] = occurrence_rates(risk, other)
    lead = np.maximum(due - log.time[here], 0.0) / DAY
    return PlannedPlace(source, column, target, instead, before, risk, log.time[here] / DAY, lead), ""


def _end(log: EventLog) -> int:
    """Give the instant up to which open visits were observed."""
    return log.last if log.has_clock else log.last + DAY


def _shares(risk: AtRisk, other: int, target: int) -> Floats:
    """Give the share of each persona that leaves for another target on the date."""
    weight = remembered(np.maximum(risk.ago, 0.0))
    came, away = (
        np.bincount(risk.group[chosen], weight[chosen], risk.groups)
        for chosen in (risk.following == target, risk.following == other)
    )
    pooled = away.sum() / (away.sum() + came.sum())
    own = (away + _WEIGHT * pooled) / (away + came + _WEIGHT)
    return np.append(own, pooled)


def written_lead(place: PlannedPlace, code: int | None, now: float, most: int) -> Any:
    """Write how far ahead a persona plans, as a law of the time from coming to the date.

    Parameters
    ----------
    place : PlannedPlace
    code : int or None
        The persona; None for everybody.
    now : float
        The log's end, in days since its first.
    most : int
        At most so many quantiles.

    Returns
    -------
    dict, str or None
        None where too few are known.
    """
    mine = np.ones(len(place.begun), bool) if code is None else place.risk.group == code
    recent = mine & (place.begun >= now - _RECENT)
    chosen = recent if recent.sum() >= _ENOUGH else mine
    if chosen.sum() < _FEW:
        return None
    lead = place.lead[chosen] * DAY
    return written_law(lead, np.ones(len(lead)), most) or "0 s"
