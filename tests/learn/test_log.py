from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from simulator.errors import LogError
from simulator.learn import Columns, read_log

COLUMNS = Columns("who", "what", "when")
HEAD = "who,what,when,kind,paid"
Write = Callable[..., Path]


def refused(path: Path, columns: Columns = COLUMNS) -> str:
    """Say why a log is refused."""
    with pytest.raises(LogError) as caught:
        read_log(path, columns)
    return str(caught.value)


def test_csv_and_parquet_are_the_same_log(log_file: Write) -> None:
    """The same events give the same log from commas, semicolons, tabs and Parquet."""
    rows = [
        ("7", "in", "2026-01-05 08:30:00"),
        ("7", "out", "2026-01-07 09:00:00"),
        ("08", "in", "2026-01-06 00:00:00"),
    ]
    logs = [
        read_log(
            log_file(["other,who,what,when", *(f"x,{','.join(row)}" for row in rows)], "a.csv"), COLUMNS
        ),
        read_log(log_file(["who;what;when", *(";".join(row) for row in rows)], "b.csv"), COLUMNS),
        read_log(log_file(["who\twhat\twhen", *("\t".join(row) for row in rows)], "c.tsv"), COLUMNS),
    ]
    who, what, when = zip(*rows, strict=True)
    instants = [datetime.datetime.fromisoformat(text) for text in when]
    logs.append(read_log(log_file(pa.table({"who": who, "what": what, "when": instants})), COLUMNS))
    for log in logs:
        assert log.activities == ("in", "out")
        assert log.case.tolist() == [0, 0, 1]
        assert log.time.tolist() == [30_600_000, 2 * 86_400_000 + 32_400_000, 86_400_000]
        assert (log.start, log.has_clock) == (datetime.date(2026, 1, 5), True)


def test_events_are_sorted_by_case_and_time_and_ties_keep_their_order(log_file: Write) -> None:
    """A log may come in any order; two events of a case at one time stay as the file has them."""
    rows = [
        "b,late,2026-01-09",
        "a,second,2026-01-05",
        "a,third,2026-01-05",
        "a,first,2026-01-04",
        "b,early,2026-01-01",
    ]
    log = read_log(log_file(["who,what,when", *rows], "log.csv"), COLUMNS)
    assert [log.activities[code] for code in log.activity] == ["early", "late", "first", "second", "third"]


def test_a_log_of_dates_ends_with_its_last_day(log_file: Write) -> None:
    """Dates alone: no clock, and the window covers the whole last day."""
    log = read_log(log_file(["who,what,when", "a,x,2026-01-04", "a,y,2026-01-09"], "log.csv"), COLUMNS)
    assert not log.has_clock
    assert log.window == 6 * 86_400_000


def test_offsets_are_wall_clocks(log_file: Write) -> None:
    """An offset or a zone is dropped: 08:00+05:00 is eight in the morning where it happened."""
    rows = ["a,x,2026-01-04T08:00:00+05:00", "a,y,2026-01-04T09:00:00Z"]
    assert read_log(log_file(["who,what,when", *rows], "log.csv"), COLUMNS).time.tolist() == [
        28_800_000,
        32_400_000,
    ]
    zone = pa.array([datetime.datetime(2026, 1, 4, 8)], pa.timestamp("us", "Asia/Karachi"))
    table = pa.table({"who": ["a"], "what": ["x"], "when": zone})
    assert read_log(log_file(table), COLUMNS).time.tolist() == [13 * 3_600_000]


def test_the_first_persona_a_case_names_is_its_persona(log_file: Write) -> None:
    """A case keeps its first group; one that names none is unknown; groups come by size."""
    rows = [
        "a,x,2026-01-02,new,",
        "a,y,2026-01-03,old,",
        "b,x,2026-01-02,,",
        "c,x,2026-01-02,,",
        "c,y,2026-01-03,new,",
    ]
    log = read_log(log_file([HEAD, *rows], "log.csv"), Columns("who", "what", "when", "kind"))
    assert log.personas == ("new", "unknown")
    assert log.persona.tolist() == [0, 1, 0]


