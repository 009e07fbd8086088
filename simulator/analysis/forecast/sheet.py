"""What a forecast keeps of each replication: its series over its periods, and nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.forecast.series import Level, Series, levels_of, name_series
from simulator.engine.tally import Tally
from simulator.errors import InputError, Problem, nearest
from simulator.program.program import Program
from simulator.program.tables import Line, ProductStock
from simulator.results.periods import UNITS_OF_TIME, Period, add_up, counted_days, periods
from simulator.spec.holidays import event_spans
from simulator.spec.load import Journey

__all__ = ["KINDS", "SUBJECTS", "Mark", "Path", "Sheet", "lay_sheet"]

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "demand": ("demand", "sold", "lost"),
    "conversions": ("conversions",),
}
SUBJECTS: Final = tuple(KINDS)
_SELL: Final = "a product is sold by a touchpoint with `sells`, between its `sold` dates"


class Path(NamedTuple):
    """One replication as a forecast keeps it.

    Attributes
    ----------
    digest : str
        Of the whole tally.
    values : ndarray of integers, shape (kinds, series, periods)
        In 32 bits where they fit.
    cuts : mapping of level to ndarray of int64, shape (names,)
        The whole of what is forecast, over all periods, cut apart in every way.
    """

    digest: str
    values: NDArray[np.integer]
    cuts: Mapping[str, NDArray[np.int64]]


class Mark(NamedTuple):
    """Something dated that the model knows of.

    Attributes
    ----------
    name : str
    since, to : date
        Both inclusive.
    """

    name: str
    since: datetime.date
    to: datetime.date


@dataclass(frozen=True)
class Sheet:
    """Which series, over which periods.

    Attributes
    ----------
    program : Program
    of : str
        One of `SUBJECTS`.
    by : str
        One of `UNITS_OF_TIME`.
    series : tuple of Series
    periods : tuple of Period
    marks : tuple of Mark
        The events of that time, in order.
    levels : mapping of str to Level
        How a tally is cut apart.
    """

    program: Program
    of: str
    by: str
    series: tuple[Series, ...]
    periods: tuple[Period, ...]
    marks: tuple[Mark, ...]
    levels: Mapping[str, Level] = field(repr=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What is counted in each period."""
        return KINDS[self.of]

    def read(self, tally: Tally) -> Path:
        """Keep what the forecast needs of a replication."""
        found = {name: level.read(tally) for name, level in self.levels.items()}
        daily = [found[one.level][self.levels[one.level].names.index(one.name)] for one in self.series]
        first, last = self.periods[0].first, self.periods[-1].last
        cuts = {name: counts[:, 0, first:last].sum(axis=1) for name, counts in found.items()}
        return Path(tally.digest, _small(add_up(np.stack(daily, axis=1), self.periods)), cuts)


def _small(values: NDArray[np.int64]) -> NDArray[np.integer]:
    """Keep counts in 32 bits where they fit."""
    bits = np.iinfo(np.int32)
    fits = values.min(initial=0) >= bits.min and values.max(initial=0) <= bits.max
    return values.astype(np.int32) if fits else values


def lay_sheet(
    journey: Journey,
    program: Program,
    *,
    of: str | None = None,
    by: str = "week",
    per: Sequence[str] = (),
    only: Sequence[str] = (),
    since: datetime.date | None = None,
    to: datetime.date | None = None,
) -> Sheet:
    """Say what a forecast keeps.

    Parameters
    ----------
    journey, program
        The journey, and the same compiled.
    of : str, optional
        ``demand`` or ``conversions``; by default demand, if anything is sold.
    by : str
        ``day``, ``week`` or ``month``.
    per : sequence of str
        Levels; by default products, or the total where nothing is sold.
    only : sequence of str
        Keep the series of these names; by default all.
    since, to : date, optional
        The first and last date; by default all that count.

    Raises
    ------
    InputError
        If there is nothing of the kind to forecast.
    """
    of = _subject(journey, program, of)
    levels = levels_of(journey, program, of)
    series = name_series(levels, per or (["product"] if of == "demand" else ["total"]))
    chosen = _chosen(series, only, program)
    dated = tuple(_dated(program, by, since, to))
    return Sheet(program, of, by, tuple(chosen), dated, tuple(_marks(journey, dated)), levels)


