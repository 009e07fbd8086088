"""What can be wrong with the open cases of a log: what a journey does not have, or could not go on from."""

from __future__ import annotations

import datetime
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.errors import Place, Problem, nearest
from simulator.learn.log import EventLog
from simulator.learn.standing import OVER, UNKNOWN, Standing, awaited, personas_of, places_of
from simulator.learn.told import last_told
from simulator.spec.load import Journey

__all__ = ["unfit_cases"]

Floats = NDArray[np.float64]

_FIX_DATE: Final = "let the log say what became of them, or correct the date"


def unfit_cases(
    known: EventLog, journey: Journey, found: Standing, told: Mapping[str, Floats], day: datetime.date
) -> list[Problem]:
    """Find every reason why the open cases of a log cannot go on in a journey.

    Parameters
    ----------
    known : EventLog
        Cut at the day.
    journey : Journey
    found : Standing
        Where its cases stand.
    told : mapping of str to float64 array, shape (cases,)
        What is known of them, by attribute; planned dates in ms from the day on.
    day : datetime.date
    """
    return [
        *_unknown(known, journey, found),
        *_twins(known, found),
        *_dates(known, journey, found, told, day),
    ]


def _problem(known: EventLog, message: str, fix: str = "") -> Problem:
    return Problem(message, place=Place(known.name), fix=fix)


def _cases(number: int) -> str:
    return f"{number:,} open case{'s are' if number != 1 else ' is'}"


def _unknown(known: EventLog, journey: Journey, found: Standing) -> Iterator[Problem]:
    """Find cases at touchpoints, or of personas, that the journey has not."""
    lost = np.flatnonzero((found.state == UNKNOWN) & (found.event >= 0))
    personas = personas_of(known, journey)
    nobody = np.array([name is None for name in personas])[known.persona[lost]]
    if nobody.any() and not known.personas:
        names = ", ".join(journey.model.personas)
        fix = f"name the column that tells which: {names}"
        yield _problem(known, f"the journey has {len(journey.model.personas)} personas", fix)
    elif nobody.any():
        counts = Counter(known.personas[code] for code in known.persona[lost[nobody]].tolist())
        for name, number in sorted(counts.items()):
            message = f"{_cases(number)} of the persona {name!r}, which the journey has not"
            yield _problem(known, message, nearest(name, journey.model.personas))
    places = Counter(known.activities[code] for code in known.activity[found.event[lost[~nobody]]].tolist())
    for name, number in sorted(places.items()):
        case = known.ids[
            lost[~nobody][known.activity[found.event[lost[~nobody]]] == known.activities.index(name)][0]
        ]
        message = f"{_cases(number)} at {name!r}, which the journey has not; the first is {case}"
        yield _problem(known, message, nearest(name, journey.model.touchpoints))
    trips = np.flatnonzero(found.event < 0)
    if len(trips):
        message = (
            f"of {len(trips):,} cases nothing but side trips is told; the first is {known.ids[trips[0]]}"
        )
        yield _problem(known, message, "add the events before, or leave these cases out")


def _twins(known: EventLog, found: Standing) -> Iterator[Problem]:
    """Find cases that must be two: two personas under one id, or ids that look the same."""
    open_ = found.state != OVER
    if len(known.told_persona):
        names = np.where(known.told_persona >= 0, known.told_persona.astype(np.float64), np.nan)
        last = last_told(known.case, names, known.cases)
        several = np.flatnonzero((known.told_persona >= 0) & (names != last[known.case]) & open_[known.case])
        cases = np.unique(known.case[several])
        if len(cases):
            told = known.told_persona[several[0]], int(last[known.case[several[0]]])
            first, second = (known.told_names[int(code)] for code in told)
            case = str(known.ids[cases[0]])
            message = f"{len(cases):,} ids stand for two cases: {case!r} is both {first!r} and {second!r}"
            yield _problem(known, message, "give each case an id of its own")
    ids = known.ids[open_].tolist()
    alike: dict[str, str] = {}
    for name in ids:
        other = alike.setdefault(unicodedata.normalize("NFC", name).strip(), name)
        if other != name:
            message = f"the cases {other!r} and {name!r} have the same id but for blanks"
            yield _problem(known, message, "write each id in one way")
            return


def _dates(
    known: EventLog, journey: Journey, found: Standing, told: Mapping[str, Floats], day: datetime.date
) -> Iterator[Problem]:
    """Find cases whose planned date decides, but is not known or has passed."""
    for name in sorted(journey.model.dates):
        looks, leads = _waiting(known, journey, found, name)
        if not looks.any():
            continue
        if name not in told:
            columns = [*known.told_planned, *known.told_numbers]
            message = (
                f"{_cases(int(looks.sum()))} waiting for {name!r}, and the log has no such column of dates"
            )
            yield _problem(known, message, nearest(name, columns))
            continue
        yield from _listed(
            known, looks & np.isnan(told[name]), f"without a {name} that was known on {day}", _FIX_DATE
        )
        late = leads & (told[name] < 0)
        yield from _listed(known, late, f"waiting for a {name} before {day}", _FIX_DATE)


def _waiting(
    known: EventLog, journey: Journey, found: Standing, name: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which open cases look at a planned date, and which of them it must have led somewhere."""
    looks, leads = np.zeros(known.cases, bool), np.zeros(known.cases, bool)
    for which, touchpoint in places_of(known, journey, found):
        dates = awaited(touchpoint, journey.model.outcomes)
        looks |= which & (name in dates.looked_at)
        leads |= which & (name in dates.seen)
    return looks, leads


def _listed(known: EventLog, which: NDArray[np.bool_], said: str, fix: str) -> Iterator[Problem]:
    cases = np.flatnonzero(which)
    if len(cases):
        shown = ", ".join(known.ids[cases[:3]].tolist())
        more = " and others" if len(cases) > 3 else ""
        yield _problem(known, f"{_cases(len(cases))} {said}: {shown}{more}", fix)