def test_a_few_events_without_a_case_are_left_out_and_counted(log_file: Write) -> None:
    """One nameless event in 200 is no reason to refuse a log, and none to hide it."""
    rows = [f"{case},x,2026-01-02" for case in range(199)]
    log = read_log(log_file(["who,what,when", ",y,2026-01-01", *rows], "log.csv"), COLUMNS)
    assert (log.nameless, log.cases, log.activities) == (1, 199, ("x",))


def test_values_are_numbers_or_missing(log_file: Write) -> None:
    """An empty amount is missing, a text is refused with its line."""
    columns = Columns("who", "what", "when", value="paid")
    rows = ["a,x,2026-01-02,k,", "a,y,2026-01-03,k,12.5"]
    value = read_log(log_file([HEAD, *rows], "log.csv"), columns).value
    assert value is not None
    assert np.isnan(value[0])
    assert value[1] == 12.5
    said = refused(log_file([HEAD, *rows, "b,x,2026-01-02,k,12 EUR"], "log.csv"), columns)
    assert "log.csv:4: column 'paid': '12 EUR' is no number" in said


ONE = "a,x,2026-01-02"
WRONG = {
    "unknown column": (["who,what,wen", ONE], "no column 'when' for the time; did you mean 'wen'"),
    "no event": (["who,what,when"], "the log holds no event"),
    "empty file": ([""], "no column 'who'"),
    "one name twice": (["who,what,when,who", f"{ONE},b"], "2 columns are called 'who'"),
    "day first": (
        ["who,what,when", ONE, "b,y,02/01/2026"],
        "csv:3: column 'when': '02/01/2026' is no time; write",
    ),
    "no time": (["who,what,when", ONE, "b,y,"], "csv:3: the time (when) is empty"),
    "blank event": (["who,what,when", "a, ,2026-01-02"], "csv:2: the event (what) is empty"),
    "no case": (["who,what,when", ",x,2026-01-02"], "csv:2: the case (who) is empty"),
    "short line": (["who,what,when", ONE, "a,x"], "Expected 3 columns, got 2"),
    "a thousand years": (["who,what,when", "a,x,1026-01-02", ONE], "the log lasts 365,243 days"),
}


@pytest.mark.parametrize(("content", "says"), WRONG.values(), ids=WRONG)
def test_wrong_logs_say_what_is_wrong(log_file: Write, content: list[str], says: str) -> None:
    """Each wrong log is refused in words, with the line and the nearest name."""
    assert says in refused(log_file(content, "log.csv"))


def test_two_roles_need_two_columns(log_file: Write) -> None:
    """A column cannot be case and event at once."""
    said = refused(log_file(["who,what,when", ONE], "log.csv"), Columns("who", "who", "when"))
    assert "case and event are the same column 'who'" in said


def test_all_missing_columns_are_named_at_once(log_file: Write) -> None:
    """Two wrong names are two problems of one error."""
    said = refused(log_file(["who,what,when", "a,x,2026-01-02"], "log.csv"), Columns("whom", "what", "wen"))
    assert "no column 'whom'" in said
    assert "no column 'wen'" in said


def test_files_that_are_no_logs_are_refused(log_file: Write, tmp_path: Path) -> None:
    """A missing file, a folder, another ending, noise, and another encoding."""
    assert "there is no such file" in refused(tmp_path / "none.csv")
    assert "a log ends in" in refused(log_file(["x"], "log.xlsx"))
    (tmp_path / "folder.csv").mkdir()
    assert "cannot be read" in refused(tmp_path / "folder.csv")
    assert "cannot be read" in refused(log_file(["no parquet"], "log.parquet"))
    (tmp_path / "latin.csv").write_bytes("who,what,when\na,caf\xe9,2026-01-02\n".encode("latin-1"))
    assert "UTF" in refused(tmp_path / "latin.csv")


def test_numbers_are_no_times(log_file: Write) -> None:
    """Microseconds since 1970 are not guessed at: 20260102 could be one as well as a date."""
    table = pa.table({"who": ["a"], "what": ["x"], "when": [1_767_312_000_000_000]})
    assert "times are numbers" in refused(log_file(table))
