"""Dated demand of a memoryless journey against what renewal and Poisson theory say of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.sheet import lay_sheet
from simulator.analysis.variance import split_variance
from simulator.execution.ignorance import FUTURES, Ignorance, UnsureProgram, two_futures
from simulator.execution.reduced import play_reduced
from simulator.program.compile import compile_journey
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey
from tests.verification.conftest import ALPHA, SEED, assert_fits, assert_z

# Two personas, loops, memoryless stays and ways; who buys, buys {units} once.
SHOP = """
start: 2026-01-01
horizon: 130 days
warm_up: 40 days
goal: order
products: {{boots: {{price: 10}}, hat: {{price: 5}}}}
personas:
  anna: {{arrivals: {{rate: 9 per day}}, enters: {{site: 1}}}}
  bert: {{arrivals: {{rate: 6 per day}}, enters: {{site: 0.5, stall: 0.5}}}}
touchpoints:
  site:
    dwell: {{exponential: {{mean: 1 day}}}}
    next: {{site: 0.2, stall: 0.1, order: {{p: 0.3, after: {{exponential: {{mean: 2 days}}}}}}, left: rest}}
  stall: {{channel: market, dwell: {{exponential: {{mean: 5 h}}}}, next: {{order: 0.4, left: rest}}}}
  order: {{sells: {{one_of: {{boots: {{p: 0.6, units: {units}}}, hat: 0.4}}}}, next: {{left: 1}}}}
outcomes: [left]
"""
REPLICATIONS = 60
# From the site: b = 0.3 + 0.2 b + 0.1 · 0.4, so b = 0.34 / 0.8; from the stall 0.4.
BUYS = {"anna": 9 * 0.425, "bert": 6 * (0.425 + 0.4) / 2}


def daily(units: int) -> Draws:
    """Forecast the shop by day: each persona, and one product."""
    journey = load_journey(parse_document(SHOP.format(units=units)))
    program = compile_journey(journey)
    sheet = lay_sheet(journey, program, by="day", per=["persona", "product", "total"])
    kept = play_reduced(program, SEED, REPLICATIONS, sheet.read, by="kernel")
    return Draws.collect(sheet, SEED, "kernel", kept)


def dispersion_tail(counts: NDArray[np.integer], mean: float) -> float:
    """Give the two-sided p value of the index of dispersion of Poisson counts of a known mean."""
    statistic, free = float(((counts - mean) ** 2).sum() / mean), counts.size
    return 2 * float(min(stats.chi2.cdf(statistic, free), stats.chi2.sf(statistic, free)))


@pytest.mark.parametrize(
    ("series", "mean"),
    [
        ("persona/anna", BUYS["anna"]),
        ("persona/bert", BUYS["bert"]),
        ("product/hat", 0.4 * (BUYS["anna"] + BUYS["bert"])),
        ("total", BUYS["anna"] + BUYS["bert"]),
    ],
)
def test_daily_demand_of_single_units_is_poisson(series: str, mean: float) -> None:
    """After the warm-up the days of every path are independent Poisson counts of the exact mean."""
    # False alarm 1e-6 each. Catches: a day counted into its neighbour, a persona's units in another's,
    # replications that repeat, quantiles or means over the wrong axis.
    draws = daily(1)
    counts = draws.of()[[one.unique_id for one in draws.sheet.series].index(series)]
    assert counts.shape == (90, REPLICATIONS)
    assert_z(float(counts.mean()), mean, float(np.sqrt(mean / counts.size)))
    assert dispersion_tail(counts, mean) > ALPHA
    edges = stats.poisson.ppf(np.arange(1, 8) / 8, mean)
    law = np.diff(stats.poisson.cdf(edges, mean), prepend=0.0, append=1.0)
    kept = law > 0
    classes = np.bincount(np.searchsorted(edges, counts.ravel(), side="left"), minlength=8)
    assert classes[~kept].sum() == 0
    assert_fits(classes[kept], law[kept])
    # A quantile of a day over the replications is that of the same law, up to its own error.
    low, high = stats.poisson.ppf([ALPHA / 200, 1 - ALPHA / 200], mean)
    assert ((counts >= low) & (counts <= high)).all()


def test_pairs_of_units_are_not_poisson() -> None:
    """The same check sees that whoever buys two units at once makes demand lumpy."""
    draws = daily(2)
    boots = draws.of()[[one.unique_id for one in draws.sheet.series].index("product/boots")]
    assert dispersion_tail(boots, 2 * 0.6 * (BUYS["anna"] + BUYS["bert"])) < ALPHA


def test_variance_of_a_month_is_its_mean() -> None:
    """For such a journey chance is the mean, in every period, and the whole of the width but noise."""
    # Catches: a variance over periods in place of one over replications. 1e-6, a normal limit for
    # variances: Var(s²) = (μ + 2μ² n / (n − 1)) / n for Poisson counts.
    draws = daily(1)
    totals = draws.totals()
    parts = split_variance(totals)
    mean = 90 * (BUYS["anna"] + BUYS["bert"])
    n = REPLICATIONS
    assert_z(float(parts.chance[-1]), mean, float(np.sqrt((mean + 2 * mean**2 * n / (n - 1)) / n)))
    assert parts.noise[-1] == pytest.approx(parts.chance[-1] / n)
    assert parts.ignorance[-1] == 0.0


# Who comes buys one unit at once, so demand is Poisson given the numbers; two of these are not known.
UNSURE = """
start: 2026-01-01
horizon: 1096 days
goal: order
products: {boots: {price: 10}}
personas:
  anna:
    arrivals: {rate: 20 per day, month: {dec: 1.5}, growth: 1 % per month}
    enters: {order: 1}
