from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simulator.learn import Columns, read_log
from simulator.learn.hazards import EDGES
from simulator.learn.model import learn_log
from simulator.learn.planned import planned_places

Write = Callable[..., Path]
START = np.datetime64("2025-01-01")
COLUMNS = Columns("who", "what", "when", "kind", planned={"due": "come"})
CASES, DAYS = 40_000, 400
RATES = {"calm": 0.005, "nervous": 0.02}  # a day, from the second day left on; on the last one ten times it
STAY_AWAY = {"calm": 0.03, "nervous": 0.10}


def play(seed: int = 1) -> dict[str, np.ndarray]:
    """Book for a date up to 60 days ahead; cancel by a known hazard; stay away, or come."""
    rng = np.random.default_rng(seed)
    begun, lead = rng.integers(0, DAYS, CASES), rng.integers(0, 60, CASES)
    kind = rng.choice(["calm", "nervous"], CASES, p=[0.7, 0.3])
    due = begun + lead
    rate = np.vectorize(RATES.get)(kind)
    needed = rng.exponential(1.0, CASES)
    hazard_early = rate * np.maximum(lead - 0.5 - 1.0, 0.0)
    early = needed < hazard_early
    late_part = np.minimum(np.maximum(lead - 0.5, 0.0), 1.0)
    late = ~early & (needed < hazard_early + 10 * rate * late_part)
    after = np.where(
        early, needed / rate, np.maximum(lead - 1.5, 0.0) + (needed - hazard_early) / (10 * rate)
    )
    cancelled = np.where(early | late, np.floor(begun + 0.5 + np.where(early | late, after, 0)), -1).astype(
        int
    )
    away = (cancelled < 0) & (rng.random(CASES) < np.vectorize(STAY_AWAY.get)(kind))
    end = np.where(cancelled >= 0, cancelled, due)
    what = np.where(cancelled >= 0, "cancel", np.where(away, "stay away", "come"))
    return {"begun": begun, "due": due, "kind": kind, "end": end, "what": what}