def _marks(journey: Journey, dated: Sequence[Period]) -> Iterator[Mark]:
    """Give the events of these periods; one without an end is marked on its first day."""
    model = journey.model
    first, last = (model.start + datetime.timedelta(days=day) for day in (dated[0].first, dated[-1].last - 1))
    found = []
    for key, event in model.events.items():
        for since, to in event_spans(model, event):
            if not event.holiday and event.to is None:
                to = since
            if to >= first and since <= last:
                found.append(Mark(event.name or key, max(since, first), min(to, last)))
    yield from sorted(found, key=lambda mark: (mark.since, mark.to, mark.name))


def _subject(journey: Journey, program: Program, of: str | None) -> str:
    sells = bool(_sold(program))
    if of is not None and of not in SUBJECTS:
        raise InputError(f"--of {of}: there is no such subject; {nearest(of, SUBJECTS)}")
    if of == "demand" and not sells:
        problem = f"{journey.model.name}: no touchpoint sells anything, so there is no demand"
        raise InputError([Problem(problem, fix="give one `sells`, or forecast --of conversions")])
    return of or ("demand" if sells else "conversions")


def _sold(program: Program) -> set[str]:
    """Name the products that some touchpoint sells and that are on sale at some time."""
    found = set()
    for line in program.structure.lines.tolist():
        number = Line._make(line).product
        stock = ProductStock._make(program.structure.products[number].tolist())
        if stock.sold_from < program.horizon and stock.sold_until > program.warm_up:
            found.add(program.names.products[number])
    return found


def _chosen(series: list[Series], only: Sequence[str], program: Program) -> list[Series]:
    """Keep the series named, by name or unique_id."""
    if not only:
        return series
    problems, known = [], {name: None for one in series for name in (one.name, one.unique_id)}
    for name in only:
        if name not in known:
            problems.append(Problem(f"--only {name}: no series has that name", fix=nearest(name, known)))
        elif name in program.names.products and name not in _sold(program):
            problems.append(Problem(f"--only {name}: it is never sold in this time", fix=_SELL))
    if problems:
        raise InputError(problems)
    return [one for one in series if one.name in only or one.unique_id in only]


def _dated(program: Program, by: str, since: datetime.date | None, to: datetime.date | None) -> list[Period]:
    """List the periods asked for; at least one must be whole."""
    if by not in UNITS_OF_TIME:
        raise InputError(f"--by {by}: there is no such period; {nearest(by, UNITS_OF_TIME)}")
    counted = counted_days(program)
    first, last = (program.start + datetime.timedelta(days=day) for day in (counted[0], counted[-1]))
    for option, date in (("--from", since), ("--to", to)):
        if date is not None and not first <= date <= last:
            said = f"{option} {date}: demand is counted from {first} to {last}"
            fix = "choose a date between them, or change start, warm_up or horizon of the model"
            raise InputError([Problem(said, fix=fix)])
    since, to = since or first, to or last
    if to < since:
        raise InputError([Problem(f"--to {to} lies before --from {since}", fix="exchange them")])
    days = range((since - program.start).days, (to - program.start).days + 1)
    found = periods(program, by, days)
    if not any(one.whole for one in found):
        shorter = "" if by == "day" else f"choose --by {UNITS_OF_TIME[UNITS_OF_TIME.index(by) - 1]}, or "
        said = f"--by {by}: no {by} lies wholly between {since} and {to}"
        raise InputError([Problem(said, fix=f"{shorter}take a longer time")])
    return found
