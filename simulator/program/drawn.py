"""What the unsure numbers of a journey become when they are drawn, all at once as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.spec.unknown import Measure, Number, Prior, RowOf, Site

__all__ = ["Becoming", "offsets_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A probability that was drawn as 0 or 1 keeps finite odds.
_NEVER: Final = 1e-300
_ALWAYS: Final = 1.0 - 2.0**-53
_SIGNED: Final = ("traits", "growth")  # what may be negative; of any other number 0 is the least


def offsets_of(priors: Sequence[Prior]) -> dict[Prior, int]:
    """Say where each prior's numbers begin in a draw of all of them."""
    sizes = [len(prior.targets) for prior in priors]
    return dict(zip(priors, np.cumsum([0, *sizes])[:-1].tolist(), strict=True))


class Becoming:
    """Turns a draw of the base's numbers into the numbers at the places of one journey.

    Parameters
    ----------
    sites : sequence of Site
        The places.
    offsets : mapping of Prior to int
        Where each prior's numbers stand in a draw.

    Attributes
    ----------
    size : int
        How many numbers it gives. Places that become the same share theirs.
    """

    def __init__(self, sites: Sequence[Site], offsets: Mapping[Prior, int]) -> None:
        every = dict.fromkeys(site.becomes for site in sites)
        self._rows = _Rows([one for one in every if isinstance(one, RowOf)], offsets)
        numbers = [one for one in every if isinstance(one, Number)]
        signed = {site.becomes: site.path for site in sites if isinstance(site.becomes, Number)}
        self._numbers = _Numbers(numbers, offsets, [_least(signed[one]) for one in numbers])
        self._first = {**self._rows.first}
        self._first |= {one: self._rows.size + place for place, one in enumerate(numbers)}
        self.size = self._rows.size + len(numbers)

    def span(self, site: Site) -> slice:
        """Say which of the numbers belong to a place."""
        first = self._first[site.becomes]
        width = len(site.becomes.targets) if isinstance(site.becomes, RowOf) else 1
        return slice(first, first + width)

    def __call__(self, draw: Floats) -> Floats:
        """Lay everything over a draw."""
        return np.concatenate([self._rows(draw), self._numbers(draw)])


def _least(path: Sequence[str]) -> float:
    return -np.inf if any(word in path for word in _SIGNED) else 0.0


class _Rows:
    """Every row: written weights times what the draw makes of the odds, normalised."""

    def __init__(self, rows: Sequence[RowOf], offsets: Mapping[Prior, int]) -> None:
        widths = [len(row.targets) for row in rows]
        starts = np.cumsum([0, *widths])[:-1].tolist()
        self.first: dict[RowOf | Number, int] = dict(zip(rows, starts, strict=True))
        self.size = sum(widths)
        self._starts = np.array(starts, dtype=np.int64)
        self._of = np.repeat(np.arange(len(rows)), widths)
        self._written = np.array([p for row in rows for p in row.written], dtype=np.float64)
        self._whole(rows, offsets)
        self._singles(rows, offsets)

    def _whole(self, rows: Sequence[RowOf], offsets: Mapping[Prior, int]) -> None:
        self._source = np.full(self.size, -1, dtype=np.int64)
        self._base = np.ones(self.size)
        self._as_drawn = np.zeros(self.size, dtype=bool)
        for row in rows:
            if row.whole is None:
                continue
            drawn = dict(zip(row.whole.targets, range(len(row.whole.targets)), strict=True))
            same = (row.targets, row.written) == (row.whole.targets, row.whole.written)
            for place, name in enumerate(row.targets, self.first[row]):
                number = drawn.get(name)
                if number is not None and row.whole.written[number] > 0.0:
                    self._source[place] = offsets[row.whole] + number
                    self._base[place] = row.whole.written[number]
                self._as_drawn[place] = same and not row.singles
        self._drawn = self._source >= 0

    def _singles(self, rows: Sequence[RowOf], offsets: Mapping[Prior, int]) -> None:
        found = [
            (self.first[row] + row.targets.index(name), offsets[prior], prior.written[0])
            for row in rows
            for prior, name in row.singles
            if name in row.targets and 0.0 < prior.written[0] < 1.0
        ]
        self._single_places = np.array([one[0] for one in found], dtype=np.int64)
        self._single_sources = np.array([one[1] for one in found], dtype=np.int64)
        self._single_odds = np.array([one[2] / (1.0 - one[2]) for one in found], dtype=np.float64)

    def __call__(self, draw: Floats) -> Floats:
        if not self.size:
            return np.zeros(0)
        picked = np.where(self._drawn, draw[self._source], self._base)
        weights = self._written * (picked / self._base)
        drawn = np.clip(draw[self._single_sources], _NEVER, _ALWAYS)
        np.multiply.at(weights, self._single_places, drawn / (1.0 - drawn) / self._single_odds)
        total = np.add.reduceat(weights, self._starts)[self._of]
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(total > 0.0, weights / total, self._written)
        return np.where(self._as_drawn, np.where(self._drawn, picked, 0.0), shares)


class _Numbers:
    """Every single number: a factor and a term, or new odds."""

    def __init__(
        self, numbers: Sequence[Number], offsets: Mapping[Prior, int], least: Sequence[float]
    ) -> None:
        self._source = np.array([offsets[one.prior] for one in numbers], dtype=np.int64)
        self._factor = np.array([one.factor for one in numbers], dtype=np.float64)
        self._term = np.array([one.term for one in numbers], dtype=np.float64)
        self._least = np.array(least, dtype=np.float64)
        self._odds = np.array([one.odds for one in numbers], dtype=bool)
        self._whole = np.array([one.prior.measure is Measure.COUNT for one in numbers], dtype=bool)
        base = np.array([one.prior.written[0] for one in numbers], dtype=np.float64)
        written = np.array([one.written for one in numbers], dtype=np.float64)
        self._for = written * (1.0 - base)
        self._against = base * (1.0 - written)

    def __call__(self, draw: Floats) -> Floats:
        drawn = draw[self._source]
        laid = np.maximum(self._factor * drawn + self._term, self._least)
        chance = np.clip(drawn, _NEVER, _ALWAYS)
        with np.errstate(invalid="ignore", divide="ignore"):
            edited = chance * self._for / (chance * self._for + (1.0 - chance) * self._against)
        found = np.where(self._odds, edited, laid)
        return np.where(self._whole, np.rint(found), found)
