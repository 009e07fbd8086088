from __future__ import annotations

import sys

import numpy as np
import pytest

from simulator.errors import MissingExtraError
from simulator.results import tables
from simulator.results.summary import RunResult


def test_people_table_holds_the_counts(result: RunResult) -> None:
    """One row a replication and persona, with the counts of the tally."""
    rows = tables.people(result).to_pylist()
    assert len(rows) == result.replications * 2
    assert sum(row["arrived"] for row in rows) == result.counts("people")[:, :, 1].sum()
    last = rows[-1]
    assert (last["replication"], last["persona"]) == (3, "tim")
    assert last["converted"] == result.tallies[3]["cohort"][1, 1]


def test_touchpoints_table_keeps_its_axes_apart(result: RunResult) -> None:
    """The row of a replication, persona and touchpoint holds that cell and no other."""
    names = result.program.names
    for row in tables.touchpoints(result).to_pylist():
        where = (names.personas.index(row["persona"]), names.touchpoints.index(row["touchpoint"]))
        assert row["visits"] == result.tallies[row["replication"]]["visits"][where]


def test_edges_table_names_its_ends(result: RunResult) -> None:
    """Edges carry source, manner and target by name; those of completed visits add up to the visits."""
    rows = tables.edges(result).to_pylist()
    visits = sum(row["customers"] for row in rows if row["source"] == "ad" and row["manner"] == "decided")
    assert visits == result.counts("visits")[:, :, result.program.names.touchpoints.index("ad")].sum()
    closed = [row for row in rows if row["manner"] == "closed"]
    assert {(row["source"], row["target"]) for row in closed} == {("chat", "left")}


def test_demand_table_fits_forecasting_libraries(result: RunResult) -> None:
    """`unique_id, ds, y` by replication, one row a counted day, the dates without the warm-up."""
    table = tables.demand(result)
    assert table.column_names[:4] == ["replication", "unique_id", "ds", "y"]
    rows = table.to_pylist()
    assert len(rows) == result.replications * 2 * 19
    assert min(row["ds"] for row in rows).isoformat() == "2026-01-09T00:00:00"
    assert sum(row["y"] for row in rows) == result.units("demand").sum()
    keys = {(row["replication"], row["unique_id"], row["ds"]) for row in rows}
    assert len(keys) == len(rows)


def test_tallies_come_back_whole(result: RunResult) -> None:
    """The table of tallies holds every integer of every count."""
    rows = tables.tallies(result).to_pylist()
    for row in rows:
        values = np.array(row["values"]).reshape(row["shape"])
        assert np.array_equal(values, result.tallies[row["replication"]][row["count"]])
    assert len(rows) == result.replications * len(result.tallies[0].counts)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(result: RunResult, library: str) -> None:
    """A table is also a data frame of either library, with the same numbers."""
    framed = tables.frame(tables.demand(result), library)  # type: ignore[arg-type]
    assert type(framed).__module__.startswith(library)
    assert int(framed["y"].sum()) == result.units("demand").sum()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_names_its_extra(
    result: RunResult, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library, the error says which extra brings it."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError, match=r"journey-simulator\[frames\]"):
        tables.frame(tables.people(result), library)  # type: ignore[arg-type]
