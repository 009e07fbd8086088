"""The law of the time a memoryless journey takes, beyond its mean and variance.

References
----------
M. F. Neuts, *Matrix-Geometric Solutions in Stochastic Models*, Johns Hopkins 1981, chapter 2
(phase-type distributions); R. Pyke, "Markov renewal processes with finitely many states",
*Ann. Math. Statist.* 32 (1961) 1243-1259 (transforms with general holding times).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import expm
from scipy.sparse import csr_array

from simulator.errors import InputError
from simulator.theory.chain import AbsorbingChain
from simulator.theory.conditions import FloatArray

__all__ = ["exponential_cdf", "time_transform", "watched"]


def exponential_cdf(
    chain: AbsorbingChain, start: int | ArrayLike, holding_means: ArrayLike, times: ArrayLike
) -> FloatArray:
    """Return P(the journey has ended in each outcome by each time), for exponential holding times.

    The phase-type law: ``start (I - exp(S t)) B`` with ``S = diag(1 / means) (Q - I)``. States
    with mean 0 are passed through at once.

    Parameters
    ----------
    chain : AbsorbingChain
        The journey; n states, m outcomes.
    start : int or (n,) array
        A state, or a distribution over states.
    holding_means : (n,) array
        Mean holding time of each state, in any unit of time.
    times : (k,) array
        Times since the start, in the same unit.

    Returns
    -------
    (k, m) array
        Rows are non-decreasing in time; they tend to the outcome probabilities.

    Examples
    --------
    >>> once = AbsorbingChain([[0.0]], [[1.0]])
    >>> round(float(exponential_cdf(once, 0, [2.0], [2.0])[0, 0]), 6)  # 1 - 1/e
    0.632121
    """
    means = np.asarray(holding_means, dtype=np.float64)
    if means.shape != (chain.size,) or not (np.isfinite(means).all() and (means >= 0.0).all()):
        raise InputError(f"holding means must be {chain.size} finite numbers of at least 0")
    moments = np.atleast_1d(np.asarray(times, dtype=np.float64))
    if not (moments >= 0.0).all():
        raise InputError("times must be at least 0")
    begin = chain.start(start)
    slow = means > 0.0
    ends = chain.absorption()
    ended_at_once = chain.outcome_probabilities(begin)
    if not slow.any():
        return np.tile(ended_at_once, (moments.size, 1))
    part, begin_slow = watched(chain, begin, slow)
    ended_at_once = ended_at_once - begin_slow @ ends[slow]
    generator = (part.between.toarray() - np.eye(part.size)) / means[slow][:, None]
    still = np.array(
        [begin_slow @ expm(generator * t) if np.isfinite(t) else 0.0 * begin_slow for t in moments]
    )
    return np.asarray(ended_at_once + (begin_slow - still) @ ends[slow])


def watched(
    chain: AbsorbingChain, start: int | ArrayLike, states: ArrayLike
) -> tuple[AbsorbingChain, FloatArray]:
    """Return the chain seen only while it is in some of its states, and its start there.

    The stochastic complement ``Q_ss + Q_sh (I - Q_hh)^-1 Q_hs`` (Kemeny & Snell, section 6.1).

    Parameters
    ----------
    chain : AbsorbingChain
        The chain; n states.
    start : int or (n,) array
        A state, or a distribution over states.
    states : (n,) array of bool
        Which states are watched.

    Returns
    -------
    AbsorbingChain, (k,) array
        The chain of the k watched states, with the same outcomes, and the probability that each is
        the first of them to be visited; these sum to less than 1 where a journey may miss them all.
    """
    seen = np.asarray(states, dtype=bool)
    begin, moves = chain.start(start), chain.between.toarray()
    if seen.all():
        return chain, begin
    unseen = ~seen
    hidden = AbsorbingChain(
        moves[np.ix_(unseen, unseen)], np.hstack([moves[np.ix_(unseen, seen)], chain.out[unseen]])
    )
    through = hidden.absorption()
    back, out = np.split(through, [int(seen.sum())], axis=1)
    into = moves[np.ix_(seen, unseen)]
    part = AbsorbingChain(moves[np.ix_(seen, seen)] + into @ back, chain.out[seen] + into @ out)
    return part, np.asarray(begin[seen] + begin[unseen] @ back)


def time_transform(
    chain: AbsorbingChain, start: int | ArrayLike, holding_transforms: ArrayLike
) -> FloatArray:
    """Return E[exp(-z T); outcome], (m,), for any holding laws, from their transforms at z.

    ``start (I - diag(h) Q)^-1 diag(h) R`` with ``h_i = E[exp(-z H_i)]``, (n,), in [0, 1] for z >= 0.

    Examples
    --------
    >>> twice = AbsorbingChain([[0.0, 1.0], [0.0, 0.0]], [[0.0], [1.0]])
    >>> time_transform(twice, 0, [0.5, 0.5]).tolist()
    [0.25]
    """
    transforms = np.asarray(holding_transforms, dtype=np.float64)
    if transforms.shape != (chain.size,) or not ((transforms >= 0.0) & (transforms <= 1.0)).all():
        raise InputError(f"holding transforms must be {chain.size} numbers between 0 and 1")
    # Discounting is dying: a chain that ends in the null outcome with probability 1 - h at every visit.
    moves = csr_array(chain.between.multiply(transforms[:, None]))
    return AbsorbingChain(moves, transforms[:, None] * chain.out).outcome_probabilities(start)
