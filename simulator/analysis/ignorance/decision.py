"""A decision under ignorance: who is best in how many of the worlds, and what knowing a number is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.ignorance.answers import Answer, moved, split_answer
from simulator.analysis.ignorance.smooth import Fit, smooth
from simulator.spec.unknown import Prior

__all__ = ["Decision", "Worth", "weigh"]

Floats = NDArray[np.float64]

_RESAMPLES: Final = 200
# So many draws tell the spread of a mean over draws.
_ENOUGH: Final = 2_000
_SEED: Final = 20_141_014


@dataclass(frozen=True)
class Worth:
    """What knowing one number exactly would be worth before deciding.

    Attributes
    ----------
    prior : Prior
    value : float
        The expected value of perfect partial information, in the units of the metric.
    error : float
        Its standard error.
    share : float
        The share of the ignorance about the decision (the leader against the runner-up) that it explains.
    """

    prior: Prior
    value: float
    error: float
    share: float


@dataclass(frozen=True)
class Decision:
    """A choice between changing nothing and some ideas when the numbers are not known.

    Attributes
    ----------
    names : tuple of str
        The candidates; the first is to change nothing.
    answers : tuple of Answer
        The metric of the base, then the difference that each idea makes.
    best : tuple of float
        In what share of the draws each candidate is truly best; ties split.
    leader, runner_up : int
        The candidates with the highest expectation.
    perfect : float
        The expected value of perfect information: of choosing after all numbers are known.
    perfect_error : float
    worths : tuple of Worth
        For each number, the most valuable first; of equal ones that which explains more.
    """

    names: tuple[str, ...]
    answers: tuple[Answer, ...]
    best: tuple[float, ...]
    leader: int
    runner_up: int
    perfect: float
    perfect_error: float
    worths: tuple[Worth, ...]


def weigh(
    names: Sequence[str],
    futures: Floats,
    draws: Floats,
    priors: Sequence[Prior],
    more_is_better: bool = True,
) -> Decision:
    """Weigh ideas against changing nothing, and every number by what it could change about that.

    Parameters
    ----------
    names : sequence of str
        The candidates, the base first.
    futures : ndarray of float64, shape (2 or more, draws, candidates)
        The metric of every future of every draw, the same customers for all candidates.
    draws : ndarray of float64, shape (draws, numbers)
        The numbers drawn, in the order of the priors and their targets.
    priors : sequence of Prior
    more_is_better : bool

    Returns
    -------
    Decision

    References
    ----------
    Raiffa and Schlaifer: Applied Statistical Decision Theory (1961), for the value of information.
    """
    differences = futures[:, :, 1:] - futures[:, :, :1]
    answers = [split_answer(names[0], futures[:, :, 0])]
    answers += [split_answer(name, differences[:, :, k]) for k, name in enumerate(names[1:])]
    gains = differences if more_is_better else -differences
    truths = _truths(gains)
    expected = np.concatenate([[0.0], gains.mean(axis=(0, 1))])
    leader, runner_up = (int(one) for one in np.argsort(-expected, kind="stable")[:2])
    perfect, error = _gain_of_choosing(truths, leader)
    return Decision(
        names=tuple(names),
        answers=tuple(answers),
        best=_best(truths),
        leader=leader,
        runner_up=runner_up,
        perfect=perfect,
        perfect_error=error,
        worths=_worths(gains, truths, draws, priors, (leader, runner_up)),
    )


def _truths(gains: Floats) -> Floats:
    """Give the expected gain of each candidate in each draw, chance taken out; the base gains 0."""
    count, draws, _ = gains.shape
    means = gains.mean(axis=0)
    inner = gains - means
    within = np.einsum("frk,frl->kl", inner, inner) / (draws * (count - 1.0))
    ignorance = np.atleast_2d(np.cov(means, rowvar=False)) - within / count
    values, vectors = np.linalg.eigh(ignorance)
    positive = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return np.hstack([np.zeros((draws, 1)), moved(means, positive)])


def _best(truths: Floats) -> tuple[float, ...]:
    """Share each draw among those that are best in it."""
    best = truths == truths.max(axis=1, keepdims=True)
    return tuple((best / best.sum(axis=1, keepdims=True)).mean(axis=0).tolist())


def _gain_of_choosing(truths: Floats, leader: int) -> tuple[float, float]:
    """Give what choosing the best in every draw gains on one choice for all, with its standard error."""
    regret = truths.max(axis=1) - truths[:, leader]
    return float(regret.mean()), float(regret.std(ddof=1)) / math.sqrt(len(regret))


# --------------------------------------------------------------------------- one number at a time


def _worths(
    gains: Floats, truths: Floats, draws: Floats, priors: Sequence[Prior], pair: tuple[int, int]
) -> tuple[Worth, ...]:
    means = gains.mean(axis=0)
    between = np.hstack([np.zeros((len(means), 1)), means])
    versus = between[:, pair[0]] - between[:, pair[1]]
    unsure = float(np.var(truths[:, pair[0]] - truths[:, pair[1]]))
    found, first = [], 0
    for prior in priors:
        numbers = draws[:, first : first + len(prior.targets)]
        first += len(prior.targets)
        if numbers.shape[1] == 2:
            numbers = numbers[:, :1]  # the other is what this one leaves
        value, error = _knowing([smooth(numbers, gain) for gain in means.T], pair[0])
        explained = float(np.var(smooth(numbers, versus).values))
        share = min(1.0, explained / unsure) if unsure > 0.0 else 0.0
        found.append(Worth(prior, value, error, share))
    return tuple(sorted(found, key=lambda worth: (-worth.value, -worth.share, worth.prior.name)))


def _knowing(fits: Sequence[Fit], leader: int) -> tuple[float, float]:
    """Give the gain of choosing when the regressions are known, with its standard error.

    The error has two parts: the draws are a sample, and the coefficients are estimated; the second is
    the spread over coefficients drawn from their normal law.
    """
    expected = np.stack([np.zeros(len(fits[0].values)), *(fit.values for fit in fits)], axis=1)
    value, sampling = _gain_of_choosing(expected, leader)
    if all(fit.basis.shape[1] == 1 for fit in fits):
        return 0.0, 0.0  # nothing was found that could change the choice
    return value, math.hypot(sampling, _spread_of_fits(fits))


def _spread_of_fits(fits: Sequence[Fit]) -> float:
    """Give the spread of the gain of choosing over coefficients as unsure as they are."""
    generator = np.random.Generator(np.random.PCG64(_SEED))
    some = slice(None, None, -(-len(fits[0].values) // _ENOUGH))
    drawn = []
    for _ in range(_RESAMPLES):
        columns = [
            fit.values[some] + fit.basis[some] @ generator.normal(0.0, fit.spread, fit.basis.shape[1])
            for fit in fits
        ]
        shifted = np.stack([np.zeros(len(columns[0])), *columns], axis=1)
        drawn.append(_gain_of_choosing(shifted, int(np.argmax(shifted.mean(axis=0))))[0])
    return float(np.std(drawn, ddof=1))
