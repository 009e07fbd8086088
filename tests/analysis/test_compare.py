from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from simulator.analysis.best import pairs_of
from simulator.analysis.chance import chances_best
from simulator.analysis.compare import Comparison, compare, confirm
from simulator.analysis.document import compare_document
from simulator.analysis.formula import Vocabulary
from simulator.analysis.guardrails import Guard, read_guard
from simulator.analysis.metrics import METRICS, metric_named
from simulator.analysis.verdict import Decision, decide
from simulator.errors import InputError
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


def decisions(ideas: int, count: int) -> list[Decision]:
    """Decide between ideas without any effect, many times."""
    generator = np.random.Generator(np.random.PCG64(8))
    values = generator.normal(0.0, 1.0, (count, ideas + 1, 11))
    return [decide(pairs_of(list(one), 0.95, (11,)), ["holds"] * ideas) for one in values]


def test_an_idea_without_effect_is_rarely_launched() -> None:
    """A single idea without effect is announced in 2.5 % of comparisons; picking the higher mean: half."""
    launched = np.mean([decision.kind == "best" for decision in decisions(1, 2_000)])
    assert abs(launched - 0.025) <= 4.89 * np.sqrt(0.025 * 0.975 / 2_000)


def test_the_best_is_rarely_ruled_out() -> None:
    """Of ten equal ideas each stays among those that may be best in at least 95 % of comparisons.

    With intervals for one comparison at a time each would in about seven eighths.
    """
    found = [place for decision in decisions(10, 600) for place in decision.left]
    kept = [found.count(place) / 600 for place in range(1, 11)]
    assert np.mean(kept) >= 0.95 - 4.89 * np.sqrt(0.05 * 0.95 / 600)


def test_less_can_be_better(run: Make, base: object) -> None:
    """By a metric of which less is better, the idea that lowers it is best."""
    fewer = METRICS["orders"]
    turned = replace(fewer, more_is_better=False)
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
    margin = METRICS["margin"].values(run(LUCK))
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


def test_intervals_hold_for_all_ideas(run: Make) -> None:
    """With several ideas the interval is wider than alone; to the best it is constrained at 0."""
    found = compare(CONVERSION, run(LUCK), [run(better(20), "A"), run(better(5, OWN[::-1]), "B")])
    first, second = found.effects
    assert first.difference.value == first.alone.value
    assert first.difference.low is not None
    assert first.alone.low is not None
    assert first.difference.low < first.alone.low
    assert first.to_best.low == 0.0
    assert first.to_best.value == pytest.approx(0.015)
    assert second.to_best.high == 0.0
    wider = compare(CONVERSION, run(LUCK), [run(better(20), "A")], confidence=0.99).effects[0]
    assert wider.difference == wider.alone
    assert wider.alone.low is not None
    assert wider.alone.low < first.alone.low


def test_what_two_ideas_do_together(run: Make) -> None:
    """The interaction is what both do less what each does, replication by replication."""
    ideas = [run(better(5), "A"), run(better(7, OWN[::-1]), "B"), run(better(9), "A + B")]
    effects = compare(CONVERSION, run(LUCK), ideas, together={"A + B": ("A", "B")}).effects
    both, one, other = (np.array(better(*how)) for how in ((9,), (5,), (7, OWN[::-1])))
    expected = (both - one - other + np.array(LUCK)) / 1_000
    low, high = stats.t.interval(0.95, 11, expected.mean(), stats.sem(expected))
    assert effects[2].interaction is not None
    assert effects[2].interaction.value == pytest.approx(expected.mean())
    assert (effects[2].interaction.low, effects[2].interaction.high) == pytest.approx((low, high))
    assert effects[0].interaction is None


def guard(margin: str) -> Guard:
    """Guard the orders."""
    return read_guard(f"orders:{margin}", Vocabulary())


def test_a_guardrail_holds_breaks_or_is_unclear(run: Make) -> None:
    """Non-inferiority: the whole interval above minus the margin, below it, or neither."""
    ideas = [run(better(0, OWN), "A"), run(better(-20), "B"), run(better(-2), "C")]
    effects = compare(CONVERSION, run(LUCK), ideas, guards=[guard("2")]).effects
    assert [effect.guards[0].status for effect in effects] == ["holds", "broken", "unclear"]
    relative = compare(CONVERSION, run(LUCK), ideas, guards=[guard("1%")]).effects[0].guards[0]
    assert relative.margin == pytest.approx(np.mean(LUCK) / 100)


