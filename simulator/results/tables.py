"""A result as Arrow tables in long form: one row a thing counted and replication."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.engine.tally import PEOPLE, SHAPES, UNITS
from simulator.errors import MissingExtraError
from simulator.program.calendar import MICRO
from simulator.program.tables import Edge, Manner
from simulator.results.periods import counted_days
from simulator.results.summary import RunResult

__all__ = ["demand", "edges", "frame", "people", "tables_of", "tallies", "touchpoints"]

_TOUCHPOINT_COUNTS: Final = (
    "entered",
    "visits",
    "refused",
    "abandoned",
    "closed",
    "open_at",
    "joined",
    "delayed",
)


def tables_of(result: RunResult) -> dict[str, pa.Table]:
    """Give every table of a run by name, as written to a run folder."""
    return {
        "people": people(result),
        "touchpoints": touchpoints(result),
        "edges": edges(result),
        "demand": demand(result),
        "tallies": tallies(result),
    }


def frame(table: pa.Table, library: Literal["pandas", "polars"]) -> Any:
    """Turn a table into a data frame.

    Raises
    ------
    MissingExtraError
        If the library is not installed; the extra `frames` brings it.
    """
    try:
        if library == "pandas":
            return table.to_pandas()
        import polars

        return polars.from_arrow(table)
    except ModuleNotFoundError as missing:
        raise MissingExtraError(library, "frames") from missing


def people(result: RunResult) -> pa.Table:
    """Count customers by replication and persona: whole run, and the cohort that rates count."""
    names = result.program.names
    outcomes, cohort = result.counts("outcomes"), result.counts("cohort")
    came = result.counts("people")
    money = result.counts("revenue") - result.counts("refunds")
    columns: dict[str, Any] = {kind: came[:, :, place].ravel() for place, kind in enumerate(PEOPLE)}
    columns |= {name: result.counts(name).ravel() for name in ("open", "stopped", "conversions", "orders")}
    columns |= {"customers": cohort[:, :, 0].ravel(), "converted": cohort[:, :, 1].ravel()}
    columns |= {"revenue": money.sum(axis=2).ravel() / MICRO}
    columns |= {f"outcome.{name}": outcomes[:, :, place].ravel() for place, name in enumerate(names.outcomes)}
    return _table(result, [("persona", names.personas)], columns)


def touchpoints(result: RunResult) -> pa.Table:
    """Count visits by replication, persona and touchpoint; flows from the end of the warm-up on."""
    names = result.program.names
    columns: dict[str, Any] = {name: result.counts(name).ravel() for name in _TOUCHPOINT_COUNTS}
    columns |= {
        "wait_seconds": result.counts("wait_ms").ravel() / 1000.0,
        "stay_seconds": result.counts("stay_ms").ravel() / 1000.0,
        "costs": result.counts("costs").ravel() / MICRO,
    }
    return _table(result, [("persona", names.personas), ("touchpoint", names.touchpoints)], columns)


def edges(result: RunResult) -> pa.Table:
    """Count the ways gone by replication and persona: source, how it was left, target."""
    program = result.program
    ways = [Edge._make(row) for row in program.structure.edges.tolist()]
    numbers = [str(number) for number in range(len(ways))]
    table = _table(
        result,
        [("persona", program.names.personas), ("edge", numbers)],
        {"customers": result.counts("edges").ravel()},
    )
    times = result.replications * len(program.names.personas)
    labels: Mapping[str, Sequence[str]] = {
        "source": [program.names.touchpoints[way.source] for way in ways],
        "manner": [Manner.NAMES[way.manner] for way in ways],
        "target": [program.names.target(way.target) for way in ways],
    }
    table = table.drop_columns(["edge"])
    for place, (name, texts) in enumerate(labels.items()):
        codes = np.tile(np.arange(len(ways), dtype=np.int32), times)
        table = table.add_column(2 + place, name, _dictionary(codes, texts))
    return table


def demand(result: RunResult) -> pa.Table:
    """Lay daily demand out as forecasting libraries expect it: ``unique_id, ds, y``, by replication.

    `y` is units asked for; the other columns say what became of them. Only days on which flows count.
    """
    program, days = result.program, counted_days(result.program)
    dates = [program.start + datetime.timedelta(days=day) for day in days]
    columns = {
        ("y" if kind == "demand" else kind): result.units(kind)[:, :, days.start : days.stop].ravel()
        for kind in UNITS
    }
    table = _table(
        result, [("unique_id", program.names.products), ("ds", [str(day) for day in dates])], columns
    )
    place = table.column_names.index("ds")
    stamps = table.column("ds").cast(pa.string()).cast(pa.timestamp("ms"))
    return table.set_column(place, "ds", stamps)


def tallies(result: RunResult) -> pa.Table:
    """Keep every integer of every tally, so that a run can be read back whole.

    One row a replication and count; `values` in C order, their axes as in `simulator.engine.tally`.
    """
    rows = [(number, name) for number in range(result.replications) for name in SHAPES]
    return pa.table(
        {
            "replication": pa.array([number for number, _ in rows], pa.int64()),
            "count": pa.array([name for _, name in rows], pa.string()),
            "shape": pa.array(
                [list(result.tallies[number][name].shape) for number, name in rows], pa.list_(pa.int64())
            ),
            "values": pa.array(
                [result.tallies[number][name].ravel() for number, name in rows], pa.list_(pa.int64())
            ),
        }
    )


def _dictionary(codes: NDArray[np.int32], texts: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts, pa.string()))


def _table(
    result: RunResult, axes: Sequence[tuple[str, Sequence[str]]], columns: Mapping[str, NDArray[Any]]
) -> pa.Table:
    """Lay arrays of (replication, axis, axis) out as rows, with a column that names each axis."""
    lengths = [result.replications, *(len(names) for _, names in axes)]
    codes = np.indices(lengths, dtype=np.int32).reshape(len(lengths), -1)
    labels: dict[str, Any] = {"replication": pa.array(codes[0].astype(np.int64))}
    for place, (name, names) in enumerate(axes):
        labels[name] = _dictionary(codes[place + 1], names)
    return pa.table({**labels, **{name: pa.array(values) for name, values in columns.items()}})
