"""The series of a forecast: demand by product, persona, channel, touchpoint, entrance, or in total."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import PEOPLE, UNITS, Tally
from simulator.errors import InputError, nearest
from simulator.program.program import Program
from simulator.spec.load import Journey

__all__ = ["Level", "Series", "levels_of", "name_series"]

Integers = NDArray[np.int64]

_KINDS: Final = 3
assert UNITS[:_KINDS] == ("demand", "sold", "lost")


@dataclass(frozen=True)
class Series:
    """One series of a forecast.

    Attributes
    ----------
    level, name : str
        What it is one of, and which.
    unique_id : str
        What forecasting libraries call it: the name, behind its level where there are several.
    """

    level: str
    name: str
    unique_id: str


class Level(NamedTuple):
    """A way to cut demand apart.

    Attributes
    ----------
    names : tuple of str
    read : callable
        Takes a tally; gives counts, shape (names, kinds, days): of units asked for, sold and lost, or of
        conversions alone.
    """

    names: tuple[str, ...]
    read: Callable[[Tally], Integers]


def levels_of(journey: Journey, program: Program, of: str) -> dict[str, Level]:
    """List the ways to cut a forecast apart.

    Parameters
    ----------
    journey : Journey
        Knows the channel of each touchpoint.
    program : Program
    of : str
        ``demand`` (units) or ``conversions``.
    """
    tills = tuple(program.names.touchpoints[till] for till in program.tills)
    channels, member = _channels(journey, tills)
    if of == "conversions":
        return {
            "persona": Level(program.names.personas, lambda tally: _goals(tally).sum(axis=1)),
            "channel": Level(channels, lambda tally: _gathered(member, _goals(tally).sum(axis=0))),
            "touchpoint": Level(tills, lambda tally: _goals(tally).sum(axis=0)),
            "total": Level(("total",), lambda tally: _goals(tally).sum(axis=(0, 1))[None]),
        }
    return {
        "product": Level(program.names.products, lambda tally: _units(tally).sum(axis=0)),
        "persona": Level(program.names.personas, lambda tally: _units(tally).sum(axis=1)),
        "channel": Level(channels, lambda tally: _gathered(member, tally["till_units"].sum(axis=1))),
        "touchpoint": Level(tills, lambda tally: tally["till_units"].sum(axis=1)),
        "entrance": Level(_entrances(program), lambda tally: tally["entered_units"].sum(axis=1)),
        "total": Level(("total",), lambda tally: _units(tally).sum(axis=(0, 1))[None]),
    }


def _units(tally: Tally) -> Integers:
    return tally["units"][:, :, :_KINDS]


def _goals(tally: Tally) -> Integers:
    return tally["till_goals"][:, :, None]


def _channels(journey: Journey, tills: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """Name the channels of the tills, and say which till belongs to which; one without is its own."""
    known = journey.model.touchpoints
    of_till = [(known[till].channel if till in known else None) or till for till in tills]
    named = tuple(sorted(set(of_till)))
    return named, np.array([[name == one for one in of_till] for name in named], dtype=np.int64)


def _gathered(member: Integers, by_till: Integers) -> Integers:
    """Add tills up by channel."""
    return np.asarray(np.tensordot(member, by_till, axes=1))


def _entrances(program: Program) -> tuple[str, ...]:
    """Name the ways customers come in; who comes by himself needs no remark."""
    remarks = {kind: "" if name == "arrived" else f" ({name})" for kind, name in enumerate(PEOPLE)}
    touchpoints = program.names.touchpoints
    return tuple(touchpoints[one.touchpoint] + remarks[one.kind] for one in program.entrances)


def name_series(levels: Mapping[str, Level], wanted: Sequence[str]) -> list[Series]:
    """Name every series of the levels wanted.

    Raises
    ------
    InputError
        If a level does not exist.
    """
    for level in wanted:
        if level not in levels:
            raise InputError(f"--per {level}: there is no such level; {nearest(level, levels)}")
    several = len(set(wanted)) > 1
    return [
        Series(level, name, f"{level}/{name}" if several and level != "total" else name)
        for level in dict.fromkeys(wanted)
        for name in levels[level].names
    ]
