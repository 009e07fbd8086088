from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.engine.tally import Tally
from simulator.execution.engines import EngineName
from simulator.program.program import Program
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import Moments
from simulator.theory.passage import exponential_cdf
from tests.verification.conftest import (
    MINUTE,
    SEED,
    Endings,
    assert_fits,
    assert_ks,
    assert_mean,
    assert_share,
    assert_variance,
    assert_z,
    play_by,
    play_to_the_end,
    program_of,
    tabulated,
)

# A journey without memory. On the last day nobody arrives, so nobody is on his way at the end.
JOURNEY = """
name: memoryless
start: 2026-01-05
horizon: {days} days
follow_up: 1 day
goal: [cart]
events:
  closing: {{from: {last}, to: {last}, arrivals: {{times: 0}}}}
personas:
  all: {{arrivals: {{rate: 1000 per day}}, enters: {{ad: 1}}}}
milestones:
  was_social: {{at: social, within: 1 day}}
touchpoints:
  ad:
    dwell: {{exponential: {{mean: 2 min}}}}
    next: {{site: 0.55, social: 0.15, competitor: 0.05, drop: rest}}
  site:
    dwell: {{exponential: {{mean: 5 min}}}}
    next: {{social: 0.20, cart: 0.35, competitor: 0.15, drop: rest}}
  social:
    dwell: {{exponential: {{mean: 10 min}}}}
    next: {{site: 0.40, social: 0.10, competitor: 0.20, drop: rest}}
  cart:
    dwell: {{exponential: {{mean: 3 min}}}}
    next: {{site: 0.10, social: 0.05, buy: 0.60, competitor: 0.15, drop: rest}}
outcomes: [buy, competitor, drop]
"""

# The same chain; states ad, site, social, cart and outcomes buy, competitor, drop.
MOVES = [[0, 0.55, 0.15, 0], [0, 0, 0.20, 0.35], [0, 0.40, 0.10, 0], [0, 0.10, 0.05, 0]]
EXITS = [[0, 0.05, 0.25], [0, 0.15, 0.30], [0, 0.20, 0.30], [0.60, 0.15, 0.10]]
CHAIN = AbsorbingChain(MOVES, EXITS)
STATES = ("ad", "site", "social", "cart")
DWELL = np.array([2.0, 5.0, 10.0, 3.0])  # minutes
TIME_MOMENTS = Moments(DWELL, DWELL**2)


@dataclass
class Played:
    """One long run of the journey."""

    program: Program
    tally: Tally
    endings: Endings

    @property
    def customers(self) -> int:
        """How many arrived."""
        return int(self.tally["people"].sum())


@cache
def _played(by: EngineName, days: int) -> Played:
    last = np.datetime64("2026-01-05") + days - 1
    program = program_of(JOURNEY.format(days=days, last=last))
    return Played(program, *play_to_the_end(by, program, SEED))


# About 100,000 customers; five million by the kernel, which show 0.55 played as 0.5555.
@pytest.fixture(
    params=[pytest.param(("reference", 101), id="reference"), pytest.param(("kernel", 5_001), id="kernel")]
)
def played(request: pytest.FixtureRequest) -> Played:
    """Play the journey once for all tests of this module."""
    return _played(*request.param)


def test_chain_outcomes(played: Played) -> None:
    """Customers end in each outcome as often as N R says, and all of them end."""
    # False alarm 3e-6. Catches: 0.55 played as 0.58, `<` for `<=` in the choice, customers dropped.
    tally, n = played.tally, played.customers
    assert tally["open"].sum() == tally["stopped"].sum() == 0
    assert played.program.names.outcomes == ("buy", "competitor", "drop")
    expected = CHAIN.outcome_probabilities(0)
    np.testing.assert_allclose(expected, [0.14913628, 0.26146833, 0.58939539], atol=5e-9)
    for hits, probability in zip(tally["outcomes"][0], expected, strict=True):
        assert_share(int(hits), n, float(probability))


def test_chain_steps(played: Played) -> None:
    """The number of steps has the closed form's mean and variance."""
    # False alarm 2e-6. Catches: a step counted twice or not at all, the outcome counted as a step.
    steps = CHAIN.steps(0)
    np.testing.assert_allclose(steps, [2.297024952, 1.5632784073], atol=5e-10)
    k = np.arange(1, 200)
    fourth = float(CHAIN.steps_pmf(0, 199).sum(axis=1) @ (k - steps.mean) ** 4)
    assert_mean(played.endings.steps, float(steps.mean), float(steps.variance))
    assert_variance(played.endings.steps, float(steps.variance), fourth)


def test_chain_visits(played: Played) -> None:
    """Each touchpoint is completed N times a customer on average, and entered as often."""
    # False alarm 3e-6. Catches: a visit booked at the touchpoint the customer goes to.
    visits = CHAIN.expected_visits()
    np.testing.assert_allclose(visits[0], [1, 0.710173, 0.338292, 0.24856], atol=5e-6)
    names = played.program.names.touchpoints
    seen = dict(zip(names, played.tally["visits"][0], strict=True))
    np.testing.assert_array_equal(played.tally["entered"], played.tally["visits"])
    assert seen["ad"] == played.customers
    for j, name in enumerate(STATES[1:], start=1):
        mean = visits[0, j]
        variance = mean * (2.0 * visits[j, j] - 1.0) - mean**2  # Kemeny & Snell, theorem 3.3.3
        assert_z(seen[name] / played.customers, mean, float(np.sqrt(variance / played.customers)), name)


