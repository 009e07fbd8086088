"""Shocks laid down: their periods, and which numbers each period multiplies."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import subject_of
from simulator.program.calendar import period_starts
from simulator.program.tables import ShockAt, ShockPeriod, table
from simulator.spec.model import DAY, Model
from simulator.spec.struck import Struck, StruckArrivals, struck_by

__all__ = ["Shocks"]

Integers = NDArray[np.int64]


class Shocks:
    """Collects what the shocks of a model act on while its tables are filled.

    Parameters
    ----------
    model : Model
        A checked model.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.names = sorted(model.shocks)
        self.periods: list[ShockPeriod] = []
        self._starts: list[list[int]] = []
        self._first: list[int] = []
        self._levels: list[ShockAt] = []
        self._struck: dict[Struck, list[int]] = {}
        for number, name in enumerate(self.names):
            shock = model.shocks[name]
            found = period_starts(model, shock.per)
            self._first.append(len(self.periods))
            self._starts.append([time for time, _ in found])
            self.periods += [
                ShockPeriod(number, subject_of("shock", name, date.isoformat())) for _, date in found
            ]
            for struck in dict.fromkeys(map(struck_by, shock.on)):
                self._struck.setdefault(struck, []).append(number)

    def on(self, *struck: Struck) -> list[int]:
        """List the shocks that act on any of some things."""
        return sorted({number for one in struck for number in self._struck.get(one, ())})

    def steps(self, shocks: Sequence[int]) -> list[int]:
        """List the times at which a factor of some shocks may change."""
        return sorted({time for number in shocks for time in self._starts[number]})

    def lay(self, shocks: Sequence[int], times: Sequence[int], position: int) -> None:
        """Let shocks multiply the steps of a timeline, whose levels begin at a position."""
        for offset, time in enumerate(times):
            self._levels += [ShockAt(position + offset, self._period(number, time)) for number in shocks]

    def _period(self, shock: int, time: int) -> int:
        return self._first[shock] + bisect_right(self._starts[shock], time) - 1

    def _days(self, personas: Sequence[str], days: int) -> Iterator[ShockAt]:
        for row, name in enumerate(personas):
            shocks = self.on(StruckArrivals(), StruckArrivals(name))
            for day in range(days):
                yield from (ShockAt(row * days + day, self._period(one, day * DAY)) for one in shocks)

    def tables(self, personas: Sequence[str], days: int) -> dict[str, Integers]:
        """Give the tables of a structure."""
        return {
            "shock_periods": table(self.periods, ShockPeriod),
            "shock_days": table(self._days(personas, days), ShockAt),
            "shock_levels": table(self._levels, ShockAt),
        }

    @property
    def sigmas(self) -> NDArray[np.float64]:
        """The standard deviation of each factor's logarithm."""
        shocks = [self.model.shocks[name] for name in self.names]
        return np.array([math.sqrt(math.log1p(shock.sd * shock.sd)) for shock in shocks], dtype=np.float64)

    @property
    def correlations(self) -> NDArray[np.float64]:
        """How alike two periods that follow each other are."""
        return np.array([self.model.shocks[name].correlation for name in self.names], dtype=np.float64)
