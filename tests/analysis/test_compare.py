from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from simulator.analysis.chance import chances_best
from simulator.analysis.compare import compare
from simulator.analysis.document import compare_document
from simulator.analysis.metrics import METRICS, metric_named
from simulator.analysis.verdict import Verdict, decide
from simulator.errors import InputError
from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

Make = Callable[..., RunResult]

CONVERSION = METRICS["conversion"]
# Twelve replications whose luck is common, with a little of each idea's own.
LUCK = [300, 310, 290, 305, 320, 280, 300, 295, 315, 285, 302, 298]
OWN = [0, 1, -1, 2, 0, -2, 1, 0, -1, 1, 0, -1]


def better(by: int, own: list[int] = OWN) -> list[int]:
    """Convert so many more, give or take an idea's own luck."""
    return [luck + by + one for luck, one in zip(LUCK, own, strict=True)]


def test_difference_is_paired(run: Make) -> None:
    """The interval is the paired t interval: far narrower than that of two samples."""
    found = compare(CONVERSION, run(LUCK), [run(better(5), "A")]).effects[0]
    expected = np.array(OWN) / 1_000 + 0.005
    low, high = stats.t.interval(0.95, 11, expected.mean(), stats.sem(expected))
    assert found.difference.value == pytest.approx(0.005)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high), rel=1e-9)
    unpaired = stats.ttest_ind(better(5), LUCK).confidence_interval(0.95)
    assert (high - low) * 1_000 < (unpaired.high - unpaired.low) / 5
    assert found.relative == pytest.approx(0.005 / 0.3)


def test_baseline_is_what_a_run_prints(run: Make) -> None:
    """The base's metric is the rate of all customers, to the digit that `run` prints."""
    found = compare(CONVERSION, run(LUCK), [run(better(5), "A")])
    assert found.baseline_value.value == pytest.approx(run(LUCK).conversion().estimate.value, rel=1e-14)


def test_variance_ratio_is_its_formula(run: Make) -> None:
    """(Var(base) + Var(idea)) / Var(paired difference), and none when the difference never varies."""
    found = compare(CONVERSION, run(LUCK), [run(better(5), "A"), run(better(3, [0] * 12), "B")])
    expected = (np.var(LUCK, ddof=1) + np.var(better(5), ddof=1)) / np.var(OWN, ddof=1)
    assert found.effects[0].variance_ratio == pytest.approx(expected)
    same = compare(METRICS["orders"], run(LUCK), [run(better(3, [0] * 12), "B")]).effects[0]
    assert same.variance_ratio is None
    assert "same difference" in same.variance_reason


def test_identical_ideas_tie(run: Make) -> None:
    """Two ideas that do the same differ by exactly 0 and split their chance exactly."""
    found = compare(CONVERSION, run(LUCK), [run(better(1), "A"), run(better(1), "B"), run(LUCK, "C")])
    first, second, third = found.effects
    assert first.difference == second.difference
    assert first.chance_best == second.chance_best
    assert third.difference.value == third.difference.low == third.difference.high == 0.0
    assert third.chance_best == found.baseline_chance


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_no_change_is_exactly_zero(run: Make, metric: str) -> None:
    """By every metric that has a value here, a run compared with itself differs by exactly 0."""
    found = compare(METRICS[metric], run(LUCK), [run(LUCK, "A")])
    if found.baseline_value.value is None:
        assert metric == "session_conversion"
        assert found.effects[0].difference.value is None
        return
    assert found.effects[0].difference.value == 0.0
    assert [found.baseline_chance, found.effects[0].chance_best] == [0.5, 0.5]


def test_chances_sum_to_one() -> None:
    """The chances of all ideas and of changing nothing sum to 1, whatever the data."""
    generator = np.random.Generator(np.random.PCG64(3))
    for ideas in (1, 2, 5, 30):
        differences = generator.normal(0.1, 1.0, (12, ideas))
        chances = chances_best(differences)
        assert chances is not None
        assert len(chances) == ideas + 1
        assert sum(chances) == pytest.approx(1.0, abs=1e-12)
        assert min(chances) >= 0.0


def test_chance_of_one_idea_is_exact() -> None:
    """For one idea the chance is Student's distribution function of mean over standard error."""
    differences = np.array([0.2, -0.1, 0.4, 0.1])[:, None]
    expected = stats.t.cdf(differences.mean() / stats.sem(differences[:, 0]), 3)
    assert chances_best(differences) == pytest.approx([1 - expected, expected])


