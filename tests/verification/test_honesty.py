from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.theory.chain import AbsorbingChain
from tests.verification.conftest import SEED, play_to_the_end, program_of

JOURNEY = """
start: 2026-01-05
horizon: 3 days
follow_up: 1 hour
goal: [cart]
events: {closing: {from: 2026-01-07, to: 2026-01-07, arrivals: {times: 0}}}
personas: {all: {arrivals: {rate: 1000 per day}, enters: {site: 1}}}
touchpoints:
  site: {dwell: {exponential: {mean: 2 min}}, next: {site: 0.2, cart: 0.3, left: rest}}
  cart: {dwell: {exponential: {mean: 1 min}}, next: {site: 0.2, bought: 0.5, left: rest}}
outcomes: [bought, left]
"""
CHAIN = AbsorbingChain([[0.2, 0.3], [0.2, 0.0]], [[0.0, 0.5], [0.5, 0.3]])
SEEDS = 100


@pytest.mark.long
def test_verdicts_are_honest() -> None:
    """Over 100 seeds the z of customers, conversion and steps are standard normal: mean, spread, shape."""
    # False alarm 1e-4 a check, 9 checks. Catches: a bias too small for one run, a standard error that is
    # too wide (a check that cannot fail) or too narrow, seeds that repeat each other's luck.
    program = program_of(JOURNEY)
    bought = float(CHAIN.outcome_probabilities(0)[0])
    steps = CHAIN.steps(0)
    found = []
    for seed in range(SEED, SEED + SEEDS):
        tally, endings = play_to_the_end("reference", program, seed)
        n = int(tally["people"].sum())
        hits = int(tally["outcomes"][0, 0])
        found.append(
            (
                (n - 2_000.0) / 2_000.0**0.5,
                (hits / n - bought) / (bought * (1 - bought) / n) ** 0.5,
                (np.mean(endings.steps) - steps.mean) / (steps.variance / n) ** 0.5,
            )
        )
    for what, z in zip(("customers", "conversion", "steps"), np.array(found).T, strict=True):
        assert abs(z.mean()) <= 3.89 / SEEDS**0.5, f"{what}: mean z {z.mean():.3f}"
        assert stats.kstest(z, "norm").pvalue > 1e-4, what
        low, high = stats.chi2.ppf([5e-5, 1 - 5e-5], SEEDS)
        assert low <= float(z @ z) <= high, f"{what}: variance of z {z @ z / SEEDS:.2f}"
