from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from simulator.engine.log import END_FIELDS, Log
from simulator.execution import blocks, play, play_all
from simulator.execution.crew import Crew
from simulator.execution.engines import EngineName
from simulator.execution.record import Recording
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.results.eventlog import EventLog, safe_text
from simulator.results.rows import visit_batch


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=cmd|' /C calc'!A0"])
def test_formulas_are_disarmed(text: str) -> None:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it."""
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["cart", "No-Show", "a=b", "顾客", "'quoted", ""])
def test_other_texts_stay(text: str) -> None:
    """Any other text is written as it is."""
    assert safe_text(text) == text


def log_of(visits: list[tuple[int, ...]], attributes: list[tuple[float, ...]]) -> Log:
    """Make a log of visits alone."""
    none = np.zeros((0, len(END_FIELDS)), dtype=np.int64)
    return Log(np.array(visits), np.array(attributes), none, np.zeros((0, len(attributes[0]))))


def test_event_log_disarms_names_not_numbers(shop: Program) -> None:
    """Names of every column are disarmed; negative numbers stay numbers."""
    stream = io.StringIO(newline="")
    ad = shop.names.touchpoints.index("ad")
    log = log_of([(-1, 0, ad, 1, 0, 0, 5, Manner.DECIDED, 1, 0, 0, 1)], [(0.0, -2.5)])
    EventLog(stream, shop).write(visit_batch(shop, 0, log))
    header, row = csv.reader(io.StringIO(stream.getvalue()))
    found = dict(zip(header, row, strict=True))
    assert found["persona"] == "'@trudy"
    assert found["mood"] == "-2.5"
    assert found["case"] == "f" * 16
    assert found["timestamp"] == "2026-01-07T00:00:00.000"
    assert found["end"] == "2026-01-07T00:00:00.005"


def record(program: Program, folder: Path, by: EngineName, replications: int = 2, workers: int = 1) -> None:
    """Play with rows and events in a folder."""
    with Recording(program, folder, folder / "events.csv") as rows:
        play_all([program], 7, replications, workers, by=by, rows=rows)


def test_event_log_holds_every_visit(shop: Program, tmp_path: Path) -> None:
    """The log of a replication has every visit of it, times in ISO 8601; one still open has no end."""
    record(shop, tmp_path, "kernel")
    with (tmp_path / "events.csv").open(newline="", encoding="utf-8") as stream:
        events = list(csv.DictReader(stream))
    horizon = datetime.datetime(2026, 1, 28)
    ended = [event for event in events if event["end"]]
    for event in ended:
        entered, end = (datetime.datetime.fromisoformat(event[name]) for name in ("timestamp", "end"))
        assert datetime.datetime(2026, 1, 7) <= entered <= end < horizon
    assert {event["activity"] for event in events} == {"ad", "chat", "order"}
    late = [event for event in ended if event["end"] >= "2026-01-09"]
    completed = sum(event["left_by"] not in ("refused", "closed", "abandoned") for event in late)
    tally = play(shop, 7, 1)[0]
    assert completed == tally["visits"].sum()
    assert [event["left_by"] for event in events if not event["end"]] == ["open"] * int(
        tally["open_at"].sum()
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "customers.parquet",
        "events.csv",
        "visits.parquet",
    ]


def test_rows_add_up_to_the_tallies(slow: Program, tmp_path: Path) -> None:
    """Rows hold every visit and every customer of each replication, also who is still on his way."""
    record(slow, tmp_path, "kernel")
    visits = pq.read_table(tmp_path / "visits.parquet").to_pylist()
    customers = pq.read_table(tmp_path / "customers.parquet").to_pylist()
    start = datetime.datetime(2026, 1, 9)
    for number, tally in enumerate(play(slow, 7, 2)):
        mine = [row for row in visits if row["replication"] == number]
        still_there = [row for row in mine if row["manner"] == "open"]
        assert len(still_there) == tally["open_at"].sum() > 0
        assert {(row["left"], row["target"]) for row in still_there} == {(None, None)}
        completed = [
            row
            for row in mine
            if row["left"] and row["left"] >= start and row["manner"] in ("decided", "stockout")
        ]
        assert len(completed) == tally["visits"].sum()
        people = [row for row in customers if row["replication"] == number]
        assert len({row["customer"] for row in people}) == len(people) == tally["people"].sum()
        counted = Counter(row["status"] for row in people)
        assert counted["open"] == tally["open"].sum() > 0
        assert counted["ended"] == tally["outcomes"].sum()
        assert {row["outcome"] for row in people if row["status"] == "ended"} == {"left"}
        assert {(row["outcome"], row["ended"]) for row in people if row["status"] == "open"} == {(None, None)}
    assert {row["persona"] for row in customers} == {"tim", "@trudy"}
    assert {row["target"] for row in visits if row["touchpoint"] == "order"} <= {"left", None}


@pytest.mark.parametrize("name", ["slow", "plain"])
def test_engines_write_the_same_rows(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """What the kernel writes is what the reference engine writes; only the order may differ."""
    program = request.getfixturevalue(name)
    tables = []
    for by in ("kernel", "reference"):
        (tmp_path / by).mkdir()
        record(program, tmp_path / by, by)
        tables.append([sorted_rows(tmp_path / by / f"{one}.parquet") for one in ("visits", "customers")])
    assert tables[0] == tables[1]
    assert len(tables[0][0]) > len(tables[0][1]) > 500


def sorted_rows(path: Path) -> list[str]:
    """Read the rows of a table in an order of their own."""
    return sorted(map(repr, pq.read_table(path).to_pylist()))


@pytest.mark.parametrize("name", ["slow", "plain"])
def test_files_do_not_depend_on_workers(
    name: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes from one thread, three, and workers elsewhere who send their rows along."""
    monkeypatch.setattr(blocks, "_SLICE", 100.0)
    monkeypatch.setattr(blocks, "_WORTH_SUBMITTING", {"kernel": 1.0, "reference": 1.0})
    program = request.getfixturevalue(name)
    for workers in (1, 3):
        (tmp_path / str(workers)).mkdir()
        record(program, tmp_path / str(workers), "kernel", workers=workers)
    (tmp_path / "elsewhere").mkdir()
    with ThreadPoolExecutor(2) as threads, Recording(program, tmp_path / "elsewhere", None) as rows:
        play_all([program], 7, 2, executor=Crew(threads, 8, elsewhere=True), by="kernel", rows=rows)
    for one in ("visits", "customers"):
        files = {(tmp_path / place / f"{one}.parquet").read_bytes() for place in ("1", "3", "elsewhere")}
        assert len(files) == 1
    assert (tmp_path / "1" / "events.csv").read_bytes() == (tmp_path / "3" / "events.csv").read_bytes()


def test_an_error_leaves_no_event_log(shop: Program, tmp_path: Path) -> None:
    """A log that is not complete does not replace the one that was there."""
    (tmp_path / "events.csv").write_text("mine")
    with pytest.raises(RuntimeError), Recording(shop, None, tmp_path / "events.csv"):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
    assert (tmp_path / "events.csv").read_text() == "mine"
