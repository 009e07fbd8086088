"""What the parts of a structure need of the world: what an expression looks at, what a station touches.

Some stations are private to their visitor, and some of these so plain that customers can be played through
them side by side. None of this changes what a visit means. It tells the kernel where there is nothing to
wait for and where there is nothing to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.laws.families import Family
from simulator.program.program import Sight, Structure
from simulator.program.tables import Clock, Decision, Effect, Entry, Line, ProductStock, Row, Rule, Station
from simulator.spec.expressions import Op

__all__ = ["PLAIN", "PRIVATE", "SHARED", "WIDEST", "Looks", "station_kinds"]

Integers = NDArray[np.int64]

SHARED: Final = 0  # what happens there may touch another customer, or depend on one: a team, stock
PRIVATE: Final = 1  # whatever happens there concerns its visitor alone
PLAIN: Final = 2  # private, and nothing but a stay and a row of fixed weights

# A wider row is played like any other station's; the memory of all rows side by side grows with the widest.
WIDEST: Final = 16


class Looks:
    """Which moving cells each expression and each row looks at.

    Attributes
    ----------
    seen : ndarray of int64, shape (any, 3)
        Cell, sight and number: the cells of every expression, one after the other, then those of rows.
    expressions : ndarray of int64, shape (any, 2)
        Spans of `seen`.
    rows : ndarray of int64, shape (any, 3)
        Spans of `seen`, and whether all weights are fixed.
    """

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self._listed: list[tuple[int, int, int]] = []
        cells = [self._cells(number) for number in range(len(structure.expressions))]
        self.by_expression = cells
        self.expressions = _table([self._span(found) for found in cells], 2)
        rows = [set().union(*(cells[odds] for odds in self._odds(row))) for row in structure.rows.tolist()]
        fixed = [int(is_fixed(structure, row)) for row in structure.rows.tolist()]
        self.rows = _table([(*self._span(found), one) for found, one in zip(rows, fixed, strict=True)], 3)
        self.seen = _table(self._listed, 3)

    def _cells(self, expression: int) -> set[int]:
        """Find the cells an expression loads that change by themselves."""
        first, last = self.structure.expressions[expression].tolist()
        code = self.structure.code[first:last].tolist()
        loaded = {argument for op, argument in code if op == int(Op.LOAD)}
        return {cell for cell in loaded if self.structure.cells[cell, 0] > Sight.TRAIT}

    def _span(self, cells: set[int]) -> tuple[int, int]:
        first = len(self._listed)
        self._listed.extend((cell, *self.structure.cells[cell].tolist()) for cell in sorted(cells))
        return first, len(self._listed)

    def _odds(self, row: list[int]) -> list[int]:
        entries = self.structure.entries[row[0] : row[1]].tolist()
        return [entry.odds for entry in map(Entry._make, entries) if entry.odds >= 0]

    def sees_stock(self, expression: int) -> bool:
        """Whether an expression looks at a shelf that can run out."""
        limited = self.structure.products[:, ProductStock._fields.index("limited")]
        looked_at = self.structure.cells[sorted(self.by_expression[expression])].tolist()
        return any(sight == Sight.STOCK and limited[number] for sight, number in looked_at)


def is_fixed(structure: Structure, row: list[int]) -> bool:
    """Whether the weights of a row are numbers, and few enough to be raced side by side."""
    first, last, logit = row
    entries = [Entry._make(entry) for entry in structure.entries[first:last].tolist()]
    return not logit and len(entries) <= WIDEST and all(one.odds < 0 and one.timeline < 0 for one in entries)


def _table(rows: Sequence[tuple[int, ...]], width: int) -> Integers:
    return np.array(rows, dtype=np.int64).reshape(len(rows), width)


def station_kinds(structure: Structure, looks: Looks) -> Integers:
    """Say of each station what it is, and where the entries of a plain one's row stand.

    Returns
    -------
    ndarray of int64, shape (stations, 3)
        `SHARED`, `PRIVATE` or `PLAIN`; first and last entry.
    """
    judge = _Judge(structure, looks)
    return _table([judge.judge(Station._make(row)) for row in structure.stations.tolist()], 3)


class _Judge:
    """Tells stations apart."""

    def __init__(self, structure: Structure, looks: Looks) -> None:
        self.structure, self.looks = structure, looks
        self.limited = structure.products[:, ProductStock._fields.index("limited")]

    def judge(self, station: Station) -> tuple[int, int, int]:
        if not self._is_private(station):
            return SHARED, 0, 0
        row = self._plain_row(station)
        return (PRIVATE, 0, 0) if row is None else (PLAIN, row.first, row.last)

    def _is_private(self, station: Station) -> bool:
        if station.team >= 0 or (station.returns_of >= 0 and self.limited.any()):
            return False
        if station.referrals >= 0:  # who is told at the same millisecond comes in between the others of it
            return False
        lines = self._rows("lines", station.first_line, station.last_line, Line)
        if any(self.limited[line.product] for line in lines):
            return False
        asked = [*self._expressions(station), *(line.odds for line in lines)]
        return not any(self.looks.sees_stock(expression) for expression in asked if expression >= 0)

    def _expressions(self, station: Station) -> list[int]:
        """List every expression that may be asked there, beside those of a basket."""
        effects = self._rows("effects", station.first_effect, station.last_effect, Effect)
        rows = {station.otherwise, station.empty, station.referral_enters, station.referral_personas}
        asked = [station.only_if, *(effect.to for effect in effects)]
        if station.decision == Decision.RACE:
            clocks = self._rows("clocks", station.first_rule, station.last_rule, Clock)
            asked += [clock.condition for clock in clocks]
            asked += [gate for clock in clocks for gate in self._gates(clock.target)]
        else:
            rules = self._rows("rules", station.first_rule, station.last_rule, Rule)
            asked += [rule.condition for rule in rules]
            rows |= {rule.row for rule in rules}
        for row in sorted(rows - {-1}):
            asked += [entry.odds for entry in self._entries(row)]
        return asked

    def _gates(self, target: int) -> list[int]:
        """List the conditions of a touchpoint's gate, as any persona meets it."""
        if not 0 <= target < self.structure.station_of.shape[1]:
            return []
        met = {number for number in self.structure.station_of[:, target].tolist() if number >= 0}
        return [Station._make(self.structure.stations[number].tolist()).only_if for number in sorted(met)]

    def _plain_row(self, station: Station) -> Row | None:
        """Give the one row of a plain station."""
        has_gate = station.contact == 1 or station.only_if >= 0
        sells = station.first_line < station.last_line or station.returns_of >= 0
        does = station.first_effect < station.last_effect or station.referrals >= 0
        diverts = station.first_detour < station.last_detour
        if has_gate or sells or does or diverts or station.decision == Decision.RACE:
            return None
        rules = self._rows("rules", station.first_rule, station.last_rule, Rule)
        if len(rules) != 1 or rules[0].condition >= 0:
            return None
        row = self.structure.rows[rules[0].row].tolist()
        entries = self._entries(rules[0].row)
        onward = all(entry.target >= 0 for entry in entries)
        if any(self._is_dated(law) for law in (station.dwell, *(entry.after for entry in entries))):
            return None
        return Row._make(row) if onward and is_fixed(self.structure, row) else None

    def _is_dated(self, law: int) -> bool:
        """Whether a time may depend on who waits and when, and not on a uniform alone."""
        return law >= 0 and bool(self.structure.laws[law, 0] >= Family.HAZARD)

    def _entries(self, row: int) -> list[Entry]:
        first, last, _ = self.structure.rows[row].tolist()
        return self._rows("entries", first, last, Entry)

    def _rows(self, table: str, first: int, last: int, kind: type) -> list:  # type: ignore[type-arg]
        return [kind._make(row) for row in getattr(self.structure, table)[first:last].tolist()]  # type: ignore[attr-defined]
