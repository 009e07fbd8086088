"""The absorbing Markov chain: a journey without memory, solved exactly.

States are where a customer can be; outcomes are where a journey ends. With ``Q`` the probabilities
between states and ``R`` those from a state to an outcome, ``N = (I - Q)^-1`` counts expected visits
and ``B = N R`` the probability of each outcome.

References
----------
J. G. Kemeny, J. L. Snell, *Finite Markov Chains*, Van Nostrand 1960, chapter III
(theorems 3.2.4, 3.3.3, 3.3.5, 3.3.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from simulator.errors import InputError
from simulator.theory.chain_matrix import Solve, chain_problems, factorised, sparse
from simulator.theory.conditions import FloatArray, Moments, distribution

__all__ = ["AbsorbingChain", "BranchDerivatives"]

# I - Q of a chain that takes longer than this on average has lost its digits to rounding.
LONGEST_MEAN_STEPS: Final = 1e12


@dataclass(frozen=True)
class BranchDerivatives:
    """How fast one absorption probability moves with each branch.

    Attributes
    ----------
    transitions : (n, n) array
        Per unit of probability (or of log-odds) of the branch from a state to a state.
    exits : (n, m) array
        The same for the branches from a state to an outcome.
    """

    transitions: FloatArray
    exits: FloatArray


@dataclass(frozen=True, eq=False)
class AbsorbingChain:
    """A chain that is left with probability one.

    Parameters
    ----------
    transitions : (n, n) array or scipy csr_array
        Probability from each state (row) to each state (column).
    exits : (n, m) array
        Probability from each state to each outcome. What a row of both together lacks of one
        ends the journey in the *null outcome*, which has no column.

    Raises
    ------
    InputError
        When the shapes do not fit, an entry is negative or not finite, a row sums to more than 1
        (1e-9), or some state can never be left for good; all problems at once.

    Examples
    --------
    >>> coin = AbsorbingChain([[0.5]], [[0.25, 0.25]])
    >>> coin.absorption().tolist(), coin.steps(0).mean
    ([[0.5, 0.5]], 2.0)
    """

    transitions: ArrayLike | csr_array
    exits: ArrayLike

    def __post_init__(self) -> None:
        """Check the chain; see Raises of the class."""
        if problems := chain_problems(self.between, self.out):
            raise InputError(problems)
        longest = self._mean_steps.max(initial=0.0)
        if not longest <= LONGEST_MEAN_STEPS:
            raise InputError(
                f"a journey takes {longest:.3g} steps on average: a loop is practically never left"
            )

    @cached_property
    def between(self) -> csr_array:
        """The transitions, sparse."""
        return sparse(self.transitions)

    @cached_property
    def out(self) -> FloatArray:
        """The exits, (n, m)."""
        return np.asarray(self.exits, dtype=np.float64)

    @property
    def size(self) -> int:
        """The number of states."""
        return int(self.between.shape[0])

    @cached_property
    def _solve(self) -> Solve:
        return factorised(self.between)

    @cached_property
    def _mean_steps(self) -> FloatArray:
        return self._solve(np.ones(self.size), False)

    @cached_property
    def _absorption(self) -> FloatArray:
        return self._solve(self.out, False)

    def start(self, start: int | ArrayLike) -> FloatArray:
        """Return the start distribution: a state's number, or a vector that sums to 1."""
        if isinstance(start, int | np.integer):
            return _unit(int(start), self.size)
        return distribution("start", start, self.size)

    def absorption(self) -> FloatArray:
        """Return ``B = N R``, (n, m): the probability of each outcome from each state."""
        return self._absorption.copy()

    def outcome_probabilities(self, start: int | ArrayLike) -> FloatArray:
        """Return the probability of each outcome, (m,), from a start."""
        return np.asarray(self.start(start) @ self._absorption)

    def expected_visits(self) -> FloatArray:
        """Return ``N``, (n, n): expected visits to each state from each state, the first included."""
        return self._solve(np.eye(self.size), False)

    def visits(self, start: int | ArrayLike) -> FloatArray:
        """Return the expected visits to each state, (n,), from a start."""
        return self._solve(self.start(start), True)

    def steps(self, start: int | ArrayLike) -> Moments:
        """Return mean and variance of the number of states visited until an outcome."""
        return self.total(start, Moments(1.0, 0.0))

    def total(
        self,
        start: int | ArrayLike,
        holding: Moments,
        delay: Moments | None = None,
        exit_delay: Moments | None = None,
    ) -> Moments:
        """Return mean and variance of what is spent from the start to the outcome.

        Time, money or anything else that adds up, independent from visit to visit. By the law of
        total variance along the path, from non-negative terms only, so nothing cancels.

        Parameters
        ----------
        start : int or (n,) array
            A state, or a distribution over states.
        holding : Moments of (n,) arrays or numbers
            What one visit to each state takes.
        delay : Moments of (n, n) arrays or numbers, optional
            What each transition takes on top.
        exit_delay : Moments of (n, m) arrays or numbers, optional
            What each exit takes on top. The way to the null outcome takes nothing.
        """
        branches = _Branches(self, delay or Moments(0.0, 0.0), exit_delay or Moments(0.0, 0.0))
        held = np.broadcast_to(holding.mean, self.size)
        mean = self._solve(held + branches.mean(), False)
        own = np.broadcast_to(holding.variance, self.size)
        variance = self._solve(own + branches.variance(mean, mean - held), False)
        begin = self.start(start)
        total = float(begin @ mean)
        return Moments(total, float(begin @ variance + begin @ (mean - total) ** 2))

    def ever(self, state: int, start: int | ArrayLike) -> float:
        """Return the probability that a journey visits the state at all: ``N_sj / N_jj``."""
        returning = self._solve(_unit(state, self.size), False)
        return float(self.start(start) @ returning / returning[state])

    def without(self, state: int, start: int | ArrayLike) -> FloatArray:
        """Return the outcome probabilities, (m,), when all who come to the state are lost instead.

        By the strong Markov property: those who never come there keep their outcome.
        """
        kept = self.outcome_probabilities(start) - self.ever(state, start) * self._absorption[state]
        return np.asarray(np.maximum(kept, 0.0))

    def removal_effect(self, state: int, start: int | ArrayLike, outcome: int) -> float:
        """Return the share of an outcome's probability that is lost with the state.

        ``1 - P(outcome without the state) / P(outcome)``, with the state's inflow sent to the null
        outcome [1]_. An outcome that never happens loses nothing: 0.

        References
        ----------
        .. [1] E. Anderl, I. Becker, F. v. Wangenheim, J. H. Schumann, "Mapping the customer
           journey", *Int. J. Research in Marketing* 33 (2016) 457-474.
        """
        whole = float(self.outcome_probabilities(start)[outcome])
        if whole == 0.0:
            return 0.0
        return self.ever(state, start) * float(self._absorption[state, outcome]) / whole

    def steps_pmf(self, start: int | ArrayLike, most: int) -> FloatArray:
        """Return P(the journey ends at step k in each outcome), (most, m), for k = 1 … most.

        The discrete phase-type law: ``start Q^(k-1) R``.
        """
        flow = self.start(start)
        rows = np.empty((most, self.out.shape[1]))
        for k in range(most):
            rows[k] = flow @ self.out
            flow = self.between.T @ flow
        return rows

    def steps_cdf(self, start: int | ArrayLike, most: int) -> FloatArray:
        """Return P(the journey has ended by step k in each outcome), (most, m), for k = 1 … most."""
        return np.cumsum(self.steps_pmf(start, most), axis=0)

    def given(self, outcome: int, start: int | ArrayLike) -> tuple[AbsorbingChain, FloatArray]:
        """Return the chain, and its start, of the journeys that end in one outcome.

        Doob's transform ``Q_ij B_j / B_i``: its steps, visits and times are those conditional on
        the outcome. It has this one outcome; states that never lead there go to it at once.

        Raises
        ------
        InputError
            When the outcome cannot be reached from the start.
        """
        reach = self._absorption[:, outcome]
        begin = self.start(start) * reach
        if not begin.sum() > 0.0:
            raise InputError(f"outcome {outcome} cannot be reached from this start")
        leads = reach > 0.0
        scale = np.divide(1.0, reach, out=np.zeros_like(reach), where=leads)
        moves = csr_array(self.between.multiply(scale[:, None]).multiply(reach[None, :]))
        ends = np.where(leads, self.out[:, outcome] * scale, 1.0)
        return AbsorbingChain(moves, ends[:, None]), begin / begin.sum()

    def derivatives(self, start: int | ArrayLike, outcome: int) -> BranchDerivatives:
        """Return the derivative of P(outcome) with respect to each entry of Q and R, others fixed.

        ``dP/dQ_ij = visits_i B_j``, ``dP/dR_il = visits_i [l = outcome]``. An increase is taken
        from the null outcome; for one taken from another branch, subtract that branch's entry.
        """
        visits = self.visits(start)
        ends = np.zeros_like(self.out)
        ends[:, outcome] = visits
        return BranchDerivatives(np.outer(visits, self._absorption[:, outcome]), ends)

    def odds_derivatives(self, start: int | ArrayLike, outcome: int) -> BranchDerivatives:
        """Return the derivative of P(outcome) with respect to the log-odds of each branch.

        The other branches of its row, and the null outcome, shrink in proportion:
        ``dP/dlog odds_ij = visits_i q_ij (B_j - B_i)``. Branches of probability 0 have 0.
        """
        reach = self._absorption[:, outcome]
        visits = self.visits(start)
        gain = reach[None, :] - reach[:, None]
        wins = np.zeros(self.out.shape[1])
        wins[outcome] = 1.0
        return BranchDerivatives(
            visits[:, None] * self.between.toarray() * gain,
            visits[:, None] * self.out * (wins[None, :] - reach[:, None]),
        )


