"""The absorbing chain: published numbers, identities, and refusals."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array, diags_array

from simulator.errors import InputError
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import Moments

AD, SITE, SOCIAL, CART = range(4)
BUY, COMPETITOR, DROP = range(3)
Q = np.array([[0, 0.55, 0.15, 0], [0, 0, 0.20, 0.35], [0, 0.40, 0.10, 0], [0, 0.10, 0.05, 0]])
R = np.array([[0, 0.05, 0.25], [0, 0.15, 0.30], [0, 0.20, 0.30], [0.60, 0.15, 0.10]])
FORK = AbsorbingChain(Q, R)


@st.composite
def chains(draw: st.DrawFn, null: bool = False) -> AbsorbingChain:
    """Draw a random chain of up to 6 states and 3 outcomes; every row leaks at least 5 %."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    weights = rng.exponential(size=(n, n + m)) * (rng.random((n, n + m)) < 0.7)
    weights[:, -1] += 0.05 * weights.sum(axis=1) + 0.05
    rows = weights / weights.sum(axis=1, keepdims=True)
    if null:
        rows *= rng.uniform(0.5, 1.0, size=(n, 1))
    return AbsorbingChain(rows[:, :n], rows[:, n:])


def test_reference_outcomes() -> None:
    """The reference journey ends in each outcome with the published probability."""
    expected = [0.14913628, 0.26146833, 0.58939539]
    np.testing.assert_allclose(FORK.outcome_probabilities(AD), expected, rtol=0, atol=5e-9)


def test_reference_steps() -> None:
    """Mean and variance of the steps are the published ones."""
    steps = FORK.steps(AD)
    assert steps.mean == pytest.approx(2.297024952, abs=5e-10)
    assert steps.variance == pytest.approx(1.5632784073, abs=5e-11)


def test_reference_visits() -> None:
    """Expected visits are the published ones."""
    np.testing.assert_allclose(FORK.visits(AD), [1, 0.710173, 0.338292, 0.24856], rtol=0, atol=5e-7)


def test_reference_hitting_and_removal() -> None:
    """The chance to ever meet the social channel and its removal effect are the published ones."""
    assert FORK.ever(SOCIAL, AD) == pytest.approx(0.2739637306, abs=5e-11)
    assert FORK.removal_effect(SOCIAL, AD, BUY) == pytest.approx(0.1974513373, abs=5e-11)