def table(truth: dict[str, np.ndarray]) -> pa.Table:
    """Lay the truth out as a log that ends with its last day."""
    seen = truth["end"] < DAYS
    who = np.arange(CASES)
    day = np.concatenate([truth["begun"], truth["end"][seen]])
    return pa.table(
        {
            "who": np.concatenate([who, who[seen]]),
            "what": np.concatenate([np.full(CASES, "book"), truth["what"][seen]]),
            "when": START + day.astype("timedelta64[D]"),
            "kind": np.concatenate([truth["kind"], truth["kind"][seen]]),
            "due": np.concatenate([START + truth["due"], (START + truth["due"])[seen]]),
        }
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Write the log and read it."""
    import pyarrow.parquet as pq

    path = tmp_path_factory.mktemp("planned") / "log.parquet"
    pq.write_table(table(play()), path)
    return read_log(path, COLUMNS)


def test_hazards_are_found_again_by_persona_and_time_left(log: Any) -> None:
    """Each band's rate is within 4.89 standard errors of the truth, for both personas.

    Cases open at the end that count as gone, or not at all, would move every rate.
    """
    [place], notes = planned_places(log, {"due": "come"})
    assert notes == []
    rates = place.before[log.activities.index("cancel")]
    risk = place.risk
    for code, kind in enumerate(log.personas):
        mine = risk.group == code
        for band, (low, high) in enumerate(itertools.pairwise(EDGES[:11])):
            days = np.clip(np.minimum(risk.high, high) - np.maximum(risk.low, low), 0, None)[mine].sum()
            truth = RATES[kind] * (10 if band == 0 else 1)
            error = np.sqrt(truth / days)
            assert rates[code, band] == pytest.approx(truth, abs=4.89 * error + 0.12 * truth), (kind, band)


def test_what_people_did_long_ago_counts_less(log_file: Write) -> None:
    """A year of a hazard of 0.02 a day, then a year of none: the first weighs a quarter.

    Of those who planned longer ahead 73 % are left 3 to 14 days before the date, in the first year. All days
    taken alike would tell 0.0084 instead of 0.0031.
    """
    rng = np.random.default_rng(2)
    begun = np.repeat(np.arange(720), 30)
    lead = rng.integers(0, 40, len(begun))
    after = np.floor(0.5 + rng.exponential(50.0, len(begun))).astype(int)
    cancelled = (after < lead) & (begun + after < 360)
    end = np.where(cancelled, begun + after, begun + lead)
    seen, who = end < 720, np.arange(len(begun))
    rows = pa.table(
        {
            "who": np.concatenate([who, who[seen]]),
            "what": np.concatenate([np.full(len(who), "book"), np.where(cancelled, "cancel", "come")[seen]]),
            "when": START + np.concatenate([begun, end[seen]]).astype("timedelta64[D]"),
            "due": np.concatenate([START + begun + lead, (START + begun + lead)[seen]]),
        }
    )
    log = read_log(log_file(rows), Columns("who", "what", "when", planned={"due": "come"}))
    [place], _ = planned_places(log, {"due": "come"})
    everybody = place.before[log.activities.index("cancel")][-1]
    first = 0.73 * 0.5 ** (360 / 180)
    assert everybody[3:7] == pytest.approx(0.02 * first / (1 + first), rel=0.15)


def test_who_stays_away_is_found_again(log: Any) -> None:
    """The shares of those who did not come on the day are within 4.89 standard errors."""
    [place], _ = planned_places(log, {"due": "come"})
    shares = place.instead[log.activities.index("stay away")]
    for code, kind in enumerate(log.personas):
        truth = STAY_AWAY[kind]
        came = ((place.risk.group == code) & (place.risk.following >= 0)).sum() * 0.6
        assert shares[code] == pytest.approx(truth, abs=4.89 * np.sqrt(truth / came))


def test_the_model_waits_for_the_date(log: Any) -> None:
    """The learnt touchpoint is a race of three clocks; personas have their own hazard and their own dates."""
    learnt = learn_log(log, planned={"due": "come"}, goal=("come",))
    race = learnt.data["touchpoints"]["book"]["race"]
    assert race["come"] == {"after": {"until": "due"}}
    assert race["stay away"]["after"] == {"until": "due"}
    assert race["cancel"]["after"]["hazard"]["clock"] == {"until": "due"}
    own = learnt.data["personas"]["nervous"]
    assert own["changes"]["touchpoints"]["book"]["race"]["stay away"]["p"] == pytest.approx(0.1, abs=0.015)
    assert "empirical" in own["planned"]["due"]


def test_a_few_tell_how_far_ahead_their_kind_plans(log_file: Write) -> None:
    """Twenty who book for the next day do not plan as three hundred others do, who book for next month.

    Taken for the others they would come a month late, and a forecast of this week would miss them.
    """
    lead = np.repeat([1, 30], [20, 300])
    begun, who = np.arange(320) % 100, np.arange(320)
    kind = np.repeat(["soon", "late"], [20, 300])
    rows = pa.table(
        {
            "who": np.concatenate([who, who]),
            "what": np.repeat(["book", "come"], 320),
            "when": START + np.concatenate([begun, begun + lead]).astype("timedelta64[D]"),
            "kind": np.concatenate([kind, kind]),
            "due": np.concatenate([START + begun + lead, START + begun + lead]),
        }
    )
    learnt = learn_log(read_log(log_file(rows), COLUMNS), planned={"due": "come"})
    assert learnt.data["personas"]["soon"]["planned"]["due"] == "1 day"


def test_weeks_that_differ_by_luck_alone_are_no_shock(log: Any) -> None:
    """A constant hazard gives no shock; no line is written for it."""
    learnt = learn_log(log, planned={"due": "come"}, goal=("come",))
    shock = learnt.data.get("shocks", {}).get("cancel", {"sd": 0.0})
    assert shock["sd"] < 0.08


def test_a_date_that_means_something_else_is_not_used(log_file: Write) -> None:
    """Where people come on another day than the one planned, the date is left out, and the notes say so."""
    begun = np.arange(300) % 100
    who = np.arange(300)
    rows = pa.table(
        {
            "who": np.concatenate([who, who]),
            "what": np.repeat(["book", "come"], 300),
            "when": START + np.concatenate([begun, begun + 9]).astype("timedelta64[D]"),
            "due": np.concatenate([START + begun + 5, START + begun + 5]),
        }
    )
    columns = Columns("who", "what", "when", planned={"due": "come"})
    learnt = learn_log(read_log(log_file(rows), columns), planned={"due": "come"})
    assert "race" not in learnt.data["touchpoints"]["book"]
    assert any("comes on the date due in 0 % of cases only" in note for note in learnt.notes)
