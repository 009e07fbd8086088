"""Rows with odds, and choices, at the lowest, initial and highest value of what they read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from simulator.program.shares import basket_is_empty, choice_shares, row_shares
from simulator.program.sight import Eyes, PersonaSight, prices
from simulator.program.ways import decision_path
from simulator.spec.expressions import Expression, Name
from simulator.spec.load import Journey
from simulator.spec.parts import Path, rows
from simulator.spec.rows import Line, Option, Share
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Case", "RowExtremes", "WrittenRow", "ends", "row_extremes", "written_rows"]

AnyRow: TypeAlias = Mapping[str, Share] | Mapping[str, Option] | Mapping[str, Line]

_BEFORE = ("otherwise", "on_abandon", "on_closed")


@dataclass(frozen=True)
class Case:
    """A row with one name at one of its ends, all others at the start.

    Attributes
    ----------
    name : str
        What is moved; empty where everything is at the start.
    end : str
        `lowest`, `initial` or `highest`.
    value : float or None
        The value it is moved to.
    shares : tuple of (target, probability), or None
        None where it is not known at the start, or the run would stop.
    """

    name: str
    end: str
    value: float | None
    shares: tuple[tuple[str, float], ...] | None


@dataclass(frozen=True)
class RowExtremes:
    """A row in every case; `personas` are those who have it so."""

    path: Path
    personas: tuple[str, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class WrittenRow:
    """A row, a choice or a basket as one persona meets it; lines of `each` are drawn one by one."""

    path: Path
    eyes: Eyes
    row: AnyRow
    each: bool = False

    @property
    def expressions(self) -> dict[str, Expression]:
        """The expressions of its targets."""
        found: dict[str, Expression] = {}
        for target, entry in self.row.items():
            expression = entry.utility if isinstance(entry, Option) else entry.odds
            if expression is not None:
                found[target] = expression
        return found

    @property
    def names(self) -> tuple[Name, ...]:
        """What its expressions read, each once."""
        return tuple(dict.fromkeys(name for one in self.expressions.values() for name in one.names))

    def shares(self, instead: Mapping[Name, float]) -> tuple[tuple[str, float], ...] | None:
        """Give the probabilities with some names at other values than those of the start."""

        def value(expression: Expression) -> float | None:
            return self.eyes.value(expression, instead)

        options = {target: entry for target, entry in self.row.items() if isinstance(entry, Option)}
        plain = {target: entry for target, entry in self.row.items() if not isinstance(entry, Option)}
        if self.each:
            found: dict[str, float] | None = {
                product: 1.0 - basket_is_empty({product: line}, value)
                for product, line in plain.items()
                if isinstance(line, Line)
            }
        else:
            found = choice_shares(options, value) if options else row_shares(plain, value)
        return None if found is None else tuple(found.items())


def written_rows(sight: PersonaSight, name: str, touchpoint: Touchpoint) -> Iterator[WrittenRow]:
    """Yield every row of a touchpoint, its choice and its basket."""
    for path, row in rows(touchpoint):
        eyes = sight.at(name, completed=path[0] not in _BEFORE)
        whole = ("touchpoints", name, *path)
        if path[0] == "next":
            whole = decision_path(name, touchpoint, path[1])
        yield WrittenRow(whole, eyes, row)
    if touchpoint.choose is not None:
        yield WrittenRow(("touchpoints", name, "choose"), sight.at(name), touchpoint.choose)
    for word in ("one_of", "each") if touchpoint.sells is not None else ():
        basket = getattr(touchpoint.sells, word)
        if basket is not None:
            path = ("touchpoints", name, "sells", word)
            yield WrittenRow(path, sight.at(name), basket, each=word == "each")


def row_extremes(journey: Journey) -> tuple[RowExtremes, ...]:
    """Give every row with odds and every choice at the ends of what they read.

    Ends are the bounds of an attribute, else what it can reach, else the 5 % and 95 % of its first value;
    the lowest and highest price over all dates; Monday and Sunday; hour 0 and 23. The start is noon of
    the first day. Personas with the same figures stand together.

    Returns
    -------
    tuple of RowExtremes
        In the order of the file.
    """
    found: dict[tuple[Path, tuple[Case, ...]], RowExtremes] = {}
    for persona in journey.model.personas:
        sight = PersonaSight(journey, persona)
        for name, touchpoint in sight.touchpoints.items():
            for row in written_rows(sight, name, touchpoint):
                if row.expressions:
                    one = RowExtremes(row.path, (persona,), tuple(_cases(row)))
                    known = found.setdefault((row.path, one.cases), one)
                    if known is not one:
                        found[row.path, one.cases] = replace(known, personas=(*known.personas, persona))
    return tuple(found.values())


def _cases(row: WrittenRow) -> Iterator[Case]:
    yield Case("", "initial", None, row.shares({}))
    for name in row.names:
        low, high = ends(row.eyes, name)
        start = row.eyes.start(name)
        if low is not None and low != start:
            yield Case(str(name), "lowest", low, row.shares({name: low}))
        if high is not None and high != start:
            yield Case(str(name), "highest", high, row.shares({name: high}))


def ends(eyes: Eyes, name: Name) -> tuple[float | None, float | None]:
    """Give the lowest and highest value to show of an attribute, a price, the day or the hour; else None."""
    if name.root == "price":
        dated = prices(eyes.sight.journey.model, name.member)
        return dated.low, dated.high
    range_ = eyes.range(name)
    if name.root in ("weekday", "hour"):
        return range_.low, range_.high
    if name.root != "attribute":
        return None, None
    low, high = eyes.sight.bounds(name.member)
    law = eyes.sight.initial_law(name.member)
    if not law.variance() > 0.0:
        return _finite(low, range_.low), _finite(high, range_.high)
    return _finite(low, range_.low, law.quantile(0.05)), _finite(high, range_.high, law.quantile(0.95))


def _finite(*ends: float) -> float | None:
    """Give the first end that is one."""
    return next((end for end in ends if math.isfinite(end)), None)
