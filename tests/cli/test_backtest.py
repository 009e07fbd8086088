from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

Journey = Callable[..., Result]
COLUMNS = ("--case", "who", "--event", "what", "--time", "when")


@pytest.fixture
def log(files: Path) -> Path:
    """Write 20 orders a day over 150 days, each paid nine days later."""
    begun = np.repeat(np.arange(150), 20)
    who = np.arange(len(begun))
    seen = begun + 9 < 150
    day = np.concatenate([begun, (begun + 9)[seen]])
    table = pa.table(
        {
            "who": np.concatenate([who, who[seen]]),
            "what": np.concatenate([np.full(len(begun), "order"), np.full(seen.sum(), "pay")]),
            "when": np.datetime64("2025-01-01") + day.astype("timedelta64[D]"),
        }
    )
    pq.write_table(table, files / "log.parquet")
    return files / "log.parquet"


def test_a_backtest_prints_json_and_draws(journey: Journey, log: Path, files: Path) -> None:
    """One origin of a short horizon: the document, and a picture beside it."""
    words = ("--horizon", "7 days", "--origins", "1", "--replications", "10", "--plot", "fan.svg", "--json")
    done = journey("backtest", "log.parquet", *COLUMNS, "--goal", "pay", *words)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["kept_back"] == "2025-04-11"
    assert document["series"]["pay"]["methods"]["journey"]["mae"] < 2.0
    assert (files / "fan.svg").read_text().startswith("<?xml")


def test_the_last_third_is_judged_whole(journey: Journey, log: Path) -> None:
    """With --final every week of the last 50 days is an origin, the last ending with the log."""
    words = ("--horizon", "28 days", "--final", "--replications", "10", "--json")
    done = journey("backtest", "log.parquet", *COLUMNS, "--goal", "pay", *words)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["final"] is True
    assert document["origins"] == ["2025-04-12", "2025-04-19", "2025-04-26", "2025-05-03"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--goal", "payed"), "did you mean 'pay'"),
        (("--planned", "due"), "--planned has the form COLUMN=ACTIVITY"),
        (("--planned", "due=pay"), "there is no column 'due'"),
        (("--horizon", "soon"), "soon"),
        (("--horizon", "400 days"), "is not 1 to 366 whole days"),
        (("--horizon", "120 days"), "the log lasts 150 days"),
        (("--new", "AutoEST"), "did you mean 'AutoETS'"),
        (("--calendar", "none.csv"), "there is no such file"),
        (("--holidays", "XX"), "no country whose holidays are known"),
        (("--plot", "fan.gif"), "is no kind of chart"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_played(
    journey: Journey, log: Path, words: tuple[str, ...], said: str
) -> None:
    """Each wrong option ends with code 2 and a message that names it; nothing is printed to stdout."""
    refused = journey("backtest", "log.parquet", *COLUMNS, *words)
    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.split())
    assert not refused.stdout
