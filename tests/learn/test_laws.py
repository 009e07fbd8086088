from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from simulator.laws.law import Law
from simulator.learn.laws import written_law
from simulator.spec.quantities import TimeLaw

DAY = 86_400_000.0
READ: TypeAdapter[Law] = TypeAdapter(TimeLaw)


def law_of(durations: Any, most: int = 16) -> Law:
    """Write durations as a law and read it back."""
    return READ.validate_python(written_law(durations, np.ones(len(durations)), most))


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng: rng.exponential(5 * DAY, 20_000),
        lambda rng: np.floor(rng.exponential(20, 20_000)) * DAY,
        lambda rng: rng.lognormal(12, 1.0, 20_000),
        lambda rng: rng.gamma(9.0, DAY, 20_000),
        lambda rng: rng.poisson(2.0, 20_000) * DAY,
        lambda rng: np.where(rng.random(20_000) < 0.4, 0.0, rng.exponential(3 * DAY, 20_000)),
    ],
    ids=["exponential", "whole days", "log-normal", "gamma", "few nights", "many at once"],
)
def test_a_written_law_has_the_mean_and_the_shape_of_the_data(draw: Any) -> None:
    """The mean is kept within 0.5 % and the distribution within 1.5 % of probability, by few quantiles.

    A law through every twentieth quantile without mending the mean of the tail fails this.
    """
    durations = draw(np.random.default_rng(5))
    law = law_of(durations)
    assert law.mean() == pytest.approx(durations.mean(), rel=0.005)
    grid = np.quantile(durations, np.linspace(0.01, 0.99, 99))
    below, upto = (
        np.array([compare(durations, x).mean() for x in grid]) for compare in (np.less, np.less_equal)
    )
    found = np.array([law.cdf(x) for x in grid])
    assert (np.maximum(below - found, found - upto) <= 0.015).all()
    assert len(law.knots) <= 16


def test_an_atom_stays_an_atom() -> None:
    """A fixed number of nights is not smeared: 60 % stay exactly one night."""
    law = law_of(np.repeat([1.0, 2.0, 7.0], [600, 300, 100]) * DAY)
    drawn = np.array([law.quantile(u) for u in (np.arange(2_000) + 0.5) / 2_000]) / DAY
    assert np.mean(drawn == 1.0) == pytest.approx(0.6, abs=0.002)
    assert np.mean(drawn == 2.0) == pytest.approx(0.3, abs=0.002)


def test_plain_cases_are_written_plainly() -> None:
    """One value is a duration, no time is nothing, and two cases do not make twenty quantiles."""
    assert written_law(np.full(9, 3 * DAY), np.ones(9)) == "3 days"
    assert written_law(np.zeros(9), np.ones(9)) is None
    assert len(law_of(np.array([1.0, 2.0]) * DAY).knots) <= 3


def test_weights_count() -> None:
    """A value with three times the weight is three times as likely."""
    law = READ.validate_python(written_law(np.array([1.0, 9.0]) * DAY, np.array([0.3, 0.1])))
    assert law.mean() == pytest.approx(3 * DAY, rel=0.01)
