"""The answers of a run under ignorance, and the numbers that drive each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.ignorance.answers import Answer, split_answer
from simulator.analysis.ignorance.smooth import smooth
from simulator.analysis.metrics import METRICS
from simulator.results.summary import RunResult
from simulator.spec.unknown import Prior

__all__ = ["Driver", "RunAnswer", "drivers", "run_answers"]

Floats = NDArray[np.float64]

_ASKED: Final = ("conversion", "conversions", "orders", "revenue", "margin")


class Driver(NamedTuple):
    """A number, and the share of an answer's ignorance that it explains by itself."""

    prior: Prior
    share: float


class RunAnswer(NamedTuple):
    """One answer of a run and its drivers."""

    answer: Answer
    drivers: tuple[Driver, ...]


def run_answers(every: RunResult, draws: Floats, priors: Sequence[Prior]) -> list[RunAnswer]:
    """Split the variance of every answer of a run: conversion, orders, money, demand by product.

    Parameters
    ----------
    every : RunResult
        Two futures of every draw: replications r and r + half have the same numbers.
    draws : ndarray of float64, shape (draws, numbers)
    priors : sequence of Prior

    Returns
    -------
    list of RunAnswer
        Without those nobody was counted for.
    """
    found = []
    for name, values in _values(every):
        futures = values.reshape(2, -1)
        if np.isfinite(futures).all():
            split = split_answer(name, futures)
            found.append(RunAnswer(split, drivers(futures, draws, priors, split)))
    return found


def _values(every: RunResult) -> Iterator[tuple[str, Floats]]:
    for name in _ASKED:
        yield name, METRICS[name].values(every, None)
    demand = every.units("demand").sum(axis=-1)
    for product, name in enumerate(every.program.names.products):
        yield f"demand for {name}", np.asarray(demand[:, product], dtype=np.float64)


def drivers(futures: Floats, draws: Floats, priors: Sequence[Prior], split: Answer) -> tuple[Driver, ...]:
    """Say which numbers an answer hangs on: the share of its ignorance each explains, the largest first.

    Those that explain nothing that can be told from chance are left out.
    """
    unsure, means = float(split.parts.ignorance), futures.mean(axis=0)
    found, first = [], 0
    for prior in priors:
        numbers = draws[:, first : first + len(prior.targets)]
        first += len(prior.targets)
        explained = float(np.var(smooth(numbers, means).values))
        if explained > 1e-9 * unsure > 0.0:
            found.append(Driver(prior, min(1.0, explained / unsure)))
    return tuple(sorted(found, key=lambda driver: (-driver.share, driver.prior.name)))
