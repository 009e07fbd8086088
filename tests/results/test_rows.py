from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulator.engine.reference import Visit
from simulator.execution import play
from simulator.execution.record import record_events, record_rows
from simulator.program.program import Program
from simulator.results import rows as row_tables
from simulator.results.eventlog import EventLog, safe_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"])
def test_formulas_are_disarmed(text: str) -> None:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["cart", "No-Show", "a=b", "顾客", "'quoted", ""])
def test_other_texts_stay(text: str) -> None:
    """Any other text is written as it is."""
    assert safe_text(text) == text


def test_event_log_disarms_names_not_numbers(shop: Program) -> None:
    """Names of every column are disarmed; negative numbers stay numbers."""
    stream = io.StringIO(newline="")
    log = EventLog(stream, shop)
    visit = Visit(-1, 0, shop.names.touchpoints.index("ad"), 1, 0, target=1, left=5, attributes=(0.0, -2.5))
    log.write(None, visit)
    header, row = csv.reader(io.StringIO(stream.getvalue()))
    found = dict(zip(header, row, strict=True))
    assert found["persona"] == "'@trudy"
    assert found["mood"] == "-2.5"
    assert found["case"] == "f" * 16
    assert found["timestamp"] == "2026-01-07T00:00:00.000"
    assert found["end"] == "2026-01-07T00:00:00.005"


def test_event_log_holds_every_finished_visit(shop: Program, tmp_path: Path) -> None:
    """The log of a replication has as many rows as visits ended in it, whole run, times in ISO 8601."""
    record_events(shop, 7, tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="", encoding="utf-8") as stream:
        events = list(csv.DictReader(stream))
    horizon = datetime.datetime(2026, 1, 28)
    for event in events:
        entered, end = (datetime.datetime.fromisoformat(event[name]) for name in ("timestamp", "end"))
        assert datetime.datetime(2026, 1, 7) <= entered <= end < horizon
    assert {event["activity"] for event in events} == {"ad", "chat", "order"}
    late = [event for event in events if event["end"] >= "2026-01-09"]
    completed = sum(event["left_by"] not in ("refused", "closed", "abandoned") for event in late)
    assert completed == play(shop, 7, 1)[0]["visits"].sum()
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_rows_add_up_to_the_tallies(shop: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows streamed in small batches hold every visit and every customer of each replication."""
    monkeypatch.setattr(row_tables, "_BATCH", 100)
    record_rows(shop, 7, 2, tmp_path)
    visits = pq.read_table(tmp_path / "visits.parquet").to_pylist()
    customers = pq.read_table(tmp_path / "customers.parquet").to_pylist()
    tallies = play(shop, 7, 2)
    start = datetime.datetime(2026, 1, 9)
    for number, tally in enumerate(tallies):
        completed = [
            row
            for row in visits
            if row["replication"] == number
            and row["left"] >= start
            and row["manner"] in ("decided", "stockout")
        ]
        assert len(completed) == tally["visits"].sum()
        mine = [row for row in customers if row["replication"] == number]
        assert len(mine) == tally["people"].sum() - tally["open"].sum()
        assert len({row["customer"] for row in mine}) == len(mine)
    assert {row["persona"] for row in customers} == {"tim", "@trudy"}
    assert {row["target"] for row in visits if row["touchpoint"] == "order"} == {"left"}
