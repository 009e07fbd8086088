from __future__ import annotations

import datetime

import pytest

from simulator.errors import LogError
from simulator.learn.backtest.origins import plan_origins

FIRST = datetime.date(2024, 1, 1)


def test_the_last_third_is_kept_back() -> None:
    """300 days: forecasts of 28 days end by day 200, weekly, the latest last."""
    plan = plan_origins("log.csv", FIRST, 300, 28, 5, False)
    assert plan.kept_back == 200
    assert plan.days == (144, 151, 158, 165, 172)
    assert not plan.final


def test_final_uses_it_and_nothing_before() -> None:
    """With --final the origins lie in the last third, as many as fit."""
    plan = plan_origins("log.csv", FIRST, 300, 28, 20, True)
    assert plan.days[-1] == 272
    assert plan.days[0] >= 200
    assert len(plan.days) == 11
    assert plan.final


@pytest.mark.parametrize("final", [False, True])
def test_a_log_too_short_is_refused_with_its_days(final: bool) -> None:
    """45 days hold no forecast of 28 and a past."""
    with pytest.raises(LogError, match="the log lasts 45 days"):
        plan_origins("log.csv", FIRST, 45, 28, 20, final)


def test_nothing_is_forecast_that_was_never_seen() -> None:
    """What happens first on day 120 can be forecast four weeks later, from its own past."""
    plan = plan_origins("log.csv", FIRST, 300, 28, 20, False, seen=120)
    assert plan.days == (151, 158, 165, 172)
