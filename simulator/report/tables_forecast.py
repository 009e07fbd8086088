"""A forecast as tables for a terminal of 80 columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from rich.cells import cell_len
from rich.console import RenderableType

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.drivers import Driver, drivers
from simulator.analysis.variance import split_variance
from simulator.report.charts.fan import fan_text
from simulator.report.terminal import WIDTH, heading, note, number, table

__all__ = ["forecast_tables"]

# More rows than a person reads: then the table leaves them to --out and --json.
_ROWS: Final = 60
_DRIVERS: Final = 8
_TITLES: Final = {
    "persona": "by persona",
    "entrance": "by where they came in",
    "touchpoint": "by where they ask",
}
_SAID: Final = {"demand": "units asked for", "conversions": "conversions"}


def forecast_tables(draws: Draws) -> Iterator[RenderableType]:
    """Lay out a forecast: every period, the whole time, what drives it, why it is as wide as it is."""
    yield _headline(draws)
    if sum(period.whole for period in draws.sheet.periods) > 2:
        yield fan_text(draws, int(draws.mean().sum(axis=1).argmax()), WIDTH)
    yield from _periods(draws)
    yield _totals(draws)
    yield from _drivers(draws)
    yield from _width(draws)
    yield note(f"digest {draws.digest}  ·  seed {draws.seed}")


def _headline(draws: Draws) -> RenderableType:
    program, sheet = draws.program, draws.sheet
    what = f"{program.title}: {program.scenario}" if program.scenario else program.title
    first, last = (
        program.start + datetime.timedelta(days=day)
        for day in (sheet.periods[0].first, sheet.periods[-1].last - 1)
    )
    times = "1 replication" if draws.replications == 1 else f"{draws.replications:,} replications"
    return heading(what, f"{_SAID[sheet.of]} from {first} to {last}, {times}")


def _periods(draws: Draws) -> Iterator[RenderableType]:
    sheet = draws.sheet
    if len(sheet.periods) > _ROWS:
        yield note(f"{len(sheet.periods)} {sheet.by}s: every one is in --json and --out.")
        return
    low, middle, high = draws.quantiles((0.1, 0.5, 0.9))
    columns = {
        _short(one.unique_id): [_fan(*cell) for cell in zip(low[i], middle[i], high[i], strict=True)]
        for i, one in enumerate(sheet.series)
    }
    dates = [_date(period.since, period.days, period.whole, sheet.by) for period in sheet.periods]
    title = {"day": "day", "week": "week of", "month": "month"}[sheet.by]
    for names in _side_by_side(columns, WIDTH - max(map(len, [title, *dates]))):
        yield table([title, *names], zip(dates, *(columns[name] for name in names), strict=True))
    yield note("Median (10 % to 90 % of the replications).")


def _short(name: str, length: int = 20) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"


def _fan(low: float, middle: float, high: float) -> str:
    return f"{middle:,.0f} ({low:,.0f}–{high:,.0f})"


def _date(since: datetime.date, days: int, whole: bool, by: str) -> str:
    said = f"{since:%Y-%m}" if by == "month" else f"{since:%Y-%m-%d}"
    if by == "day":
        said = f"{since:%a} {said}"
    return said if whole else f"{said} ({days} days)"


def _side_by_side(columns: dict[str, list[str]], room: int) -> Iterator[list[str]]:
    """Share columns out over as few tables as fit."""
    names: list[str] = []
    used = 0
    for name, cells in columns.items():
        width = max(cell_len(text) for text in [name, *cells]) + 2
        if names and used + width > room:
            yield names
            names, used = [], 0
        names.append(name)
        used += width
    yield names


def _totals(draws: Draws) -> RenderableType:
    totals = draws.totals()
    low, middle, high = np.quantile(totals, (0.1, 0.5, 0.9), axis=-1)
    columns, sells = ["whole time", "mean", "median (10–90 %)"], "sold" in draws.sheet.kinds
    rows = [
        [_short(one.unique_id, 30), number(totals[i].mean(), 1), _fan(low[i], middle[i], high[i])]
        for i, one in enumerate(draws.sheet.series)
    ]
    if sells:
        columns += ["sold", "lost"]
        for kind in ("sold", "lost"):
            for row, mean in zip(rows, draws.totals(kind).mean(axis=-1), strict=True):
                row.append(number(mean, 1))
    return table(columns, rows)


def _drivers(draws: Draws) -> Iterator[RenderableType]:
    for cut, found in drivers(draws).items():
        if len(found) > 1:
            yield _driver_table(_TITLES[cut], found)


def _driver_table(title: str, found: Sequence[Driver]) -> RenderableType:
    rows = [
        [_short(one.name, 34), number(one.mean, 1), _share(one.share), _share(one.variance_share)]
        for one in found[:_DRIVERS]
    ]
    rest = found[_DRIVERS:]
    if rest:
        shares = (sum(one.share or 0.0 for one in rest), sum(one.variance_share or 0.0 for one in rest))
        rows.append([f"({len(rest)} more)", number(sum(one.mean for one in rest), 1), *map(_share, shares)])
    return table([title, "a replication", "share", "of the spread"], rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 3) + 0.0:.1%}"


def _width(draws: Draws) -> Iterator[RenderableType]:
    """Say why the whole time's figure is as wide as it is."""
    parts = split_variance(draws.totals(), draws.sets)
    if not np.isfinite(parts.total).all():
        yield note("No spread to split: one replication says nothing about it.")
        return
    rows = []
    for i, one in enumerate(draws.sheet.series):
        total = float(parts.total[i])
        shares = [_share(float(part[i]) / total if total else None) for part in parts]
        rows.append([_short(one.unique_id, 30), number(total**0.5, 1), *shares])
    yield table(["width of the whole time", "sd", "noise", "chance", "ignorance"], rows)
    if draws.sets is None:
        yield note("Played with the numbers as written: that they may be wrong is not in the fan.")
