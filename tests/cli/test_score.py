from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

Journey = Callable[..., Result]


@pytest.fixture
def made(journey: Journey, files: Path) -> Path:
    """Forecast the shop's demand by day, and write what then happened: path 0 of that forecast."""
    done = journey("forecast", "shop.yaml", "--by", "day", "--replications", "30", "--out", "made")
    assert done.exit_code == 0, done.output
    draws = pq.read_table(files / "made" / "draws.parquet").to_pandas()
    one = draws[draws.draw == 0]
    rows = one.loc[one.index.repeat(one.y.astype(int)), ["unique_id", "ds"]]
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), files / "log.parquet")
    return files / "made"


def test_a_path_of_the_forecast_is_covered_by_it(journey: Journey, made: Path) -> None:
    """What happened is what the forecast thought possible: most days lie within its 80 % intervals."""
    done = journey("score", "made", "log.parquet", "--event", "unique_id", "--time", "ds", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["schema"] == "journey.score/1"
    boots = document["series"]["boots"]
    assert boots["coverage"]["80"] > 0.6
    assert boots["total"]["actual"] > 0
    assert boots["total"]["forecast"] == pytest.approx(boots["total"]["actual"], rel=0.5)


def test_the_table_fits_a_terminal(journey: Journey, made: Path) -> None:
    """Every line has at most 80 columns, and names with brackets are shown as written."""
    done = journey("score", "made", "log.parquet", "--event", "unique_id", "--time", "ds")
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "[red]hat" in done.stdout


def test_names_that_differ_are_told(journey: Journey, made: Path, files: Path) -> None:
    """A series under another name needs --series; without any known one the message says so."""
    table = pq.read_table(files / "log.parquet")
    other = pa.array([f"sku {name}" for name in table["unique_id"].to_pylist()])
    pq.write_table(table.set_column(0, "unique_id", other), files / "skus.parquet")
    words = ("score", "made", "skus.parquet", "--event", "unique_id", "--time", "ds")
    refused = journey(*words)
    assert refused.exit_code == 2
    assert "say which is which with --series NAME=EVENT" in refused.stderr
    done = journey(*words, "--series", "boots=sku boots", "--json")
    assert list(json.loads(done.stdout)["series"]) == ["boots"]
    assert journey(*words, "--series", "boots=sku boot").exit_code == 2


def test_a_log_that_ends_before_the_forecast_begins_is_refused(
    journey: Journey, made: Path, files: Path
) -> None:
    """The message names both spans."""
    (files / "early.csv").write_text("unique_id,ds\nboots,2025-01-01\nboots,2025-02-01\n")
    refused = journey("score", "made", "early.csv", "--event", "unique_id", "--time", "ds")
    assert refused.exit_code == 2
    assert "the log tells 2025-01-01 to 2025-02-01" in refused.stderr


def test_a_folder_without_a_forecast_is_refused(journey: Journey, files: Path) -> None:
    """An empty folder is no run."""
    (files / "nothing").mkdir()
    (files / "log.csv").write_text("what,when\nboots,2026-01-12\n")
    refused = journey("score", "nothing", "log.csv", "--event", "what", "--time", "when")
    assert refused.exit_code == 2
    assert "this is no run folder" in refused.stderr
