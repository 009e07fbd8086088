"""A forecast as files that forecasting libraries read as they are: ``unique_id``, ``ds``, ``y``.

=======================  =========================================================================
draws.parquet            unique_id, ds, draw, y: every path of demand (or conversions)
sold.parquet, lost …     the same of units sold, and of units lost
forecast.csv, .parquet   unique_id, ds, journey (the mean), journey-lo-80, journey-hi-80 …: as
                         statsforecast writes its own, so that utilsforecast evaluates both alike
quantiles.csv, .parquet  unique_id, ds, mean, q10 …, sold and lost: for people and spreadsheets
=======================  =========================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.analysis.forecast.document import SHARES, quantile_name
from simulator.analysis.forecast.draws import Draws
from simulator.results.eventlog import safe_text

__all__ = ["MODEL", "draws_table", "forecast_table", "quantiles_table", "write_tables"]

MODEL: Final = "journey"  # what the forecast is called among others
_LEVELS: Final = (50, 80, 90, 95)  # per cent of the paths between two quantiles
_FEW: Final = (0.1, 0.5, 0.9)


def draws_table(draws: Draws, kind: str | None = None) -> pa.Table:
    """Lay every path out in long form: ``unique_id, ds, draw, y``."""
    paths = draws.of(kind)
    series, dates, draw = np.indices(paths.shape, dtype=np.int32).reshape(3, -1)
    return pa.table(
        {
            "unique_id": _ids(draws, series),
            "ds": _dates(draws, dates),
            "draw": pa.array(draw),
            "y": pa.array(paths.ravel()),
        }
    )


def forecast_table(draws: Draws) -> pa.Table:
    """Lay the forecast out as statsforecast does: the mean and the ends of intervals, a column each."""
    columns: dict[str, Any] = {MODEL: draws.mean()}
    for level in _LEVELS:
        low, high = draws.quantiles((0.5 - level / 200, 0.5 + level / 200))
        columns |= {f"{MODEL}-lo-{level}": low, f"{MODEL}-hi-{level}": high}
    return _wide(draws, columns)


def quantiles_table(draws: Draws) -> pa.Table:
    """Lay means and quantiles out, those of units sold and lost beside them."""
    days = np.array([period.days for period in draws.sheet.periods])
    columns: dict[str, Any] = {"days": np.broadcast_to(days, draws.mean().shape), "mean": draws.mean()}
    columns |= dict(zip(map(quantile_name, SHARES), draws.quantiles(SHARES), strict=True))
    for kind in draws.sheet.kinds[1:]:
        columns[f"{kind}_mean"] = draws.mean(kind)
        for share, found in zip(_FEW, draws.quantiles(_FEW, kind), strict=True):
            columns[f"{kind}_{quantile_name(share)}"] = found
    return _wide(draws, columns)


def _wide(draws: Draws, columns: Mapping[str, Any]) -> pa.Table:
    """Name the series and the date of each row before columns of shape (series, periods)."""
    sheet = draws.sheet
    series, dates = np.indices((len(sheet.series), len(sheet.periods)), dtype=np.int32).reshape(2, -1)
    named = {"unique_id": _ids(draws, series), "ds": _dates(draws, dates)}
    return pa.table({**named, **{name: pa.array(np.ravel(column)) for name, column in columns.items()}})


def _ids(draws: Draws, codes: Any) -> pa.Array:
    names = pa.array([one.unique_id for one in draws.sheet.series], pa.string())
    return names.take(pa.array(codes))


def _dates(draws: Draws, codes: Any) -> pa.Array:
    dates = np.array([period.since for period in draws.sheet.periods], dtype="datetime64[ms]")
    return pa.array(dates[codes], pa.timestamp("ms"))


def write_tables(draws: Draws, folder: Path) -> None:
    """Write every file of a forecast into a folder that exists."""
    paths = {"draws": draws.sheet.kinds[0], **{kind: kind for kind in draws.sheet.kinds[1:]}}
    for name, kind in paths.items():
        pq.write_table(draws_table(draws, kind), folder / f"{name}.parquet", write_page_checksum=True)
    for name, table in (("forecast", forecast_table(draws)), ("quantiles", quantiles_table(draws))):
        pq.write_table(table, folder / f"{name}.parquet", write_page_checksum=True)
        _write_csv(table, folder / f"{name}.csv")


def _write_csv(table: pa.Table, path: Path) -> None:
    """Write a table for spreadsheets: dates without a time, and no name that would run as a formula."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(table.column_names)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            name, date, *figures = row
            writer.writerow([safe_text(name), date.date().isoformat(), *(f"{one:.12g}" for one in figures)])
