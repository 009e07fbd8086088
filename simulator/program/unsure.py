"""A journey whose unsure numbers can be drawn: which entries of its values they are, found once.

To compile a journey takes about 10 ms, to write numbers into arrays a few hundredths of it. Where a number
stands in the arrays is found by compiling once with a mark in its place, so that this module does not know
how a journey is compiled. The means and profiles of arrivals are worked out anew; and where a number has
a part in the structure (a count, a dated price) the whole journey is compiled again for every draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.program.calendar import MICRO, day_means, hour_profile
from simulator.program.compile import compile_journey
from simulator.program.drawn import Becoming, offsets_of
from simulator.program.program import Program, Values
from simulator.spec.load import Journey
from simulator.spec.model import Model
from simulator.spec.unknown import Measure, Number, Prior, RowOf, Site, put, sites_of, write

__all__ = ["Unsure"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# No number of a model is near this one: marks count down from it.
_MARK: Final = -730_000_000.0


class _Left(NamedTuple):
    """A weight that is what the drawn numbers of its row leave."""

    at: int
    numbers: tuple[int, ...]


class _Entries(NamedTuple):
    """Entries of one array of values, and which of the drawn numbers each of them is."""

    field: str
    at: Integers
    numbers: Integers
    money: bool


class Unsure:
    """A compiled journey and where the unsure numbers of its base are in it.

    Parameters
    ----------
    priors : sequence of Prior
        What is believed of the numbers of the base.
    journey : Journey
        The base, or a scenario laid over it.
    program : Program, optional
        The same, compiled.

    Attributes
    ----------
    program : Program
        With the numbers as written.
    """

    def __init__(self, priors: Sequence[Prior], journey: Journey, program: Program | None = None) -> None:
        self.program = compile_journey(journey) if program is None else program
        self._sites = sites_of(priors, journey)
        self._become = Becoming(self._sites, offsets_of(priors))
        self._dated = [site for site in self._sites if _is_dated(site)]
        placed = [site for site in self._sites if not _is_dated(site) and not _in_structure(site)]
        self._left: list[_Left] = []
        entries = self._entries(journey, placed)
        compiled = entries is None or len(placed) + len(self._dated) < len(self._sites)
        self._journey = journey if compiled else None
        self._model = journey.model if self._dated else None
        self._entries_of: list[_Entries] = entries or []

    @property
    def compiles(self) -> bool:
        """Whether every draw is compiled, because some number is part of the structure."""
        return self._journey is not None

    def at(self, draw: Floats) -> Program:
        """Give the journey with other numbers.

        Parameters
        ----------
        draw : ndarray of float64
            A number for every target of every prior, in their order: the numbers of the base.

        Returns
        -------
        Program
            The same as compiling a journey in which these numbers, and what is laid over them, are written.
        """
        if not self._sites:
            return self.program
        numbers = self._become(draw)
        if self._journey is not None:
            return compile_journey(self.written(self._journey, draw))
        changed = self._dated_values(numbers)
        for field, at, of, money in self._entries_of:
            array = getattr(self.program.values, field).copy()
            array.flat[at] = np.rint(numbers[of] * MICRO) if money else numbers[of]
            changed[field] = array
        for left in self._left:
            changed["weights"][left.at] = max(0.0, 1.0 - math.fsum(numbers[list(left.numbers)].tolist()))
        return self.program.with_values(replace(self.program.values, **changed))

    def written(self, journey: Journey, draw: Floats) -> Journey:
        """Write a draw, and what is laid over it, into the journey itself."""
        numbers = self._become(draw)
        return write(journey, [(site, numbers[self._become.span(site)].tolist()) for site in self._sites])

    # ------------------------------------------------------------------ arrivals

    def _dated_values(self, numbers: Floats) -> dict[str, Any]:
        """Work the arrivals of the personas concerned out again."""
        if self._model is None:
            return {}
        values = self.program.values
        model = _with(self._model, self._dated, numbers, self._become)
        means, profiles = values.day_means.copy(), values.hour_profiles.copy()
        for place, name in enumerate(self.program.names.personas):
            arrivals, before = model.personas[name].arrivals, self._model.personas[name].arrivals
            if arrivals is not before or model.events is not self._model.events:
                means[place] = day_means(model, name, arrivals)
            if arrivals is not before:
                profiles[place] = hour_profile(arrivals)
        return {"day_means": means, "hour_profiles": profiles}

    # ------------------------------------------------------------------ marks

    def _entries(self, journey: Journey, sites: Sequence[Site]) -> list[_Entries] | None:
        """Compile with a mark in every place and find the marks; None if that changes the structure."""
        spans = [self._become.span(site) for site in sites]
        marked = write(
            journey,
            [
                (site, [_MARK - number for number in range(span.start, span.stop)])
                for site, span in zip(sites, spans, strict=True)
            ],
        )
        with_marks = compile_journey(marked).values
        found = []
        for field in fields(Values):
            mine, theirs = getattr(self.program.values, field.name), getattr(with_marks, field.name)
            if mine.shape != theirs.shape:
                return None
            if field.name == "weights":
                self._left = self._what_is_left(sites, theirs)
            entries = self._marks(field.name, mine, theirs)
            if entries is None:
                return None
            if len(entries.at):
                found.append(entries)
        numbers = {number for entries in found for number in entries.numbers.tolist()}
        wanted = {
            number
            for site, span in zip(sites, spans, strict=True)
            for number in range(span.start, span.stop - _leaves(site))
        }
        return found if numbers == wanted else None

    def _what_is_left(self, sites: Sequence[Site], weights: Floats) -> list[_Left]:
        """Find the weights of taking nothing: each stands behind the last product that may be taken."""
        found = []
        for site in sites:
            if _leaves(site):
                span = self._become.span(site)
                named = tuple(range(span.start, span.stop - 1))
                places = np.flatnonzero(weights == _MARK - named[-1]) + 1
                found += [_Left(int(place), named) for place in places]
        return list(dict.fromkeys(found))

    def _marks(self, field: str, mine: Any, theirs: Any) -> _Entries | None:
        """Find the marks in one array; None if anything else differs."""
        money = np.issubdtype(theirs.dtype, np.integer)
        number = _MARK - theirs.ravel() / (MICRO if money else 1)
        at = np.flatnonzero((number >= 0) & (number < self._become.size))
        others = np.ones(mine.size, dtype=bool)
        others[at] = False
        if field == "weights":
            others[[place for place, _ in self._left]] = False
        same = np.array_equal(mine.ravel()[others], theirs.ravel()[others], equal_nan=not money)
        return _Entries(field, at, np.rint(number[at]).astype(np.int64), bool(money)) if same else None


def _leaves(site: Site) -> bool:
    """Whether the last target of a row is what the others leave, and not written."""
    return isinstance(site.becomes, RowOf) and site.becomes.targets[-1:] == ("",)


def _is_dated(site: Site) -> bool:
    """Whether a number is one of those that make the arrivals of a date."""
    path = site.path
    return path[2:3] == ("arrivals",) and path[0] in ("personas", "events")


def _in_structure(site: Site) -> bool:
    """Whether a number has a part in who leads where, or when: counts, and steps of a timeline."""
    becomes, path = site.becomes, site.path
    if isinstance(becomes, Number) and becomes.prior.measure is Measure.COUNT:
        return True
    return path[0] == "events" or (path[0] == "products" and path[-1] == "price")


def _with(model: Model, sites: Sequence[Site], numbers: Floats, become: Becoming) -> Model:
    for site in sites:
        model = put(model, site.steps, float(numbers[become.span(site)][0]))
    return model