def test_solver_precision() -> None:
    """All of it agrees with the textbook formula by explicit inverse to 1e-12."""
    n = np.linalg.inv(np.eye(4) - Q)
    t = n.sum(axis=1)
    np.testing.assert_allclose(FORK.absorption(), n @ R, rtol=1e-12)
    np.testing.assert_allclose(FORK.expected_visits(), n, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(FORK.steps(AD).mean, t[0], rtol=1e-12)
    np.testing.assert_allclose(FORK.steps(AD).variance, ((2 * n - np.eye(4)) @ t - t**2)[0], rtol=1e-12)
    np.testing.assert_allclose(FORK.ever(SOCIAL, AD), n[0, 2] / n[2, 2], rtol=1e-12)


def test_steps_law() -> None:
    """P(ended at step k) is start Q^(k-1) R for k = 1 … 30, by explicit powers."""
    pmf = FORK.steps_pmf(AD, 30)
    for k in range(30):
        np.testing.assert_allclose(pmf[k], np.linalg.matrix_power(Q, k)[AD] @ R, rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(FORK.steps_cdf(AD, 400)[-1], FORK.outcome_probabilities(AD), rtol=1e-12)


@given(chains())
def test_rows_of_b_sum_to_one(chain: AbsorbingChain) -> None:
    """Where nothing is lost on the way, every journey has exactly one outcome."""
    np.testing.assert_allclose(chain.absorption().sum(axis=1), 1.0, rtol=1e-12)


@given(chains(null=True))
def test_flow_balance(chain: AbsorbingChain) -> None:
    """Visits to a state are those that start there and those that come from elsewhere."""
    begin = np.full(chain.size, 1.0 / chain.size)
    visits = chain.visits(begin)
    np.testing.assert_allclose(visits, begin + visits @ chain.between.toarray(), rtol=1e-12)
    np.testing.assert_allclose(visits @ chain.out, chain.outcome_probabilities(begin), rtol=1e-10)


@given(chains(null=True))
@settings(max_examples=30)
def test_steps_moments_are_those_of_the_law(chain: AbsorbingChain) -> None:
    """Mean and variance of the steps equal the sums over the step law, the null outcome included."""
    begin = np.full(chain.size, 1.0 / chain.size)
    whole = AbsorbingChain(chain.between, np.column_stack([chain.out, _null(chain)]))
    law = whole.steps_pmf(begin, 700).sum(axis=1)
    k = np.arange(1, 701)
    mean = law @ k
    assert chain.steps(begin).mean == pytest.approx(mean, rel=1e-9)
    assert chain.steps(begin).variance == pytest.approx(law @ (k - mean) ** 2, rel=1e-8, abs=1e-9)


@given(chains(null=True), st.data())
def test_removal_is_removal(chain: AbsorbingChain, data: st.DataObject) -> None:
    """Removing a state equals solving the chain whose ways into it end in the null outcome."""
    state = data.draw(st.integers(0, chain.size - 1))
    begin = np.full(chain.size, 1.0 / chain.size)
    moves = chain.between.toarray()
    moves[:, state] = 0.0
    begin_cut = np.where(np.arange(chain.size) == state, 0.0, begin)
    cut = begin_cut @ np.linalg.solve(np.eye(chain.size) - moves, chain.out)
    np.testing.assert_allclose(chain.without(state, begin), cut, rtol=1e-9, atol=1e-12)


@given(chains(null=True))
def test_given_an_outcome(chain: AbsorbingChain) -> None:
    """The step law given each outcome, weighted by its probability, is the joint step law."""
    begin = np.full(chain.size, 1.0 / chain.size)
    joint = chain.steps_pmf(begin, 12)
    for outcome, p in enumerate(chain.outcome_probabilities(begin)):
        if p > 0.0:
            conditional, conditional_start = chain.given(outcome, begin)
            law = conditional.steps_pmf(conditional_start, 12)[:, 0]
            np.testing.assert_allclose(p * law, joint[:, outcome], rtol=1e-9, atol=1e-14)


@given(chains(null=True))
@settings(max_examples=40)
def test_derivatives_by_differences(chain: AbsorbingChain) -> None:
    """Each derivative is the central difference of a re-solved chain, up to its truncation error."""
    begin, h = np.full(chain.size, 1.0 / chain.size), 1e-6
    exact = chain.derivatives(begin, 0)
    for i in range(chain.size):
        for j in range(chain.size):
            up, down = (
                _probability(_nudged(chain.between.toarray(), i, j, s * h), chain.out, begin) for s in (1, -1)
            )
            assert exact.transitions[i, j] == pytest.approx((up - down) / (2 * h), rel=1e-5, abs=1e-7)
        assert exact.exits[i, 0] == pytest.approx(chain.visits(begin)[i])


@given(chains(null=True))
@settings(max_examples=40)
def test_odds_derivatives_by_differences(chain: AbsorbingChain) -> None:
    """Each log-odds derivative is the central difference of rows multiplied and normalised again."""
    begin, h = np.full(chain.size, 1.0 / chain.size), 1e-5
    exact = chain.odds_derivatives(begin, 0)
    both = np.hstack([exact.transitions, exact.exits])
    rows = np.hstack([chain.between.toarray(), chain.out])
    n = chain.size
    for i, j in np.ndindex(*rows.shape):
        values = []
        for sign in (1, -1):
            x, p = np.exp(sign * h), rows[i, j]
            edited = rows.copy()
            edited[i] /= 1 - p + p * x
            edited[i, j] *= x
            values.append(_probability(edited[:, :n], edited[:, n:], begin))
        assert both[i, j] == pytest.approx((values[0] - values[1]) / (2 * h), rel=1e-4, abs=1e-8)


@given(chains())
def test_total_of_ones_is_steps(chain: AbsorbingChain) -> None:
    """A branch that takes one unit, and no holding time, counts steps as well."""
    begin = np.full(chain.size, 1.0 / chain.size)
    travelled = chain.total(begin, Moments(0.0, 0.0), Moments(1.0, 0.0), Moments(1.0, 0.0))
    np.testing.assert_allclose(travelled, chain.steps(begin), rtol=1e-10)


def test_total_by_enumeration() -> None:
    """Mean and variance with holding times and delays equal those over all paths of a loopless map."""
    moves = np.array([[0, 0.5, 0.2], [0, 0, 0.6], [0, 0, 0]])
    ends = np.array([[0.1, 0.2], [0.4, 0.0], [0.7, 0.3]])
    hold = Moments(np.array([2.0, 3.0, 5.0]), np.array([1.0, 4.0, 0.5]))
    delay = Moments(
        np.array([[0, 7, 1], [0, 0, 2], [0, 0, 0.0]]), np.array([[0, 3, 0], [0, 0, 1], [0, 0, 0.0]])
    )
    leave = Moments(np.array([[1, 0], [0, 0], [4, 9.0]]), np.array([[0, 0], [0, 0], [2, 0.0]]))
    chances, means, variances = [], [], []
    for path in ([0], [0, 1], [0, 2], [0, 1, 2]):
        for outcome in range(2):
            steps = list(pairwise(path))
            chances.append(np.prod([moves[a, b] for a, b in steps]) * ends[path[-1], outcome])
            means.append(sum(hold.mean[a] for a in path) + sum(delay.mean[s] for s in steps))
            means[-1] += leave.mean[path[-1], outcome]
            variances.append(sum(hold.variance[a] for a in path) + sum(delay.variance[s] for s in steps))
            variances[-1] += leave.variance[path[-1], outcome]
    chance, mean = np.array(chances), np.dot(chances, means)
    assert chance.sum() == pytest.approx(1.0)
    total = AbsorbingChain(moves, ends).total(0, hold, delay, leave)
    assert total.mean == pytest.approx(mean, rel=1e-13)
    assert total.variance == pytest.approx(
        chance @ (np.array(variances) + (np.array(means) - mean) ** 2), rel=1e-13
    )


def test_dense_and_sparse_solvers_agree() -> None:
    """A chain of 300 states, solved sparse, equals the dense formula."""
    n = 300
    moves = diags_array([0.3, 0.1, 0.4], offsets=[-1, 0, 1], shape=(n, n))
    chain = AbsorbingChain(csr_array(moves), np.full((n, 2), 0.1))
    exact = np.linalg.solve(np.eye(n) - moves.toarray(), np.full((n, 2), 0.1))
    np.testing.assert_allclose(chain.absorption(), exact, rtol=1e-12)
    visits = np.linalg.solve(np.eye(n) - moves.toarray().T, np.eye(n)[7])
    np.testing.assert_allclose(chain.visits(7), visits, rtol=1e-10, atol=1e-15)


def test_start_may_be_spread() -> None:
    """A start distribution mixes the outcomes of its states; the mean's spread enters the variance."""
    both = FORK.outcome_probabilities([0.25, 0, 0, 0.75])
    parts = 0.25 * FORK.outcome_probabilities(AD) + 0.75 * FORK.outcome_probabilities(CART)
    np.testing.assert_allclose(both, parts, rtol=1e-14)
    a, c = FORK.steps(AD), FORK.steps(CART)
    within, between = 0.25 * a.variance + 0.75 * c.variance, 0.25 * 0.75 * (a.mean - c.mean) ** 2
    assert FORK.steps([0.25, 0, 0, 0.75]).variance == pytest.approx(within + between)


@pytest.mark.parametrize(
    ("moves", "ends", "words"),
    [
        ([[0.5, 0.6], [0, 0]], [[0], [1]], "state 0 sums to 1.1"),
        ([[float("nan")]], [[1]], "negative or non-finite"),
        ([[-0.1]], [[1]], "negative or non-finite"),
        ([[0, 1], [1, 0]], [[0], [0]], "state 0 never reaches"),
        ([[0.5, 0.0], [0, 1.0]], [[0.5], [0]], "state 1 never reaches"),
        ([[0.0, 1.0]], [[1.0]], "square"),
        ([[0.0]], [[1.0], [0.0]], "one row for each"),
        ([[1.0]], [[1e-18]], "practically never left"),
    ],
)
def test_refusals(moves: list[list[float]], ends: list[list[float]], words: str) -> None:
    """What is not an absorbing chain is refused, in words."""
    with pytest.raises(InputError, match=words):
        AbsorbingChain(moves, ends)


def test_every_problem_at_once() -> None:
    """Two wrong rows are two problems."""
    with pytest.raises(InputError) as caught:
        AbsorbingChain([[0.9, 0.2], [0.7, 0.7]], [[0], [0]])
    assert len(caught.value.problems) == 2


def test_bad_starts() -> None:
    """A start that is no state and no distribution is refused."""
    for start in (4, [0.5, 0.5], [0.5, 0.5, 0.5, 0], [1.5, -0.5, 0, 0]):
        with pytest.raises(InputError):
            FORK.visits(start)


def test_unreachable_outcome() -> None:
    """Nothing can be conditioned on what never happens; its removal effect is 0."""
    chain = AbsorbingChain([[0.0]], [[1.0, 0.0]])
    assert chain.removal_effect(0, 0, 1) == 0.0
    with pytest.raises(InputError, match="cannot be reached"):
        chain.given(1, 0)


def _null(chain: AbsorbingChain) -> np.ndarray:
    return np.maximum(1 - chain.between.sum(axis=1) - chain.out.sum(axis=1), 0)


def _nudged(matrix: np.ndarray, i: int, j: int, by: float) -> np.ndarray:
    matrix[i, j] += by
    return matrix


def _probability(moves: np.ndarray, ends: np.ndarray, begin: np.ndarray) -> float:
    return float(begin @ np.linalg.solve(np.eye(len(moves)) - moves, ends)[:, 0])
