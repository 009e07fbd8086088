"""The instruments of the verification: models from text, replications, and verdicts with a stated risk.

A check compares a simulated number with a closed form and fails when they differ by more than chance
explains: a right program fails a check with probability 1e-6 for a fresh seed (|z| <= 4.89, two-sided).
Seeds are pinned, so a check that passes today passes until somebody changes a law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from simulator.engine.log import END_FIELDS, Log
from simulator.engine.reference import simulate
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.tally import Tally
from simulator.execution.engines import EngineName, engine
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

ALPHA = 1e-6
LARGEST_Z = 4.89
SEED = 20_260_105
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Hook = Callable[[Customer, Visit], None]


def program_of(text: str, scenario: str | None = None) -> Program:
    """Compile a journey written in YAML, with a scenario laid over or none."""
    laid_over = None if scenario is None else parse_document(scenario)
    return compile_journey(load_journey(parse_document(text), laid_over))


def play(
    program: Program, seed: int, replications: int | Sequence[int], on_visit: Hook | None = None
) -> list[Tally]:
    """Play replications one after another in this process."""
    numbers = range(replications) if isinstance(replications, int) else replications
    return [simulate(program, seed, number, on_visit) for number in numbers]


def play_by(by: EngineName, program: Program, seed: int, replications: int) -> list[Tally]:
    """Play replications one after another by an engine; the kernel where the closed form wants millions."""
    return [engine(by)(program, seed, number) for number in range(replications)]


def total(tallies: Sequence[Tally], name: str) -> NDArray[np.int64]:
    """Add one count over replications."""
    return np.sum([tally[name] for tally in tallies], axis=0)


@dataclass(frozen=True)
class Endings:
    """How each journey of a replication ended: its outcome, steps and time in ms."""

    outcomes: NDArray[np.int64]
    steps: NDArray[np.int64]
    times: NDArray[np.int64]


def play_to_the_end(by: EngineName, program: Program, seed: int) -> tuple[Tally, Endings]:
    """Play a replication, and keep how each journey ended."""
    ended = [END_FIELDS.index(name) for name in ("outcome", "steps", "arrived", "ended")]
    rows: list[NDArray[np.int64]] = []

    def watch(_: float, log: Log) -> None:
        rows.append(log.ends[:, ended].copy())

    tally = engine(by)(program, seed, 0, None, watch, True)
    outcomes, steps, arrived, left = np.concatenate(rows).T
    return tally, Endings(outcomes, steps, left - arrived)


# --------------------------------------------------------------------------- verdicts


def assert_z(estimate: float, expected: float, se: float, what: str = "estimate") -> None:
    """Fail when an estimate lies further from the closed form than chance explains."""
    z = (estimate - expected) / se
    assert abs(z) <= LARGEST_Z, f"{what}: {estimate:.8g}, expected {expected:.8g}, z = {z:.2f}"


def assert_mean(sample: ArrayLike, mean: float, variance: float, what: str = "mean") -> None:
    """Judge the mean of independent draws whose variance is known."""
    x = np.asarray(sample, dtype=np.float64)
    assert_z(float(x.mean()), mean, float(np.sqrt(variance / x.size)), what)


def assert_variance(sample: ArrayLike, variance: float, fourth_moment: float, what: str = "variance") -> None:
    """Judge the unbiased variance of independent draws whose fourth central moment is known."""
    x = np.asarray(sample, dtype=np.float64)
    n = x.size
    of_estimate = (fourth_moment - variance**2 * (n - 3) / (n - 1)) / n
    assert_z(float(x.var(ddof=1)), variance, float(np.sqrt(of_estimate)), what)


def assert_share(hits: int, of: int, probability: float, what: str = "share") -> None:
    """Judge how often an independent event happened."""
    se = float(np.sqrt(probability * (1.0 - probability) / of))
    assert_z(hits / of, probability, se, what)


def assert_t(estimates: ArrayLike, expected: float, half_width: float, what: str = "mean") -> None:
    """Judge the mean of replications by Student's t, and refuse an interval too wide to mean anything.

    `half_width` is relative to the expected value, of the interval at alpha 1e-6.
    """
    x = np.asarray(estimates, dtype=np.float64)
    reach = float(stats.t.isf(ALPHA / 2, x.size - 1)) * float(x.std(ddof=1)) / np.sqrt(x.size)
    seen = f"{what}: {x.mean():.6g} ± {reach:.3g}, expected {expected:.6g}"
    assert reach <= half_width * abs(expected), f"{seen}: too wide, {reach / abs(expected):.1%}"
    assert abs(x.mean() - expected) <= reach, seen


def assert_fits(counts: ArrayLike, probabilities: ArrayLike, what: str = "distribution") -> None:
    """Judge counts by chi-square against probabilities of at most 1 in all; the rest is one more cell.

    Cells that expect fewer than 10 are merged with the rest.
    """
    seen, law = np.asarray(counts, dtype=np.float64).ravel(), np.asarray(probabilities).ravel()
    n = float(seen.sum())
    large = law * n >= 10.0
    cells = np.append(seen[large], seen[~large].sum())
    expected = np.append(law[large], max(1.0 - float(law[large].sum()), 0.0)) * n
    if expected[-1] < 10.0:  # too few to judge: they count with the smallest cell
        smallest = int(np.argmin(expected[:-1]))
        cells[smallest] += cells[-1]
        expected[smallest] += expected[-1]
        cells, expected = cells[:-1], expected[:-1]
    distance = float(((cells - expected) ** 2 / expected).sum())
    p = float(stats.chi2.sf(distance, cells.size - 1))
    assert p > ALPHA, f"{what}: chi-square {distance:.1f} with {cells.size - 1} degrees, p = {p:.2g}"


def assert_ks(
    sample: ArrayLike, points: ArrayLike, cdf: ArrayLike, what: str = "law", of: int | None = None
) -> None:
    """Judge a sample by Kolmogorov-Smirnov, looked at in given points (which only loses power).

    `of` is the sample's size where some values, all larger than the points, were never seen.
    """
    x, at = np.sort(np.asarray(sample, dtype=np.float64)), np.asarray(points, dtype=np.float64)
    n = x.size if of is None else of
    gap = float(np.abs(np.searchsorted(x, at, side="right") / n - np.asarray(cdf)).max())
    p = float(stats.kstwobign.sf(gap * np.sqrt(n)))
    assert p > ALPHA, f"{what}: Kolmogorov distance {gap:.5f} of {n}, p = {p:.2g}"


def tabulated(values: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Count the values 1 … most; larger ones in one more cell."""
    return np.bincount(np.minimum(values, most + 1), minlength=most + 2)[1:]
