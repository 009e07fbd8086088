from __future__ import annotations

import datetime
import sys

import numpy as np
import pytest

from simulator.errors import InputError, MissingExtraError
from simulator.learn.newcomers import Arrivals, forecaster_named

FIRST = datetime.date(2024, 1, 1)


@pytest.fixture
def known() -> Arrivals:
    """Two groups of 30 and 10 a day, one of them busy on Mondays."""
    rng = np.random.default_rng(1)
    week = 1.0 + (np.arange(210) % 7 == 0)
    return Arrivals(FIRST, ("many", "few"), np.vstack([rng.poisson(30 * week), rng.poisson(10.0, 210)]) * 1.0)


def test_a_model_of_the_library_forecasts_by_groups(known: Arrivals) -> None:
    """AutoETS continues the total, and each group has its recent share of it."""
    means = forecaster_named("AutoETS").means(known, 14, 1, range(200))
    assert means.shape == (200, 2, 14)
    assert (means >= 0).all()
    daily = means.mean(axis=0)
    assert daily.sum() / 14 == pytest.approx(known.total.mean(), rel=0.1)
    assert daily[1].sum() / daily.sum() == pytest.approx(10 / (30 * 8 / 7 + 10), rel=0.15)
    assert daily[0, 0] > 1.3 * daily[0, 1]


def test_counting_is_not_added_twice(known: Arrivals) -> None:
    """Means of Poisson counts scatter less than the counts: the simulation counts customers itself."""
    means = forecaster_named("AutoETS").means(known, 14, 1, range(400)).sum(axis=1)
    assert means[:, 1:7].var(axis=0).mean() < 0.5 * means[:, 1:7].mean()


def test_an_unknown_forecaster_is_named_with_the_nearest() -> None:
    """AutoEST is a slip of the fingers."""
    with pytest.raises(InputError, match="did you mean 'AutoETS'"):
        forecaster_named("AutoEST")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    with pytest.raises(MissingExtraError, match=r"journey-simulator\[learn\]"):
        forecaster_named("AutoETS")