class _Branches:
    """The step after a visit: its travel, and the spread of what is still to come."""

    def __init__(self, chain: AbsorbingChain, delay: Moments, exit_delay: Moments) -> None:
        self.moves, self.out = chain.between.tocoo(), chain.out
        self.rows, self.columns = self.moves.coords
        self.delay = [np.broadcast_to(d, chain.between.shape)[self.rows, self.columns] for d in delay]
        self.exit_delay = [np.broadcast_to(d, self.out.shape) for d in exit_delay]

    def _by_state(self, on_moves: FloatArray, on_exits: FloatArray) -> FloatArray:
        moved = np.bincount(self.rows, self.moves.data * on_moves, minlength=len(self.out))
        return np.asarray(moved + (self.out * on_exits).sum(axis=1))

    def mean(self) -> FloatArray:
        return self._by_state(self.delay[0], self.exit_delay[0])

    def variance(self, ahead: FloatArray, expected: FloatArray) -> FloatArray:
        """Of the travel, and of where it leads: `expected` is the mean over all branches."""
        on_moves = self.delay[1] + (self.delay[0] + ahead[self.columns] - expected[self.rows]) ** 2
        on_exits = self.exit_delay[1] + (self.exit_delay[0] - expected[:, None]) ** 2
        ones = self._by_state(np.ones_like(on_moves), np.ones_like(on_exits))
        return self._by_state(on_moves, on_exits) + np.maximum(1.0 - ones, 0.0) * expected**2


def _unit(state: int, size: int) -> FloatArray:
    if not 0 <= state < size:
        raise InputError(f"state {state} does not exist; choose from 0 to {size - 1}")
    unit = np.zeros(size)
    unit[state] = 1.0
    return unit
