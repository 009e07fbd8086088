"""Where the cases of a log stand on a day, as a journey sees it: on their way, or over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.laws.families import Family
from simulator.learn.groups import OTHER
from simulator.learn.log import EventLog
from simulator.spec.load import Journey
from simulator.spec.parts import rows, waits
from simulator.spec.touchpoint import Touchpoint

__all__ = ["OPEN", "OVER", "UNKNOWN", "Standing", "awaited", "personas_of", "standing"]

Integers = NDArray[np.int64]

OPEN: Final = 0
OVER: Final = 1
UNKNOWN: Final = 2  # the journey has no such touchpoint, or no such persona


@dataclass(frozen=True)
class Standing:
    """Where each case of a log stands.

    Attributes
    ----------
    event : int64 array, shape (cases,)
        The event by which it came there; -1 where the log tells of nothing but side trips.
    state : int64 array, shape (cases,)
        `OPEN`, `OVER` or `UNKNOWN`.
    """

    event: Integers
    state: Integers


def personas_of(log: EventLog, journey: Journey) -> list[str | None]:
    """Give the persona of the journey that each of the log stands for; None where it has none.

    A log without personas is of the journey's only one. One the journey has not is its `other`.
    """
    names = list(journey.model.personas)
    if not log.personas:
        return [names[0] if len(names) == 1 else None]
    rest = OTHER if OTHER in names else None
    return [name if name in names else rest for name in log.personas]


def standing(log: EventLog, journey: Journey) -> Standing:
    """Find where the cases of a log stand.

    A side trip belongs to the race it left, so who was seen last on one stands where he left for it.

    Parameters
    ----------
    log : EventLog
        Cut at the day.
    journey : Journey
        What it calls an outcome, or leads to outcomes at once, ends a case.
    """
    trips = {
        target
        for one in journey.maps.values()
        for touchpoint in one.touchpoints.values()
        for target, clock in (touchpoint.race or {}).items()
        if clock.side_trip
    }
    stays = ~np.isin(log.activities, sorted(trips))[log.activity]
    first = np.flatnonzero(np.concatenate([[True], log.case[1:] != log.case[:-1]]))
    event = np.maximum.reduceat(np.where(stays, np.arange(len(stays)), -1), first)
    states = np.array([list(_states(log, journey, name)) for name in personas_of(log, journey)])
    state = states[log.persona, log.activity[event]]
    return Standing(event.astype(np.int64), np.where(event < 0, UNKNOWN, state).astype(np.int64))


def _states(log: EventLog, journey: Journey, persona: str | None) -> Iterator[int]:
    """Say of each activity what it is to a persona."""
    outcomes = journey.model.outcomes
    places = journey.maps[persona].touchpoints if persona is not None else journey.model.touchpoints
    for name in log.activities:
        touchpoint = places.get(name)
        if touchpoint is None:
            yield OVER if name in outcomes else UNKNOWN
        else:
            over = _is_last(touchpoint, outcomes)
            yield OVER if over else OPEN if persona is not None else UNKNOWN


def _is_last(touchpoint: Touchpoint, outcomes: Sequence[str]) -> bool:
    """Tell whether a journey is over as soon as somebody comes there."""
    if touchpoint.dwell is not None or touchpoint.team is not None or touchpoint.race is not None:
        return False
    ways = [row for path, row in rows(touchpoint) if path[0] == "next"]
    targets = {target for row in ways for target in row} | set(touchpoint.choose or {})
    timed = any(path[0] in ("next", "choose") for path, _ in waits(touchpoint))
    return targets <= set(outcomes) and not timed


def awaited(touchpoint: Touchpoint) -> tuple[set[str], set[str]]:
    """Give the planned dates a touchpoint looks at, and those of them that end the stay there for sure."""
    looked_at, ending = set(), set()
    for path, law in waits(touchpoint):
        if not law.attribute:
            continue
        looked_at.add(law.attribute)
        clock = (touchpoint.race or {}).get(path[1]) if path[0] == "race" else None
        sure = path[0] == "dwell" or (clock is not None and clock.p == 1.0 and clock.condition is None)
        if law.family is Family.UNTIL and sure:
            ending.add(law.attribute)
    return looked_at, ending
