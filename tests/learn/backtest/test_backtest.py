from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from simulator.learn import EventLog
from simulator.learn.backtest.backtest import OURS, Backtest, backtest
from simulator.learn.backtest.baselines import PICKUP
from simulator.learn.backtest.document import backtest_document
from simulator.learn.backtest.journey import JourneyMethod, Task
from simulator.learn.backtest.origins import plan_origins
from simulator.learn.calendar import Calendar
from simulator.learn.newcomers import LevelSeason
from simulator.learn.timeseries import MODELS
from simulator.report.tables_backtest import backtest_tables


@pytest.fixture(scope="module")
def found(booked: EventLog) -> Backtest:
    """Backtest three origins of the bookings."""
    plan = plan_origins("bookings", booked.start, 240, 14, 3, False)
    method = JourneyMethod(Task(("come",), {"due": "come"}, 14, Calendar(), 0), LevelSeason(), 1, 40, 1)
    return backtest(booked, plan, method)


def test_every_method_is_asked_from_every_origin(found: Backtest) -> None:
    """Ours, the time series and pickup stand in the table; last year, for want of one, does not."""
    one = found.series["come"]
    assert list(one.methods) == [OURS, *MODELS, PICKUP]
    assert {scores.origins for scores in one.methods.values()} == {3}
    assert len(one.asked) == 3


def test_who_knows_the_bookings_beats_who_does_not(found: Backtest) -> None:
    """With 40 days of bookings ahead the journey has less than 0.8 of the best time series' CRPS."""
    methods = found.series["come"].methods
    assert methods[OURS].crps < 0.8 * min(methods[name].crps for name in MODELS)


def test_the_document_has_the_promised_keys(found: Backtest) -> None:
    """`journey.backtest/1`: series, origins, methods with their scores, and whether it was final."""
    document = backtest_document(found)
    assert document["schema"] == "journey.backtest/1"
    assert document["final"] is False
    one = document["series"]["come"]
    assert one["origins"] == 3
    ours = one["methods"]["journey"]
    assert set(ours) >= {"mae", "crps", "total_error", "bias", "coverage", "coverage_total"}
    assert set(ours["coverage"]) == set(ours["coverage_total"]) == {"50", "80", "95"}
    assert len(ours["weeks"]) == 2
    assert set(one["parts"]) == {"pipeline", "new_arrivals"}
    assert set(one["crps_ratio"]) == {*one["methods"]} - {"journey"}
    pickup = one["crps_ratio"][PICKUP]
    assert pickup["value"] == pytest.approx(ours["crps"] / one["methods"][PICKUP]["crps"], rel=1e-5)


def test_the_parts_are_scored_on_their_own(found: Backtest) -> None:
    """What was forecast of the pipeline and of new customers adds up to the whole, path by path."""
    for asked in found.series["come"].asked:
        assert np.array_equal(asked.parts.pipeline + asked.parts.newcomers, asked.forecasts[OURS])
        assert (asked.actual_new <= asked.actual).all()


def test_the_tables_fit_a_terminal_and_hold_every_method(found: Backtest) -> None:
    """The answer stands first; each method has a row of seven figures, ours a row for each week and part."""
    console = Console(width=80, file=io.StringIO(), record=True)
    for part in backtest_tables(found):
        console.print(part)
    text, methods = console.export_text(), found.series["come"].methods
    lines = [line.strip() for line in text.splitlines()]
    assert f"come: {OURS} has a CRPS of {methods[OURS].crps:.3g} a day" in " ".join(text.split())
    for name in (*methods, "week 1", "week 2", "on their way", "new"):
        (row,) = [line for line in lines if line.startswith(f"{name} ") and line.endswith("%")]
        assert len(row.removeprefix(name).replace(" %", "%").split()) == 7, row
    assert "…" not in text
