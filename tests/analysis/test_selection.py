from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.guardrails import Guard
from simulator.analysis.margins import Margin
from simulator.analysis.metrics import Metric
from simulator.analysis.search import Rule, fresh_seed, search
from simulator.analysis.selection import Selection, squared_h
from tests.analysis.streams import PLAIN, Streams, drawn

RULE = Rule(Margin(0.5), 0.95, 400)


def test_constant_of_the_paper() -> None:
    """h² = 2 c eta (n0 - 1) with eta from (1 + 2 eta)^(-(n0 - 1) / 2) / 2 = alpha / (k - 1), c = 1."""
    for candidates, first in ((2, 5), (10, 20), (50, 10)):
        eta = squared_h(candidates, first, 0.95) / (2 * (first - 1))
        assert (1 + 2 * eta) ** (-(first - 1) / 2) / 2 == pytest.approx(0.05 / (candidates - 1), rel=1e-9)


def test_triangle_of_the_paper() -> None:
    """Without a standard, who is out is who lies below another by W = delta/(2r) (h² S²/delta² - r)."""
    generator = np.random.Generator(np.random.PCG64(1))
    values = generator.standard_normal((60, 4)) + np.array([0.0, 0.1, 0.9, 0.2])
    selection = Selection(values[:10], 0.4, standard=None)
    alive = set(range(4))
    for replications in range(10, 61):
        means = values[:replications].mean(axis=0)
        spread = squared_h(4, 10, 0.95) * np.var(values[:10, :, None] - values[:10, None, :], axis=0, ddof=1)
        width = np.maximum(0.0, 0.4 / (2 * replications) * (spread / 0.4**2 - replications))
        before = set(alive)
        alive = {i for i in before if all(means[i] >= means[j] - width[i, j] for j in before - {i})}
        selection.look(means, replications)
        assert {int(one) for one in np.flatnonzero(selection.alive)} == alive
    assert alive == {2}


def test_a_tie_with_the_standard_keeps_it() -> None:
    """An idea that never differs from the standard is out at once; twins stay together."""
    values = np.random.Generator(np.random.PCG64(2)).standard_normal((20, 1))
    twins = np.hstack([values, values, values + 3.0, values + 3.0])
    selection = Selection(twins, 0.5)
    selection.look(twins.mean(axis=0), 20)
    assert selection.alive.tolist() == [False, False, True, True]
    assert selection.is_decided(20)
    alone = Selection(twins[:, :2], 0.5)
    alone.look(twins[:, :2].mean(axis=0), 20)
    assert alone.alive.tolist() == [True, False]


def test_replications_go_where_they_decide() -> None:
    """Who is far behind is played no further; two that are close are."""
    generator = np.random.Generator(np.random.PCG64(3))
    source = Streams(drawn(generator, 400, [0.0, 3.0, 5.0, 5.35], 0.5))
    found = search(source, PLAIN, (), RULE, 0.2)
    assert found is not None
    assert found.alive == (3,)
    assert found.played[1] <= 24
    assert found.played[2] == found.played[3] > 24
    assert found.played[0] == max(found.played)  # every difference is from the base


def test_the_budget_ends_it() -> None:
    """What cannot be told apart within the budget is said, with what would have shown and what it takes."""
    generator = np.random.Generator(np.random.PCG64(4))
    values = drawn(generator, 4_000, [0.0, 4.0, 4.02], 0.5)
    source = Streams(values)
    found = search(source, PLAIN, (), Rule(Margin(0.05), 0.95, 60), 0.05)
    assert found is not None
    assert not found.decided
    assert found.alive == (1, 2)
    assert max(found.played) == 60
    # The difference that would have shown is the zone whose triangle is closed by now.
    tight = Selection(values[:20], found.smallest)
    assert tight.needed[1, 2] == pytest.approx(60, rel=1e-9)
    assert found.more > 200


def test_less_can_be_better() -> None:
    """By a metric of which less is better, the lowest is picked."""
    generator = np.random.Generator(np.random.PCG64(5))
    source = Streams(drawn(generator, 400, [0.0, -2.0, 2.0], 0.5))
    fewer = Metric(PLAIN.name, "", PLAIN.parts, "number", more_is_better=False)
    found = search(source, fewer, (), RULE, 0.5)
    assert found is not None
    assert found.alive == (1,)


def test_nobody_to_count() -> None:
    """Values that are missing cannot be searched."""
    source = Streams(np.full((20, 2), np.nan))
    assert search(source, PLAIN, (), RULE, 0.5) is None
    with pytest.raises(ValueError, match="20 replications at least"):
        search(source, PLAIN, (), Rule(Margin(1.0), 0.95, 10), 1.0)


class Two(Streams):
    """Streams with a second metric beside the gain."""

    def parts(self, metric: Metric, which: int) -> np.ndarray:
        """Give the metric's own column."""
        column = 0 if metric is PLAIN else 1
        return super().parts(metric, which)[:, [column]]


MOOD = Metric("mood", "", PLAIN.parts, "score")


def with_moods(moods: list[float], replications: int = 400) -> Two:
    """Draw ideas that gain 1, 2, 3 …, with a mood of their own."""
    generator = np.random.Generator(np.random.PCG64(6))
    gains = drawn(generator, replications, [float(place) for place in range(len(moods))], 0.5)
    mood = 0.05 * drawn(generator, replications, [0.0] * len(moods), 0.5) + moods
    return Two(np.stack([gains, mood], axis=2))


def test_a_broken_guardrail_is_out() -> None:
    """The highest gain is not launched when it costs more than the margin."""
    found = search(with_moods([0.0, 0.0, -0.5]), PLAIN, (Guard(MOOD, Margin(0.1)),), RULE, 0.5)
    assert found is not None
    assert found.alive == (1,)
    assert found.decided


def test_an_unclear_guardrail_puts_nobody_out() -> None:
    """Who leads but is not known to be safe neither wins nor puts out who is safe."""
    source = with_moods([0.0, 0.0, -0.1])
    found = search(source, PLAIN, (Guard(MOOD, Margin(0.1)),), Rule(Margin(0.5), 0.95, 100), 0.5)
    assert found is not None
    assert not found.decided
    assert found.alive == (1, 2)


def test_a_guardrail_that_becomes_clear_decides() -> None:
    """More replications show that the leader is safe, and then it wins."""
    source = with_moods([0.0, 0.0, -0.075], replications=2_000)
    found = search(source, PLAIN, (Guard(MOOD, Margin(0.1)),), Rule(Margin(0.5), 0.95, 2_000), 0.5)
    assert found is not None
    assert found.alive == (2,)
    assert found.played[2] > 24


def test_fresh_seeds() -> None:
    """A purpose has a seed of its own, another than the search's, the same every time."""
    seeds = {fresh_seed(seed, purpose) for seed in range(200) for purpose in ("confirm", "pilot")}
    assert len(seeds) == 400
    assert all(fresh_seed(seed, "confirm") != seed for seed in range(200))
    assert fresh_seed(1, "confirm") == fresh_seed(1, "confirm")
