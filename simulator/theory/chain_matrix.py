"""The matrices of an absorbing chain: read, checked and factorised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import lapack
from scipy.sparse import csr_array, eye_array
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import splu

from simulator.errors import Problem
from simulator.theory.conditions import PROBABILITY_TOLERANCE, FloatArray

__all__ = ["Solve", "chain_problems", "factorised", "sparse"]

# Above this a journey graph is sparse enough that a sparse factorisation is faster than a dense one.
DENSE_STATES: Final = 200

Solve = Callable[[FloatArray, bool], FloatArray]


def sparse(matrix: ArrayLike | csr_array) -> csr_array:
    """Return a matrix, dense or sparse, as a sparse one of floats."""
    if isinstance(matrix, csr_array):
        return csr_array(matrix.astype(np.float64))
    return csr_array(np.atleast_2d(np.asarray(matrix, dtype=np.float64)))


def chain_problems(between: csr_array, out: FloatArray) -> list[Problem]:
    """Return everything that keeps two matrices from being an absorbing chain."""
    return _shape_problems(between, out) or _value_problems(between, out) or _trap_problems(between, out)


def _shape_problems(between: csr_array, out: FloatArray) -> list[Problem]:
    if between.shape[0] != between.shape[1]:
        return [Problem(f"transitions have shape {between.shape}; they must be square")]
    if out.ndim != 2 or out.shape[0] != between.shape[0]:
        return [
            Problem(f"exits have shape {out.shape}; they need one row for each of {between.shape[0]} states")
        ]
    return []


def _value_problems(between: csr_array, out: FloatArray) -> list[Problem]:
    problems = []
    for name, values in (("transitions", between.data), ("exits", out)):
        if not (np.isfinite(values).all() and (values >= 0.0).all()):
            problems.append(Problem(f"{name} have a negative or non-finite entry", fix="each is at least 0"))
    if problems:
        return problems
    sums = _row_sums(between, out)
    return [
        Problem(f"the row of state {i} sums to {sums[i]:.12g}", fix="a row sums to at most 1")
        for i in np.flatnonzero(sums > 1.0 + PROBABILITY_TOLERANCE)
    ]


def _row_sums(between: csr_array, out: FloatArray) -> FloatArray:
    return np.asarray(between.sum(axis=1) + out.sum(axis=1), dtype=np.float64)


def _trap_problems(between: csr_array, out: FloatArray) -> list[Problem]:
    """Walk backwards from the outcomes; a state not met can never be left for good."""
    n = between.shape[0]
    leaves = (out.sum(axis=1) > 0.0) | (_row_sums(between, out) < 1.0 - PROBABILITY_TOLERANCE)
    moves = between.tocoo()
    leaving = np.flatnonzero(leaves)
    sources = np.concatenate([moves.col[moves.data > 0.0], np.full(leaving.size, n)])
    targets = np.concatenate([moves.row[moves.data > 0.0], leaving])
    backwards = csr_array((np.ones(sources.size), (sources, targets)), shape=(n + 1, n + 1))
    met = breadth_first_order(backwards, n, directed=True, return_predecessors=False)
    trapped = np.setdiff1d(np.arange(n), met)
    return [Problem(f"state {i} never reaches an outcome: the chain is not absorbing") for i in trapped]


def factorised(between: csr_array) -> Solve:
    """Return ``solve(right, transposed)`` for ``I - Q``; all infinite where that is singular."""
    n = between.shape[0]
    if n > DENSE_STATES:
        try:
            lu = splu((eye_array(n) - between).tocsc())
        except RuntimeError:  # exactly singular
            return lambda right, _: np.full_like(right, np.inf)
        # The stubs do not know the second argument of SuperLU.solve.
        return lambda right, transposed: lu.solve(right, "T" if transposed else "N")  # type: ignore[call-overload]
    # LAPACK is called directly: scipy.linalg would warn about a singular matrix, here it is an error.
    factors, pivots, singular = lapack.dgetrf(np.eye(n) - between.toarray())
    if singular:
        return lambda right, _: np.full_like(right, np.inf)
    return lambda right, transposed: np.asarray(
        lapack.dgetrs(factors, pivots, right, trans=int(transposed))[0]
    )
