from __future__ import annotations

import numpy as np
import pytest

from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.tally import Tally
from simulator.theory.logit import choice_derivatives, choice_probabilities, log_sum
from tests.verification.conftest import SEED, assert_share, play, program_of

JOURNEY = """
start: 2026-01-05
horizon: DAYS days
goal: [fork]
attributes: {mood: {initial: 0.5}}
personas:
  all: {arrivals: {rate: 1000 per day}, enters: {fork: 1}}
touchpoints:
  fork: {DECISION}
outcomes: [a, b, c, d]
"""
UTILITIES = (1.0, 0.5, 0.0, -1.0)
CHOOSE = "choose: {a: 0.75 + 0.5 * mood, b: mood, c: 0, d: -1}"


def _choices(decision: str, days: int) -> tuple[Tally, dict[int, int]]:
    """Play a fork; give the tally and what each customer chose."""
    chosen: dict[int, int] = {}

    def note(customer: Customer, visit: Visit) -> None:
        chosen[customer.subject] = visit.target - 1

    text = JOURNEY.replace("DECISION", decision).replace("DAYS", str(days))
    (tally,) = play(program_of(text), SEED, 1, note)
    assert len(chosen) == tally["people"].sum(), "no two customers share an address"
    return tally, chosen


@pytest.mark.parametrize("days", [100, pytest.param(1_000, marks=pytest.mark.long)])
def test_choice_shares(days: int) -> None:
    """Utilities 1, 0.5, 0, -1 are chosen with their shares of the exponentials."""
    # False alarm 4e-6 at 100,000 customers. Catches: a utility's sign, max of Gumbels for min of keys,
    # one uniform for all options.
    shares = choice_probabilities(UTILITIES)
    np.testing.assert_allclose(shares, [0.473991, 0.287490, 0.174371, 0.064148], atol=5e-7)
    assert float(log_sum(UTILITIES)) == pytest.approx(1.746567, abs=5e-7)
    tally, _ = _choices(CHOOSE, days)
    n = int(tally["people"].sum())
    for hits, share in zip(tally["outcomes"][0], shares, strict=True):
        assert_share(int(hits), n, float(share))


def test_choice_without_an_option() -> None:
    """When an option leaves, the others keep their ratios, and who did not want it keeps his choice."""
    # False alarm 3e-6. Catches: options addressed by position, a draw shared between options.
    _, before = _choices(CHOOSE, 10)
    _, after = _choices(CHOOSE.replace("a: 0.75 + 0.5 * mood, ", ""), 10)
    others = choice_probabilities(UTILITIES[1:])
    taken = np.array([after[who] for who in before])
    wanted = np.array(list(before.values()))
    for option in (1, 2, 3):
        assert_share(int((taken == option).sum()), taken.size, float(others[option - 1]))
    np.testing.assert_array_equal(taken[wanted != 0], wanted[wanted != 0])


def test_choice_derivative() -> None:
    """A utility raised by 0.1 gains what the derivative says, from customers who all move towards it."""
    # False alarm 1e-6. Catches: fresh luck for the what-if, an edit that moves customers between others.
    _, before = _choices(CHOOSE, 10)
    _, after = _choices(CHOOSE.replace("a: 0.75", "a: 0.85"), 10)
    was, now = np.array(list(before.values())), np.array([after[who] for who in before])
    moved = was != now
    assert (now[moved] == 0).all()
    gain = choice_probabilities((1.1, *UTILITIES[1:]))[0] - choice_probabilities(UTILITIES)[0]
    assert float(choice_derivatives(UTILITIES)[0, 0]) == pytest.approx(0.249324, abs=5e-7)
    assert float(gain) == pytest.approx(0.0249324, rel=0.01)
    assert_share(int(moved.sum()), moved.size, float(gain))


def test_choice_by_weights_and_by_utilities() -> None:
    """A row whose weights are the logit's shares is chosen alike by every single customer."""
    # No false alarm. Catches: rules and `choose` drawing at different addresses, Gumbel keys not the
    # logarithms of the exponential race.
    shares = choice_probabilities(UTILITIES).tolist()
    row = ", ".join(f"{name}: {share!r}" for name, share in zip("abc", shares, strict=False))
    _, by_utility = _choices(CHOOSE, 10)
    _, by_weight = _choices(f"next: {{{row}, d: rest}}", 10)
    assert by_utility == by_weight


def test_choice_odds() -> None:
    """`odds` multiplies a weight before the row is normalised: p x / (1 - p + p x)."""
    # False alarm 4e-6. Catches: odds added, odds that take from `rest` only.
    decision = "next: {a: {p: 0.3, odds: 3 * mood}, b: 0.2, c: 0.1, d: rest}"
    tally, _ = _choices(decision, 10)
    weights = np.array([0.45, 0.2, 0.1, 0.4])
    for hits, share in zip(tally["outcomes"][0], weights / weights.sum(), strict=True):
        assert_share(int(hits), int(tally["people"].sum()), float(share))
