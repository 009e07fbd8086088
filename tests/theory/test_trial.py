"""The textbook's test of two shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.theory.trial import share_test_power, share_test_size


@pytest.mark.parametrize(
    ("first", "second", "power", "customers"),
    [(0.50, 0.75, 0.90, 76.71), (0.10, 0.12, 0.80, 3840.85), (0.20, 0.25, 0.80, 1093.74)],
)
def test_the_size_is_the_published_one(first, second, power, customers) -> None:
    """R's power.prop.test documents 76.7 for the first; the formula of Fleiss by hand for the others."""
    pooled = (first + second) / 2
    none = math.sqrt(2 * pooled * (1 - pooled))
    both = math.sqrt(first * (1 - first) + second * (1 - second))
    normal = {0.80: 0.8416212335729143, 0.90: 1.2815515655446004}
    by_hand = ((1.959963984540054 * none + normal[power] * both) / (second - first)) ** 2
    assert share_test_size(first, second, power) == pytest.approx(by_hand, rel=1e-12)
    assert share_test_size(first, second, power) == pytest.approx(customers, abs=0.01)


def test_power_and_size_are_each_others_inverse() -> None:
    """The size for a power has that power, for groups of any ratio and either direction."""
    for ratio in (0.25, 1.0, 4.0):
        for first, second in ((0.1, 0.13), (0.13, 0.1)):
            size = share_test_size(first, second, 0.85, 0.01, ratio)
            assert share_test_power(first, second, size, 0.01, ratio) == pytest.approx(0.85, abs=1e-12)


def test_the_power_is_what_tests_find() -> None:
    """Of 200,000 tests with groups of that size, so many find the difference: unequal groups, too."""
    generator, tests = np.random.default_rng(5), 200_000
    size = round(share_test_size(0.2, 0.23, 0.8, 0.05, ratio=0.5))
    hits = generator.binomial(size, 0.2, tests), generator.binomial(size // 2, 0.23, tests)
    shares, pooled = (hits[0] / size, hits[1] / (size // 2)), (hits[0] + hits[1]) / (size + size // 2)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / size + 1 / (size // 2)))
    found = float(((shares[1] - shares[0]) / spread > 1.959963984540054).mean())
    assert found == pytest.approx(0.8, abs=0.005)


def test_nothing_to_find_is_never_found() -> None:
    """Equal shares need infinitely many; what is found then is one half of the false alarms."""
    assert share_test_size(0.2, 0.2) == math.inf
    assert share_test_power(0.2, 0.2, 1e6) == 0.025
