from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simulator.learn import Columns, EventLog, read_log
from simulator.learn.endings import END, branches
from simulator.learn.risks import OPEN, Visits
from simulator.learn.rows import forks, visits_of

DAY = 86_400_000.0
# Two-sided, alpha = 1e-6.
Z = 4.89
PARTS = 40

Write = Callable[..., Path]
Play = Callable[..., pa.Table]


def exponential(mean: float) -> Any:
    """Give a draw of exponential times."""
    return lambda rng, size: rng.exponential(mean, size)


def now(rng: np.random.Generator, size: int) -> Any:
    """Take no time."""
    return np.zeros(size)


# target: (probability, how long, its mean in days)
BROWSE = {
    "home": {"cart": (0.35, exponential(2), 2), "help": (0.15, exponential(0.3), 0.3), "end": (0.5, now, 0)},
    "cart": {"order": (0.6, exponential(0.5), 0.5), "home": (0.1, exponential(4), 4.0), "end": (0.3, now, 0)},
    "help": {"cart": (0.4, exponential(1.0), 1.0), "end": (0.6, now, 0)},
    "order": {"end": (1.0, now, 0)},
}  # fmt: skip
# Nobody ends before the stay does, and the log is so short that four in ten are still open.
SLOW = {
    "booked": {
        "cancelled": (0.4, exponential(8.0), 8.0),
        "arrived": (0.6, lambda rng, size: rng.gamma(4.0, 10.0, size), 40.0),
    },
    "cancelled": {"end": (1.0, now, 0)},
    "arrived": {"end": (1.0, now, 0)},
}


@pytest.fixture
def learn_back(log_file: Write, play: Play) -> Callable[..., EventLog]:
    """Play a journey whose cases begin evenly over a window, and read the log it leaves."""

    def run(truth: Any, first: str, window: float, cases: int, seed: int) -> EventLog:
        rng = np.random.default_rng(seed)
        table = play(truth, first, np.sort(rng.uniform(0, window, cases)), window, rng)
        return read_log(log_file(table), Columns("who", "what", "when"))

    return run


def estimates(visits: Visits, kind: Any, codes: list[int]) -> np.ndarray:
    """The probability of every target and the mean time of all but the end, in days."""
    row = {branch.target: branch for branch in branches(visits, kind)}
    found = [row[code].p if code in row else 0.0 for code in codes]
    for code in codes:
        if code != END:
            branch = row.get(code)
            found.append(float(branch.mass @ branch.duration) / branch.p / DAY if branch else np.nan)
    return np.array(found)


def naive(visits: Visits, codes: list[int]) -> np.ndarray:
    """The same with the open visits left out."""
    gone = visits.of(visits.following != OPEN)
    shares = [float((gone.following == code).mean()) for code in codes]
    return np.array(shares + [float(gone.duration[gone.following == code].mean()) / DAY for code in codes])


def errors(visits: Visits, estimate: Callable[[Visits], np.ndarray]) -> np.ndarray:
    """Standard errors from 40 parts of the visits."""
    part = np.arange(len(visits)) % PARTS
    found = np.array([estimate(visits.of(part == each)) for each in range(PARTS)])
    return np.nanstd(found, axis=0, ddof=1) / np.sqrt(PARTS)


def test_a_known_journey_is_recovered(learn_back: Callable[..., EventLog]) -> None:
    """Every probability and mean time of a journey with loops and silent endings, |z| <= 4.89."""
    log = learn_back(BROWSE, "home", 200.0, 20_000, seed=11)
    visits, learnt = visits_of(log), forks(log)
    for name, truth in BROWSE.items():
        activity = log.activities.index(name)
        codes = [END if target == "end" else log.activities.index(target) for target in truth]
        kind = learnt[activity].kind
        found = estimates(visits[activity][0], kind, codes)
        exact = [p for p, _, _ in truth.values()] + [
            mean for target, (_, _, mean) in truth.items() if target != "end"
        ]
        error = errors(visits[activity][0], lambda part, kind=kind, codes=codes: estimates(part, kind, codes))
        assert (np.abs(found - exact) <= Z * error + 1e-9).all(), (name, found, exact, error)


@pytest.mark.parametrize("window", [60.0, 90.0, 200.0])
def test_heavy_censoring_does_not_bias(learn_back: Callable[..., EventLog], window: float) -> None:
    """Four in ten bookings still open: probabilities and means are recovered, |z| <= 4.89.

    Dropping the open ones is the defect this catches: with a window of 60 or 90 days it fails the same
    check, because quick cancellations are decided before slow arrivals.
    """
    log = learn_back(SLOW, "booked", window, 20_000, seed=12)
    booked = log.activities.index("booked")
    seen = visits_of(log)[booked][0]
    codes = [log.activities.index(name) for name in ("cancelled", "arrived")]
    kind = forks(log)[booked].kind
    exact = np.array([0.4, 0.6, 8.0, 40.0])
    error = errors(seen, lambda part: estimates(part, kind, codes))
    found = estimates(seen, kind, codes)
    # What lies beyond the log is extrapolated: means are only promised where it is next to nothing.
    promised = slice(0, 4) if window >= 90 else slice(0, 3)
    z = (np.abs(found - exact) / error)[promised]
    assert (z <= Z).all(), (found, error)
    if window < 200:
        dropped = np.abs(naive(seen, codes) - exact) / errors(seen, lambda part: naive(part, codes))
        assert dropped[:2].min() > 3 * Z
