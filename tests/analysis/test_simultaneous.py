from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from simulator.analysis.best import pairs_of, with_the_best
from simulator.analysis.margins import read_confidence, read_margin
from simulator.analysis.simultaneous import (
    correlation,
    half_width,
    joint_level,
    looks_until,
    paired_estimate,
    simultaneous,
)
from simulator.errors import InputError


def test_one_idea_is_not_widened() -> None:
    """A single comparison of fixed size keeps its level; independent ones get Šidák's."""
    assert joint_level(np.eye(1), 0.95) == pytest.approx(0.05, rel=1e-12)
    assert joint_level(np.eye(10), 0.95) == pytest.approx(1 - 0.95**0.1, rel=1e-12)


def test_ideas_that_go_together_are_widened_less() -> None:
    """The level lies between Šidák's and a single one's, and rises with the correlation."""
    levels = [joint_level(np.full((10, 10), rho) + (1 - rho) * np.eye(10), 0.95) for rho in (0.3, 0.7, 0.98)]
    assert 1 - 0.95**0.1 < levels[0] < levels[1] < levels[2] < 0.05


def test_level_for_equicorrelated_ideas_is_dunnetts() -> None:
    """With correlation one half it is Dunnett's two-sided test: 2.51 for five ideas, known variance."""
    level = joint_level(np.full((5, 5), 0.5) + 0.5 * np.eye(5), 0.95)
    assert stats.norm.isf(level / 2) == pytest.approx(2.511, abs=0.03)


def test_looks_are_paid_for() -> None:
    """Five doubling looks cost less than Bonferroni's five, more than one."""
    looks = looks_until(320)
    assert looks == (20, 40, 80, 160, 320)
    level = joint_level(np.eye(1), 0.95, looks)
    assert 0.05 / 5 < level < 0.05
    assert 0.013 < level < 0.019


def test_chance_correlation_is_shrunk() -> None:
    """Independent columns that chance correlates keep nearly Šidák's level; truly equal ones count once."""
    generator = np.random.Generator(np.random.PCG64(2))
    found = correlation(generator.standard_normal((8, 12)))
    assert np.abs(found - np.eye(12)).max() < 0.25
    column = generator.standard_normal(20)
    assert correlation(np.stack([column, column, np.zeros(20)], axis=1)).shape == (1, 1)
    shared = generator.standard_normal((200, 1)) + 0.3 * generator.standard_normal((200, 4))
    assert correlation(shared)[0, 1] == pytest.approx(1 / 1.09, abs=0.05)


def test_what_all_looks_have_in_common() -> None:
    """The interval of several looks is their common part, stretched to hold the last mean."""
    generator = np.random.Generator(np.random.PCG64(4))
    values = np.concatenate([generator.normal(0.0, 0.1, 20), generator.normal(5.0, 0.1, 20)])
    found = simultaneous([values[:20], values], 0.01)
    first = simultaneous([values[:20]], 0.01)
    assert found.low == pytest.approx(max(first.low or 0.0, simultaneous([values], 0.01).low or 0.0))
    assert found.high == found.value == pytest.approx(values.mean())


def test_distance_from_the_best() -> None:
    """A sure winner's distance begins at 0, a sure loser's ends there, and a tie reaches both sides."""
    generator = np.random.Generator(np.random.PCG64(5))
    noise = generator.normal(0.0, 0.1, (3, 30))
    winner, loser, base = (noise[place] + mean for place, mean in enumerate((2.0, -1.0, 0.0)))
    found = with_the_best(pairs_of([base, winner, loser], 0.95, (30,)))
    assert found[1].low == 0.0
    assert found[1].value == pytest.approx((winner - base).mean())
    assert found[0].high == found[2].high == 0.0
    assert found[2].value == pytest.approx((loser - winner).mean())
    tied = with_the_best(pairs_of([base, base + generator.normal(0, 0.1, 30)], 0.95, (30,)))
    assert all(one.low < 0.0 < one.high for one in tied if one.low is not None and one.high is not None)


@pytest.mark.parametrize(
    ("text", "amount", "relative"),
    [("1%", 0.01, True), ("1 %", 0.01, True), ("0.2 points", 0.002, False), ("500", 500.0, False)],
)
def test_margins_are_read(text: str, amount: float, relative: bool) -> None:
    """A share of today's value, points of a share, or an amount."""
    found = read_margin(text, "--precision")
    assert (found.amount, found.relative) == (pytest.approx(amount), relative)
    assert found.against(-50.0) == pytest.approx(amount * 50 if relative else amount)


@pytest.mark.parametrize("text", ["", "0", "-1%", "nan", "inf", "1 percent", "ten", "1e999"])
def test_what_is_no_margin_is_refused(text: str) -> None:
    """Anything else is refused with an example."""
    with pytest.raises(InputError, match="write an amount above 0"):
        read_margin(text, "--precision")


def test_confidence_is_read() -> None:
    """As a share or in per cent, within reason."""
    assert read_confidence("95%") == read_confidence("0.95") == pytest.approx(0.95)
    for text in ("95", "1", "100%", "0.3", "high", "2 points"):
        with pytest.raises(InputError, match="write a share"):
            read_confidence(text)


def test_skewed_differences_get_wider_intervals() -> None:
    """Where most replications change nothing and some much, 95 % is near 95 %; Student's covers in 92 %."""
    generator = np.random.Generator(np.random.PCG64(9))
    few = generator.poisson(0.4, (2_000, 20)).astype(float)
    found = [paired_estimate(values, 0.95) for values in few]
    covered = np.mean([one.low <= 0.4 <= one.high for one in found if one.low is not None and one.high])
    assert covered >= 0.95 - 4.89 * np.sqrt(0.05 * 0.95 / 2_000)
    student = np.mean(
        [abs(v.mean() - 0.4) <= stats.t.isf(0.025, 19) * stats.sem(v) for v in few if v.std() > 0]
    )
    assert student < 0.95 - 4.89 * np.sqrt(0.05 * 0.95 / 2_000)


def test_symmetric_differences_keep_students_interval() -> None:
    """Values without skewness get Student's interval, to the digit; normal ones hardly more."""
    values = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0] * 3)
    found = paired_estimate(values, 0.95)
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.95, 20, 0.0, stats.sem(values)))
    generator = np.random.Generator(np.random.PCG64(10))
    normal = generator.standard_normal((500, 20))
    wider = [half_width(v, 0.05) / (stats.t.isf(0.025, 19) * stats.sem(v)) for v in normal]
    assert 1.0 <= np.mean(wider) < 1.02
