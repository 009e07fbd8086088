from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.backtest.leads import divided, lead_bands

HORIZON = 14


@pytest.fixture
def booked(tmp_path: Path) -> EventLog:
    """Book 200 cases for each of 0, 1, 3, 5, 13, 14, 80 and 88 days ahead, and 20 for 9."""
    lead = np.repeat([0, 1, 3, 5, 13, 14, 80, 88, 9], [*[200] * 8, 20])
    day = np.datetime64("2024-03-01") + (np.arange(len(lead)) % 50).astype("timedelta64[D]")
    table = {"who": np.arange(len(lead)), "what": np.full(len(lead), "book"), "when": day}
    pq.write_table(pa.table({**table, "due": day + lead.astype("timedelta64[D]")}), tmp_path / "log.parquet")
    return read_log(tmp_path / "log.parquet", Columns("who", "what", "when", planned={"due": "book"}))


def test_a_persona_is_divided_by_how_far_ahead_it_plans(booked: EventLog) -> None:
    """Every day up to the horizon is a class, all beyond are one; too small ones join the one after them."""
    classes = divided(booked, HORIZON, 0)
    sizes = dict(zip(classes.personas, np.bincount(classes.persona).tolist(), strict=True))
    assert sizes == {
        "customer, 0 days ahead": 200,
        "customer, 1 days ahead": 200,
        "customer, 2-3 days ahead": 200,
        "customer, 4-5 days ahead": 200,
        "customer, 6-13 days ahead": 220,
        "customer, 14+ days ahead": 600,
    }


def test_days_beyond_four_weeks_are_classes_of_a_week(booked: EventLog) -> None:
    """Where 90 days are forecast, nobody is told apart from who plans one day more or less than 80."""
    assert divided(booked, 90, 0).personas[-2:] == ("customer, 15-83 days ahead", "customer, 84+ days ahead")


def test_a_large_log_has_no_more_classes_than_can_be_played(booked: EventLog) -> None:
    """A class holds at least one case in five hundred of all, whatever the horizon."""
    many = 400
    case = np.tile(booked.case, many) + np.repeat(np.arange(many), len(booked.case)) * booked.cases
    large = replace(
        booked,
        case=case,
        activity=np.tile(booked.activity, many),
        time=np.tile(booked.time, many),
        persona=np.tile(booked.persona, many),
        ids=np.tile(booked.ids, many),
        row=np.arange(len(case)),
        told_planned={column: np.tile(told, many) for column, told in booked.told_planned.items()},
    )
    sizes = np.bincount(divided(large, HORIZON, 0).persona)
    assert sizes.min() >= large.cases / 500


def test_who_comes_soon_is_forecast_apart(booked: EventLog) -> None:
    """Bands are a quarter, half and the whole of the horizon, and beyond; without dates there is one."""
    classes = divided(booked, HORIZON, 0)
    bands = dict(zip(classes.personas, lead_bands(classes, HORIZON).tolist(), strict=True))
    assert bands == {
        "customer, 0 days ahead": 0,
        "customer, 1 days ahead": 0,
        "customer, 2-3 days ahead": 0,
        "customer, 4-5 days ahead": 1,
        "customer, 6-13 days ahead": 2,
        "customer, 14+ days ahead": 3,
    }
    undated = replace(classes, told_planned={})
    assert lead_bands(undated, HORIZON).tolist() == [0] * 6