def test_chance_of_several_is_that_of_independent_draws() -> None:
    """Drawn chances agree with numerical integration where two ideas vary independently."""
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]] * 10, dtype=float)  # uncorrelated columns
    differences = signs * [1.0, 2.0] + [0.2, 0.3]
    chances = chances_best(differences)
    n = len(differences)
    generator = np.random.Generator(np.random.PCG64(5))
    scale = np.sqrt((n - 1) / generator.chisquare(n - 1, 400_000))[:, None]
    errors = differences.std(axis=0, ddof=1) / np.sqrt(n)
    drawn = [0.2, 0.3] + generator.standard_normal((400_000, 2)) * errors * scale
    best = np.argmax(np.hstack([np.zeros((400_000, 1)), drawn]), axis=1)
    expected = np.bincount(best, minlength=3) / 400_000
    assert chances == pytest.approx(expected.tolist(), abs=4.89 * 0.5 * np.sqrt(1 / 65_536 + 1 / 400_000))


def test_a_copy_of_an_idea_changes_no_other_chance() -> None:
    """A second copy of an idea halves that idea's chance and leaves the others alone."""
    generator = np.random.Generator(np.random.PCG64(4))
    differences = generator.normal(0.2, 1.0, (10, 3))
    alone = chances_best(differences)
    copied = chances_best(np.hstack([differences, differences[:, :1]]))
    assert alone is not None
    assert copied is not None
    assert copied[1] == copied[4] == alone[1] / 2
    assert [copied[0], *copied[2:4]] == [alone[0], *alone[2:]]


def test_chance_holds_what_it_says() -> None:
    """Over 2,000 worlds drawn from a wide prior, the chances given sum to the number of times they held."""
    generator = np.random.Generator(np.random.PCG64(6))
    truths = np.hstack([np.zeros((2_000, 1)), generator.normal(0.0, 30.0, (2_000, 1))])
    errors, total, variance = 0.0, 0.0, 0.0
    for truth in truths:
        chance = chances_best(generator.normal(truth[1], 50.0, (8, 1)))
        assert chance is not None
        errors += chance[1] - float(truth[1] > 0.0)
        total += chance[1]
        variance += chance[1] * (1.0 - chance[1])
    assert 0.0 < total < 2_000.0
    assert abs(errors) <= 4.89 * np.sqrt(variance)


def test_one_replication_cannot_tell(run: Make) -> None:
    """One replication gives differences without interval, chance or verdict, and says why."""
    found = compare(CONVERSION, run([300]), [run([310], "A")])
    assert found.effects[0].difference.value == pytest.approx(0.01)
    assert found.effects[0].difference.low is None
    assert found.effects[0].chance_best is None
    assert found.effects[0].variance_ratio is None
    assert found.verdict.kind == "cannot_tell"
    assert "one replication" in found.verdict.text


def test_verdict_best(run: Make) -> None:
    """An idea surely above all others and today is the one to launch."""
    found = compare(CONVERSION, run(LUCK), [run(better(5), "A"), run(better(20, OWN[::-1]), "B")])
    assert found.verdict.kind == "best"
    assert found.verdict.names == ("B",)
    assert found.verdict.text.startswith("Launch B: conversion +2.00 points [")


def test_verdict_best_of_twins(run: Make) -> None:
    """Two best ideas that never differ are named together, with the chance of either."""
    found = compare(CONVERSION, run(LUCK), [run(better(20), "A"), run(better(20), "B")])
    assert found.verdict.kind == "best"
    assert found.verdict.names == ("A", "B")
    assert "they never differ" in found.verdict.text


def test_verdict_cannot_tell(run: Make) -> None:
    """Ideas within each other's noise are named together, without those that are surely worse."""
    found = compare(
        CONVERSION,
        run(LUCK),
        [run(better(20), "A"), run(better(20, OWN[::-1]), "B"), run(better(-30), "C")],
    )
    assert found.verdict.kind == "cannot_tell"
    assert found.verdict.names == ("A", "B")
    assert "12 replications" in found.verdict.text


def test_verdict_keep(run: Make) -> None:
    """Where every idea is surely no better than today, nothing changes."""
    found = compare(CONVERSION, run(LUCK), [run(better(-20), "A"), run(LUCK, "B")])
    assert (found.verdict.kind, found.verdict.names) == ("keep", ())


