"""Where the cases of a log stand on a day, as a journey sees it: on their way, or over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

__all__ = [
    "OPEN",
    "OVER",
    "UNKNOWN",
    "Standing",
    "awaited",
    "over_unseen",
    "personas_of",
    "places_of",
    "standing",
]

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
    event = np.maximum.reduceat(np.where(stays, np.arange(len(stays)), -1), log.firsts)
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


@dataclass(frozen=True)
class Awaited:
    """The planned dates that matter at a touchpoint.

    Attributes
    ----------
    looked_at : set of str
        Those that any wait there looks at.
    seen, unseen : set of str
        Those that end the stay for sure: with something that a log would tell, or with an outcome.
    """

    looked_at: set[str]
    seen: set[str]
    unseen: set[str]


def awaited(touchpoint: Touchpoint, outcomes: Sequence[str]) -> Awaited:
    """Say which planned dates matter at a touchpoint."""
    found = Awaited(set(), set(), set())
    for path, law in waits(touchpoint):
        if law.attribute:
            found.looked_at.add(law.attribute)
        if law.family is not Family.UNTIL:
            continue
        clock = (touchpoint.race or {}).get(path[1]) if path[0] == "race" else None
        if clock is not None and clock.p == 1.0 and clock.condition is None and not clock.side_trip:
            (found.unseen if path[1] in outcomes else found.seen).add(law.attribute)
        elif path[0] == "dwell" and not _may_be_silent(touchpoint, outcomes):
            found.seen.add(law.attribute)
    return found


def _may_be_silent(touchpoint: Touchpoint, outcomes: Sequence[str]) -> bool:
    """Tell whether one who has left may not have been seen anywhere since."""
    decided = [row for path, row in rows(touchpoint) if path[0] == "next"]
    targets = {target for row in decided for target in row} | {*(touchpoint.choose or {})}
    timed = any(path[0] in ("next", "choose", "race") for path, _ in waits(touchpoint))
    return timed or not targets.isdisjoint(outcomes)


def over_unseen(
    log: EventLog, journey: Journey, found: Standing, told: Mapping[str, NDArray[np.float64]]
) -> Standing:
    """Take those for over whose planned date has led them to an outcome, which leaves no event.

    Parameters
    ----------
    told : mapping of str to float64 array, shape (cases,)
        Planned dates, in ms from the day on.
    """
    state = found.state.copy()
    for which, place in places_of(log, journey, found):
        for name in awaited(place, journey.model.outcomes).unseen & told.keys():
            state[which & (told[name] < 0)] = OVER
    return Standing(found.event, state)


def places_of(
    log: EventLog, journey: Journey, found: Standing
) -> Iterator[tuple[NDArray[np.bool_], Touchpoint]]:
    """Yield the touchpoints at which open cases stand, as their personas meet them, each with its cases."""
    for code, persona in enumerate(personas_of(log, journey)):
        mine = (found.state == OPEN) & (log.persona == code)
        for place in np.unique(log.activity[found.event[mine]]).tolist():
            touchpoint = journey.maps[persona or ""].touchpoints[log.activities[place]]
            yield mine & (log.activity[found.event] == place), touchpoint