def test_what_breaks_a_guardrail_is_not_launched(run: Make) -> None:
    """The best that is safe is launched; an unclear one that may be better is named instead."""
    ideas = [run(better(5), "A"), run(better(30), "B")]

    def found(margin: str) -> Comparison:
        """Let orders rise by so much at most."""
        fewer = read_guard(f"-(orders):{margin}", Vocabulary())
        return compare(CONVERSION, run(LUCK), ideas, guards=[fewer])

    assert found("1000000").verdict.names == ("B",)
    assert (found("10").verdict.kind, found("10").verdict.names) == ("best", ("A",))
    tight = found("30")
    assert tight.effects[1].guards[0].status == "unclear"
    assert (tight.verdict.kind, tight.verdict.names) == ("cannot_tell", ("B", "A"))
    assert "within the guardrails is not shown" in tight.verdict.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orders", "has no margin; write what may be lost at most, as in orders:1%"),
        ("orders:", "has no margin"),
        (":3", "has no margin"),
        ("orders:-1", "the margin of orders is '-1'"),
        ("ordrs:1", "did you mean 'orders'"),
    ],
)
def test_a_guardrail_needs_a_margin(text: str, said: str) -> None:
    """A guardrail without a margin, or with a wrong one, is refused with an example."""
    with pytest.raises(InputError, match=said):
        read_guard(text, Vocabulary())


def test_a_quarter_and_paying_back(run: Make) -> None:
    """40 a conversion; three months less running costs; what is paid once comes back after its months."""
    idea = run(better(10, [0] * 12), "A", once=900.0, monthly=30.0)
    earned = compare(CONVERSION, run(LUCK), [idea]).effects[0].earnings
    monthly = 400.0 / (56 / 30.4375) - 30.0
    assert earned.quarter.value == pytest.approx(3 * monthly)
    assert earned.payback_months is not None
    assert earned.payback_months.value == pytest.approx(900.0 / monthly)
    unsure = compare(CONVERSION, run(LUCK), [run(better(0, [1, *OWN[1:]]), "A", once=900.0)]).effects[0]
    assert unsure.earnings.payback_months is not None
    assert unsure.earnings.payback_months.high is None
    assert "never" in unsure.earnings.payback_months.reason
    never = compare(CONVERSION, run(LUCK), [run(better(-5), "A", once=1.0)]).effects[0].earnings
    assert never.payback_months is None


def test_the_winner_is_seen_again(run: Make) -> None:
    """What is announced is what other customers did; the verdict stays."""
    found = compare(CONVERSION, run(LUCK), [run(better(5), "A"), run(better(20), "B")])
    other = [replace(one, seed=99) for one in (run(LUCK * 2), run(better(15) + better(17, OWN[::-1]), "B"))]
    again = confirm(found, *other)
    assert again.verdict.names == ("B",)
    assert again.confirmation is not None
    assert again.confirmation.difference.value == pytest.approx(0.016)
    assert again.verdict.text.startswith("Launch B: conversion +1.60 points [")
    assert "24 replications, seed 99" in again.verdict.text
    assert "Runner-up: A, +0.50 points" in again.verdict.text
    lost = [replace(one, seed=99) for one in (run(LUCK), run(better(0, OWN[::-1]), "B"))]
    assert "the gain did not surely show" in confirm(found, *lost).verdict.text


def test_cannot_tell_says_what_it_would_take(run: Make) -> None:
    """With n replications and an interval w wide around a gap g, n ((w/g)² - 1) more would tell."""
    found = compare(CONVERSION, run(LUCK), [run(better(20), "A"), run(better(21, OWN[::-1]), "B")])
    values = [np.array(better(20)) / 1_000, np.array(better(21, OWN[::-1])) / 1_000]
    pairs = pairs_of([np.array(LUCK) / 1_000, *values], 0.95, (12,))
    width, gap = pairs.width[1, 2], abs(pairs.ahead[1, 2])
    assert found.verdict.kind == "cannot_tell"
    assert found.verdict.smallest == pytest.approx(width, rel=1e-6)
    assert found.verdict.more == pytest.approx(12 * ((width / gap) ** 2 - 1), abs=1)
    assert "Surely better than changing nothing: B and A." in found.verdict.text