def test_chain_reach(played: Played) -> None:
    """The share that is ever at a touchpoint is N_0j / N_jj, by milestone and by conversion."""
    # False alarm 2e-6. Catches: repeated visits counted as new people, censored customers in a rate.
    tally = played.tally
    customers, converted = tally["cohort"][0]
    assert customers == played.customers
    assert CHAIN.ever(2, 0) == pytest.approx(0.2739637306, abs=5e-11)
    assert_share(int(tally["milestones"][0, 0]), int(customers), CHAIN.ever(2, 0), "ever social")
    assert_share(int(converted), int(customers), CHAIN.ever(3, 0), "ever at the cart")


def test_chain_absorption_law(played: Played) -> None:
    """Outcome and number of steps together follow the discrete phase-type law, k = 1 … 30."""
    # False alarm 2e-6. Catches: a loop that remembers, a second visit that draws the first one's luck again.
    law = CHAIN.steps_pmf(0, 30)
    counts = np.zeros((31, 3))
    np.add.at(counts, (np.minimum(played.endings.steps, 31) - 1, played.endings.outcomes), 1)
    beyond = CHAIN.outcome_probabilities(0) - law.sum(axis=0)
    assert_fits(counts, np.vstack([law, beyond]))
    assert_fits(tabulated(played.endings.steps, 30), np.append(law.sum(axis=1), beyond.sum()))


def test_chain_time(played: Played) -> None:
    """The time to the outcome has the phase-type law: mean, variance, distribution."""
    # False alarm 3e-6. Catches: dwell mean taken for its rate, one uniform for dwell and branch.
    minutes = played.endings.times / MINUTE
    moments = CHAIN.total(0, TIME_MOMENTS)
    assert float(moments.mean) == pytest.approx(float(CHAIN.visits(0) @ DWELL), rel=1e-12)
    assert_mean(minutes, float(moments.mean), float(moments.variance))
    points = np.linspace(0.0, 60.0, 241)
    cdf = exponential_cdf(CHAIN, 0, DWELL, points).sum(axis=1)
    assert_ks(minutes, points, cdf)
    # Raw moments of the phase-type law: E T^k = k! start (-S)^-k 1 (Neuts, section 2.2).
    sojourn = CHAIN.expected_visits() * DWELL
    raw = [math.factorial(k) * np.linalg.matrix_power(sojourn, k)[0].sum() for k in range(5)]
    m = float(moments.mean)
    fourth = float(raw[4] - 4 * m * raw[3] + 6 * m**2 * raw[2] - 3 * m**4)
    assert_variance(minutes, float(moments.variance), fourth)


def test_chain_dwell_is_booked(played: Played) -> None:
    """The booked stays of all touchpoints add up to the customers' time, to the millisecond."""
    # No false alarm. Catches: travel or waiting booked as stay, a stay cut at midnight.
    assert int(played.tally["stay_ms"].sum()) == played.endings.times.sum()


# Demand as a thinned Poisson process: V1's journey with a checkout that sells.
SHOP = """
start: 2026-01-05
horizon: {days} days
warm_up: 7 days
follow_up: 1 day
goal: [checkout]
products: {{boots: {{price: 100}}}}
personas:
  all: {{arrivals: {{rate: 250 per day}}, enters: {{ad: 1}}}}
touchpoints:
  ad:
    dwell: {{exponential: {{mean: 1 hour}}}}
    next: {{site: 0.55, social: 0.15, competitor: 0.05, drop: rest}}
  site:
    dwell: {{exponential: {{mean: 1 day}}}}
    next: {{social: 0.20, cart: 0.35, competitor: 0.15, drop: rest}}
  social: {{dwell: 3 hours, next: {{site: 0.40, social: 0.10, competitor: 0.20, drop: rest}}}}
  cart: {{next: {{site: 0.10, social: 0.05, checkout: 0.60, competitor: 0.15, drop: rest}}}}
  checkout: {{sells: {{one_of: {{boots: 1}}}}, next: {{buy: 1}}}}
outcomes: [buy, competitor, drop]
"""


# The second are five million customers.
@pytest.mark.parametrize(("by", "days"), [("reference", 120), ("kernel", 20_000)])
def test_thinned_demand_is_poisson(by: EngineName, days: int) -> None:
    """Daily demand behind a journey is Poisson with mean rate × P(buy): index of dispersion 1."""
    # False alarm 4e-6 (two-sided dispersion). Catches: demand booked twice or on the day of arrival's
    # batch, one day's luck used on the next, an expected number in place of a drawn one.
    (tally,) = play_by(by, program_of(SHOP.format(days=days)), SEED, 1)
    units = tally["units"][0, 0, 0, 7:]
    mean = 250.0 * float(CHAIN.outcome_probabilities(0)[0])
    n = units.size
    assert_z(float(units.mean()), mean, float(np.sqrt(mean / n)))
    dispersion = float(((units - units.mean()) ** 2).sum() / units.mean())
    tail = min(stats.chi2.cdf(dispersion, n - 1), stats.chi2.sf(dispersion, n - 1))
    assert tail > 5e-7, f"index of dispersion {dispersion / (n - 1):.3f}"
    # Eight classes of equal chance, by the Poisson quantiles.
    edges = stats.poisson.ppf(np.arange(1, 8) / 8, mean)
    law = np.diff(stats.poisson.cdf(edges, mean), prepend=0.0, append=1.0)
    classes = np.bincount(np.searchsorted(edges, units, side="left"), minlength=8)
    assert_fits(classes, law)
    np.testing.assert_array_equal(tally["units"][0, 0, 1], tally["units"][0, 0, 0])  # sold when asked for
