"""A forecast made earlier, against what then happened."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulator.errors import InputError, LogError, Place, Problem, nearest
from simulator.learn.backtest.scores import Forecast, Scores, score
from simulator.learn.happened import Happened
from simulator.results.folder import read_folder

__all__ = ["SCORE_SCHEMA", "Made", "Scored", "read_forecast", "score_document", "score_forecast"]

Floats = NDArray[np.float64]

SCORE_SCHEMA: Final = "journey.score/1"


@dataclass(frozen=True)
class Made:
    """A forecast as it lies in its folder.

    Attributes
    ----------
    folder : str
    series : dict of str to float64 array, shape (paths, periods)
    periods : tuple of (datetime.date, int)
        The first day of each period, and its days.
    """

    folder: str
    series: dict[str, Floats]
    periods: tuple[tuple[datetime.date, int], ...]

    @property
    def end(self) -> datetime.date:
        """The day after the last one forecast."""
        first, days = self.periods[-1]
        return first + datetime.timedelta(days=days)


@dataclass(frozen=True)
class Scored:
    """A forecast and its scores.

    Attributes
    ----------
    made : Made
    log : str
    periods : tuple of (datetime.date, int)
        Those the log tells whole.
    scores : dict of str to Scores
        Of the series the log knows.
    forecasts : dict of str to Forecast
        What was scored.
    unknown : tuple of str
        Series the log says nothing of.
    """

    made: Made
    log: str
    periods: tuple[tuple[datetime.date, int], ...]
    scores: dict[str, Scores]
    forecasts: dict[str, Forecast]
    unknown: tuple[str, ...]


def read_forecast(folder: Path) -> Made:
    """Read the paths of a forecast's folder, or of a run's.

    Raises
    ------
    InputError
        If it is no such folder, was changed, or holds no paths.
    """
    recorded = read_folder(folder)
    if (folder / "draws.parquet").is_file():
        table, path = pq.read_table(folder / "draws.parquet"), "draw"
        days = _period_days(folder)
    elif (folder / "demand.parquet").is_file() and pq.read_metadata(folder / "demand.parquet").num_rows:
        table, path = pq.read_table(folder / "demand.parquet"), "replication"
        days = {}
    else:
        fix = "make one with journey forecast … --out FOLDER"
        raise InputError([Problem("there is no forecast in it", place=Place(str(folder)), fix=fix)])
    del recorded
    dates = np.unique(table["ds"].to_numpy())
    series = {}
    ids = np.asarray(table["unique_id"].cast("string").to_numpy(zero_copy_only=False))
    when = np.searchsorted(dates, table["ds"].to_numpy())
    which, counts = table[path].to_numpy(), table["y"].to_numpy()
    for name in dict.fromkeys(ids.tolist()):
        mine = ids == name
        paths = np.zeros((int(which[mine].max()) + 1, len(dates)))
        paths[which[mine], when[mine]] = counts[mine]
        series[name] = paths
    firsts = [date.astype("datetime64[D]").item() for date in dates]
    return Made(str(folder), series, tuple((first, days.get(first, 1)) for first in firsts))


def _period_days(folder: Path) -> dict[datetime.date, int]:
    table = pq.read_table(folder / "quantiles.parquet", columns=["ds", "days"])
    dates = table["ds"].to_numpy().astype("datetime64[D]")
    return dict(zip(dates.tolist(), table["days"].to_pylist(), strict=True))


def score_forecast(made: Made, happened: Happened, named: Mapping[str, str]) -> Scored:
    """Score a forecast on a log of what then happened.

    Parameters
    ----------
    made : Made
    happened : Happened
        The log.
    named : mapping of str to str
        What a series of the forecast is called in the log, where the names differ.

    Raises
    ------
    InputError
        If a name given is no series of the forecast or no event of the log, or no series is known.
    LogError
        If the log ends before the first period does, or begins after it.
    """
    _check_names(made, happened, named)
    periods = tuple(one for one in made.periods if happened.tells(*one))
    if not periods:
        first = made.periods[0][0]
        message = f"the forecast is for {first} to {made.end - datetime.timedelta(days=1)}"
        message += f", the log tells {happened.first} to {happened.last}"
        raise LogError([Problem(message, place=Place(happened.file), fix="score it on a later log")])
    kept = [made.periods.index(one) for one in periods]
    forecasts, unknown = {}, []
    for name, paths in made.series.items():
        called = named.get(name, name)
        if called in happened.names:
            actual = np.array([happened.count(called, *one) for one in periods])
            forecasts[name] = Forecast(paths[:, kept], actual)
        else:
            unknown.append(name)
    if not forecasts:
        fix = f"say which is which with --series NAME=EVENT; {nearest(unknown[0], happened.names)}"
        message = f"no series of the forecast ({', '.join(unknown[:6])}) is an event of the log"
        raise InputError([Problem(message, place=Place(happened.file), fix=fix)])
    scores = {name: score([one]) for name, one in forecasts.items()}
    return Scored(made, happened.file, periods, scores, forecasts, tuple(unknown))


def _check_names(made: Made, happened: Happened, named: Mapping[str, str]) -> None:
    problems = []
    for name, called in named.items():
        if name not in made.series:
            message, fix = f"the forecast has no series {name!r}", nearest(name, made.series)
            problems.append(Problem(message, place=Place(made.folder), fix=fix))
        if called not in happened.names:
            message, fix = f"there is no event {called!r} in the log", nearest(called, happened.names)
            problems.append(Problem(message, place=Place(happened.file), fix=fix))
    if problems:
        raise InputError(problems)


def score_document(found: Scored) -> dict[str, Any]:
    """Lay scores out as `journey.score/1`; see docs/reference/json.md."""
    from simulator.learn.backtest.document import scores_document

    first, (last, days) = found.periods[0][0], found.periods[-1]
    return {
        "schema": SCORE_SCHEMA,
        "run": found.made.folder,
        "log": found.log,
        "from": str(first),
        "to": str(last + datetime.timedelta(days=days - 1)),
        "periods": len(found.periods),
        "periods_forecast": len(found.made.periods),
        "series": {
            name: {
                "paths": len(one.paths),
                "total": {
                    "forecast": round(float(one.paths.sum(axis=1).mean()), 6),
                    "actual": float(one.actual.sum()),
                },
                **scores_document(found.scores[name]),
            }
            for name, one in found.forecasts.items()
        },
        "unknown": list(found.unknown),
    }
