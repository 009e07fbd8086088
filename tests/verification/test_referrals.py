from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.tally import Tally
from simulator.theory.branching import borel_pmf, extinction_probability, family_size
from tests.verification.conftest import (
    SEED,
    assert_fits,
    assert_mean,
    assert_share,
    assert_variance,
    assert_z,
    play,
    program_of,
    tabulated,
)

# Referred at once and gone at once: a family is everybody who came in the same millisecond.
JOURNEY = """
start: 2026-01-05
horizon: {days} days
goal: [shop]
max_generations: {generations}
personas:
  all: {{arrivals: {{rate: {rate} per day}}, enters: {{shop: 1}}}}
touchpoints:
  shop: {{refers: {{count: {{poisson: {mean}}}, enters: {{shop: 1}}}}, next: {{gone: 1}}}}
outcomes: [gone]
"""


@dataclass
class Families:
    """A hook that counts who came at each instant, by generation."""

    generations: dict[int, list[int]] = field(default_factory=dict)

    def __call__(self, customer: Customer, visit: Visit) -> None:
        """Count one visit; everybody has exactly one."""
        family = self.generations.setdefault(customer.arrived, [])
        family.extend([0] * (customer.generation + 1 - len(family)))
        family[customer.generation] += 1

    def single(self) -> list[list[int]]:
        """The families of one founder: two founders in a millisecond cannot be told apart.

        Whether another founder comes does not depend on a family's size, so nothing is biased.
        """
        return [family for family in self.generations.values() if family[0] == 1]


@cache
def _played(mean: float, days: int, rate: int, generations: int) -> tuple[Tally, list[list[int]]]:
    families = Families()
    text = JOURNEY.format(mean=mean, days=days, rate=rate, generations=generations)
    (tally,) = play(program_of(text), SEED, 1, families)
    existing, arrived, referred = tally["people"][0]
    assert existing == tally["open"].sum() == tally["stopped"].sum() == 0
    assert arrived == sum(family[0] for family in families.generations.values())
    assert arrived + referred == tally["outcomes"].sum() == tally["conversions"].sum()
    return tally, families.single()


# 40,000 founders are 100,000 customers.
@pytest.mark.parametrize("days", [40, pytest.param(400, marks=pytest.mark.long)])
def test_referrals_family_size(days: int) -> None:
    """A family has the size of a Galton-Watson process: mean 2.5, variance 9.375, Borel's law."""
    # False alarm 3e-6. Catches: a referrer's luck given to the referred, a generation cut off (2.5
    # becomes 2.46), two referred who are the same person.
    tally, families = _played(0.6, days, 1_000, 200)
    assert tally["referrals_capped"].sum() == 0
    sizes = [sum(family) for family in families]
    moments = family_size(0.6)
    np.testing.assert_allclose(moments, [2.5, 9.375], rtol=1e-12)
    k = np.arange(1.0, 2_000.0)
    fourth = float(borel_pmf(k, 0.6) @ (k - 2.5) ** 4)
    assert_mean(sizes, 2.5, 9.375)
    assert_variance(sizes, 9.375, fourth)
    law = borel_pmf(np.arange(1, 61), 0.6)
    np.testing.assert_allclose(law[:4], [0.548812, 0.180717, 0.089261, 0.052254], atol=5e-7)
    assert_fits(tabulated(sizes, 60), np.append(law, 1.0 - law.sum()))


# A supercritical line is cut after six generations: 1,500 founders are about 48,000 customers.
@pytest.mark.parametrize("days", [15, pytest.param(150, marks=pytest.mark.long)])
def test_referrals_without_end(days: int) -> None:
    """Each refers 1.5: a family dies out with chance 0.417188, and who lies beyond the cap is counted."""
    # False alarm 4e-6. Catches: one generation more or less, the capped dropped without a count.
    last = 6
    tally, families = _played(1.5, days, 100, last)
    grown = np.array([family + [0] * (last + 1 - len(family)) for family in families])
    assert grown.shape[1] == last + 1, "nobody is played beyond the cap"
    n = len(families)
    died = int((grown[:, last] == 0).sum())
    assert_share(died, n, extinction_probability(1.5, last), "died out within the cap")
    # With q the extinction probability, q ** Z is a martingale: its mean over families is q itself.
    limit = extinction_probability(1.5)
    assert limit == pytest.approx(0.417188, abs=5e-7)
    assert_mean(limit ** grown[:, last], limit, _variance_of_power(limit, 1.5, last), "dies out at last")
    assert_mean(grown.sum(axis=1), *family_size(1.5, last))
    # Who is referred beyond the cap are the children of the last generation.
    capped, founders = int(tally["referrals_capped"].sum()), int(tally["people"][0, 1])
    mean, variance = _generation(1.5, last + 1)
    assert_z(capped / founders, mean, (variance / founders) ** 0.5, "referred beyond the cap")


def _generation(m: float, number: int) -> tuple[float, float]:
    """Mean and variance of the size of a generation (Harris, chapter I, section 5)."""
    mean, variance = 1.0, 0.0
    for _ in range(number):
        mean, variance = m * mean, m * mean + m * m * variance
    return mean, variance


def _variance_of_power(q: float, m: float, number: int) -> float:
    """Give the variance of q ** Z: its second moment is the generating function at q squared."""
    s: float = q * q
    for _ in range(number):
        s = float(np.exp(m * (s - 1.0)))
    return s - q * q


def test_referrals_of_a_mixture() -> None:
    """A referred customer's persona follows the mix, and then refers as his own kind does."""
    # False alarm 3e-6. Catches: the referrer's persona kept, the mix read at the referrer's address.
    text = """
start: 2026-01-05
horizon: 10 days
goal: [shop]
personas:
  loud: {arrivals: {rate: 300 per day}, enters: {shop: 1}}
  shy: {enters: {shop: 1}, changes: {touchpoints: {shop: {refers: {count: {poisson: 0.2}}}}}}
touchpoints:
  shop:
    refers: {count: {poisson: 0.8}, enters: {shop: 1}, personas: {loud: 0.25, shy: 0.75}}
    next: {gone: 1}
outcomes: [gone]
max_generations: 100
"""
    (tally,) = play(program_of(text), SEED, 1)
    (_, founders, loud), (_, none, shy) = tally["people"]
    assert none == 0
    # Given all families, each referred person drew his persona by himself.
    assert_share(int(loud), int(loud + shy), 0.25, "loud among the referred")
    # A loud one refers Poisson(0.8), a shy one Poisson(0.2): the children less their mean given the
    # parents add up to a martingale, whose variance is the mean number of all children.
    given_parents = 0.8 * float(founders + loud) + 0.2 * float(shy)
    children: NDArray[np.float64] = np.array([[0.8 * 0.25, 0.8 * 0.75], [0.2 * 0.25, 0.2 * 0.75]])
    everybody = founders * np.linalg.solve((np.eye(2) - children).T, np.array([1.0, 0.0]))
    variance = float(everybody @ np.array([0.8, 0.2]))
    assert_z(float(loud + shy), given_parents, variance**0.5, "referred")