def verdicts(ideas: int, count: int) -> list[Verdict]:
    """Decide between ideas without any effect, many times."""
    generator = np.random.Generator(np.random.PCG64(8))
    base = generator.normal(0.0, 1.0, (count, 11, 1))
    differences = generator.normal(0.0, 1.0, (count, 11, ideas)) - base
    names, nobody = [f"idea {place}" for place in range(ideas)], Estimate(None, None, None, 11)
    return [decide(CONVERSION, nobody, names, one, [1 / (ideas + 1)] * (ideas + 1)) for one in differences]


def test_an_idea_without_effect_is_rarely_launched() -> None:
    """A single idea without effect is announced in 2.5 % of comparisons; picking the higher mean: half."""
    launched = np.mean([verdict.kind == "best" for verdict in verdicts(1, 2_000)])
    assert abs(launched - 0.025) <= 4.89 * np.sqrt(0.025 * 0.975 / 2_000)


def test_the_best_is_rarely_ruled_out() -> None:
    """Of ten equal ideas each stays among those that may be best in at least 95 % of comparisons.

    With intervals for one comparison at a time each would in about seven eighths.
    """
    found = [name for verdict in verdicts(10, 1_000) for name in verdict.names]
    kept = [found.count(f"idea {place}") / 1_000 for place in range(10)]
    assert np.mean(kept) >= 0.95 - 4.89 * np.sqrt(0.05 * 0.95 / 1_000)


def test_less_can_be_better(run: Make, base: object) -> None:
    """By a metric of which less is better, the idea that lowers it is best."""
    fewer = METRICS["orders"]
    turned = type(fewer)("orders", "", fewer.values, "number", more_is_better=False)
    found = compare(turned, run(LUCK), [run(better(-20), "A"), run(better(20), "B")])
    assert found.verdict.names == ("A",)
    assert found.effects[0].chance_best == pytest.approx(1.0, abs=1e-6)
    assert found.effects[0].difference.value == pytest.approx(-20.0, abs=0.5)


def test_profit_pays_for_the_idea(run: Make) -> None:
    """Profit is margin less what the idea costs once and monthly over the run."""
    months = 56 / 30.4375
    idea = run(LUCK, "A", once=1_000.0, monthly=100.0)
    found = compare(METRICS["profit"], run(LUCK), [idea]).effects[0].difference
    assert found.value == pytest.approx(-1_000.0 - 100.0 * months)
    margin = METRICS["margin"].values(run(LUCK), None)
    assert margin.tolist() == pytest.approx([40.0 * number for number in LUCK])


def test_personas_are_told_apart(run: Make) -> None:
    """The difference of each persona is its own; one that is not touched differs by 0."""
    found = compare(METRICS["orders"], run(LUCK), [run(better(5), "A")]).effects[0].personas
    assert found["tim"].value == pytest.approx(5.0)
    assert found["trudy"].value == 0.0


def test_document_is_what_is_promised(run: Make) -> None:
    """The JSON document has every field of the format, and is plain."""
    comparison = compare(CONVERSION, run(LUCK), [run(better(5), "A", once=10.0), run(LUCK, "B")])
    document = json.loads(json.dumps(compare_document(comparison), allow_nan=False))
    assert document["schema"] == "journey.compare/1"
    assert {"metric", "baseline", "ideas", "verdict"} <= set(document)
    for idea in document["ideas"]:
        assert {"name", "difference", "relative", "chance_best", "variance_ratio", "cost", "digest"} <= set(
            idea
        )
        assert {"estimate", "low", "high"} <= set(idea["difference"])
    chances = [document["baseline"]["chance_best"], *(idea["chance_best"] for idea in document["ideas"])]
    assert sum(chances) == pytest.approx(1.0)
    assert document["verdict"]["kind"] in {"best", "cannot_tell", "keep"}
    assert document["ideas"][1]["variance_ratio"] is None
    assert document["ideas"][1]["variance_reason"]
    assert document["ideas"][0]["cost"]["once"] == 10.0


def test_unknown_metric_has_a_suggestion() -> None:
    """A metric that does not exist gets the nearest name."""
    with pytest.raises(InputError, match="did you mean 'conversion'"):
        metric_named("convertion")


def test_runs_that_cannot_be_paired_are_refused(run: Make) -> None:
    """Runs of other seeds or lengths are no pairs."""
    with pytest.raises(ValueError, match="paired"):
        compare(CONVERSION, run(LUCK), [run(LUCK[:-1], "A")])
    with pytest.raises(ValueError, match="at least one"):
        compare(CONVERSION, run(LUCK), [])
