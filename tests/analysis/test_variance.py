from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.variance import split_variance

LARGEST_Z = 4.89


def test_by_hand() -> None:
    """Two sets of two replications: within them 2, between their means 16, so ignorance is (16 − 2) / 2."""
    parts = split_variance([1.0, 5.0, 3.0, 7.0], [10, 20, 10, 20])
    assert (parts.chance, parts.ignorance, parts.noise) == (2.0, 7.0, 0.5)
    assert parts.total == 9.5


def test_sets_need_not_be_equally_large() -> None:
    """The ANOVA estimators for unequal groups, as worked out by hand: n0 = (5 − 13 / 5) / 1."""
    values, sets = np.array([0.0, 2.0, 4.0, 9.0, 11.0]), np.array([0, 0, 0, 1, 1])
    within = (8.0 + 2.0) / 3
    between = 3 * (2.0 - 5.2) ** 2 + 2 * (10.0 - 5.2) ** 2
    parts = split_variance(values, sets)
    assert parts.chance == pytest.approx(within)
    assert parts.ignorance == pytest.approx((between - within) / 2.4)


def test_numbers_as_written_leave_no_ignorance() -> None:
    """Without drawn numbers all variance is chance, and noise is that over the replications."""
    parts = split_variance([[3.0, 5.0, 7.0, 9.0], [1.0, 1.0, 1.0, 1.0]])
    assert parts.ignorance.tolist() == [0.0, 0.0]
    assert parts.chance == pytest.approx([20.0 / 3.0, 0.0])
    assert parts.noise == pytest.approx([5.0 / 3.0, 0.0])


def test_means_that_agree_too_well_leave_none_either() -> None:
    """Where sets differ less than chance would make them, ignorance is 0 and chance all there is."""
    parts = split_variance([1.0, 3.0, 1.0, 3.0], [0, 0, 1, 1])
    assert parts.ignorance == 0.0
    assert parts.chance == pytest.approx(np.var([1.0, 3.0, 1.0, 3.0], ddof=1))


@pytest.mark.parametrize(("values", "sets"), [([4.0], None), ([1.0, 2.0, 3.0], [0, 1, 2])])
def test_what_cannot_be_told_is_none(values: list[float], sets: list[int] | None) -> None:
    """One replication, or every one with numbers of its own: the parts cannot be told apart."""
    assert np.isnan(split_variance(values, sets).total)


def test_parts_of_a_known_law() -> None:
    """Poisson counts whose mean is a gamma: chance is its mean, ignorance its variance, for each series."""
    # False alarm 1e-6 each. Catches: the variance of means taken for ignorance (it holds chance / 2),
    # a divisor of n where it is n − 1, sets mixed up by an order that is not theirs.
    rng, pairs = np.random.default_rng(20_260_105), 40_000
    shape, scale = 25.0, np.array([[4.0], [1.0]])
    means = rng.gamma(shape, scale, (2, pairs))
    sets = np.arange(2 * pairs) % pairs
    values = rng.poisson(means[:, sets]).astype(float)
    order = rng.permutation(2 * pairs)
    parts = split_variance(values[:, order], sets[order])
    chance, ignorance = shape * scale[:, 0], shape * scale[:, 0] ** 2
    first, second = values[:, :pairs], values[:, pairs:]
    spread = ((first - second) ** 2 / 2).std(axis=1) / np.sqrt(pairs)
    assert (np.abs(parts.chance - chance) <= LARGEST_Z * spread).all()
    product = (first - first.mean(axis=1, keepdims=True)) * (second - second.mean(axis=1, keepdims=True))
    spread = product.std(axis=1) / np.sqrt(pairs)
    assert (np.abs(parts.ignorance - ignorance) <= LARGEST_Z * spread).all()
    # The three sum to the variance of a future about the mean forecast.
    np.testing.assert_allclose(parts.total, values.var(axis=1, ddof=1), rtol=0.01)