touchpoints: {order: {sells: {one_of: {boots: 1}}, next: {left: 1}}}
outcomes: [left]
evidence:
  personas.anna.arrivals.growth: {grade: guess, range: [0.2 % per month, 3 % per month]}
  personas.anna.arrivals.month.dec: {grade: guess, range: [1.1, 2.1]}
"""
DRAWS_OF_NUMBERS = 80


def test_three_years_of_unsure_growth_and_season_widen_the_fan() -> None:
    """The fan widens with the years and in the season nobody knows, by as much as the drawn numbers say."""
    # Given the draws the mean of every month is known: chance is its mean over them, ignorance its
    # variance. False alarm 1e-6 a month. Catches: numbers drawn once for all, ignorance taken for chance,
    # growth compounded by the year, a season that is unsure in the wrong month.
    journey = load_journey(parse_document(UNSURE))
    unsure = UnsureProgram(Ignorance(journey), journey)
    sheet = lay_sheet(journey, unsure.program, by="month", per=["total"])
    numbers = two_futures(DRAWS_OF_NUMBERS)
    kept = play_reduced(unsure, SEED, numbers, sheet.read, by="kernel")
    sets = [number % FUTURES for number in numbers]
    draws = Draws.collect(sheet, SEED, "kernel", kept, sets=sets)
    parts = split_variance(draws.of()[0], np.array(sets))
    days = np.array(
        [unsure.at(SEED, number).values.day_means.sum(axis=0) for number in range(DRAWS_OF_NUMBERS)]
    )
    firsts = [(period.since - sheet.periods[0].since).days for period in sheet.periods]
    means = np.add.reduceat(days, firsts, axis=1)
    counts = draws.of()[0].reshape(len(firsts), DRAWS_OF_NUMBERS, 2)
    for month, exact in enumerate(means.T):
        chance, ignorance, free = exact.mean(), exact.var(ddof=1), DRAWS_OF_NUMBERS - 1
        assert_z(float(counts[month].mean()), float(chance), float(np.sqrt(chance / counts[month].size)))
        error = np.sqrt((2 * ignorance * chance + chance**2) / free)
        assert_z(float(parts.ignorance[month]), float(ignorance), float(error))
        assert_z(float(parts.chance[month]), float(chance), float(chance * np.sqrt(2 / DRAWS_OF_NUMBERS)))
    assert np.allclose(parts.noise + parts.chance + parts.ignorance, parts.total, rtol=1e-12)
    low, high = draws.quantiles((0.1, 0.9))[:, 0]
    width = (high - low).reshape(3, 12)
    assert (width[1:, :11] > 1.3 * width[:-1, :11]).all()
    assert (width[:, 11] > 1.3 * width[:, 10]).all()
