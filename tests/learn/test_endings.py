from __future__ import annotations

import numpy as np
import pytest

from simulator.learn.endings import END, Ending, branches, ending
from simulator.learn.risks import OPEN, Visits

DAY = 86_400_000


def visits(stays: np.ndarray, observed: np.ndarray) -> Visits:
    """Visits with a true stay (inf: never goes on), each observed for a time."""
    seen = stays <= observed
    duration = np.where(seen, stays, observed) * DAY
    return Visits(duration.astype(np.int64), np.where(seen, 0, OPEN))


def test_what_is_never_left_is_final() -> None:
    """Nobody ever goes on: every visit ends, even those of the last day."""
    seen = visits(np.full(50, np.inf), np.arange(50.0))
    assert ending(seen) is Ending.FINAL
    assert [(branch.target, branch.p) for branch in branches(seen, Ending.FINAL)] == [(END, 1.0)]


@pytest.mark.parametrize("window", [30.0, 100.0, 365.0])
def test_silence_is_an_ending(window: float) -> None:
    """Half go on within days, half never: the end gets its half, whoever came yesterday included.

    An estimate that takes every open case for ended says more than half (those of the last days).
    """
    rng = np.random.default_rng(1)
    stays = np.where(rng.random(8_000) < 0.5, rng.exponential(2.0, 8_000), np.inf)
    seen = visits(stays, rng.uniform(0, window, 8_000))
    assert ending(seen) is Ending.SILENT
    on, end = branches(seen, Ending.SILENT)
    assert (on.target, end.target) == (0, END)
    error = np.sqrt(0.25 / 8_000) * (1 + 10 / window)
    assert abs(end.p - 0.5) < 4.89 * error
    if window == 30.0:
        assert (seen.following == OPEN).mean() - 0.5 > 4.89 * error


def test_a_long_silence_after_a_deadline_is_an_ending() -> None:
    """Who goes on does so within 40 days, most of them late; 60 days of silence then mean something.

    The rate of the late ones alone says that the rest are still to come.
    """
    rng = np.random.default_rng(3)
    stays = np.where(rng.random(4_000) < 0.5, 40 * np.sqrt(rng.random(4_000)), np.inf)
    seen = visits(stays, rng.uniform(0, 100, 4_000))
    assert ending(seen) is Ending.SILENT
    assert branches(seen, Ending.SILENT)[-1].p == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("mean", [20.0, 50.0, 120.0])
def test_a_short_log_is_no_ending(mean: float) -> None:
    """Everybody goes on, slowly, and the log is short: nobody has ended, and the mean is recovered."""
    rng = np.random.default_rng(2)
    seen = visits(rng.exponential(mean, 8_000), rng.uniform(0, 100, 8_000))
    assert ending(seen) is Ending.UNFINISHED
    (on,) = branches(seen, Ending.UNFINISHED)
    assert on.p == pytest.approx(1.0)
    assert on.mass @ on.duration / DAY == pytest.approx(mean, rel=0.1)


def test_one_straggler_does_not_keep_a_case_open() -> None:
    """Five of 985 go on, one after 584 days: the others have ended, and are not sent after it."""
    stays = np.concatenate([[0.1, 0.2, 5.0, 28.0, 584.0], np.full(980, np.inf)])
    seen = visits(stays, np.concatenate([np.full(5, 1_000.0), np.linspace(10, 1_000, 980)]))
    assert ending(seen) is Ending.SILENT
    assert branches(seen, Ending.SILENT)[-1].p > 0.98


def test_a_loop_without_end_gets_a_tiny_one() -> None:
    """Where nobody of n was seen to end but journeys must, the end gets 1 / (n + 1)."""
    row = branches(Visits(np.arange(1, 100), np.zeros(99, np.int64)), Ending.ENDLESS)
    assert [branch.target for branch in row] == [0, END]
    assert row[1].p == pytest.approx(0.01)
    assert sum(branch.p for branch in row) == pytest.approx(1.0)
