from __future__ import annotations

import math

import pytest

from simulator.program.extremes import row_extremes
from simulator.theory.logit import choice_probabilities


def shares(row, name: str, end: str) -> dict[str, float]:
    """Find the probabilities of a row in one case."""
    (found,) = [case for case in row.cases if (case.name, case.end) == (name, end)]
    return dict(found.shares)


def test_odds_multiply_the_odds_at_each_end(build) -> None:
    """At every end p becomes p·x / (1 - p + p·x), for the value x there."""
    journey = build(touchpoints__shop__next={"order": {"p": 0.4, "odds": "0.4 + mood"}, "left": "rest"})
    (row,) = row_extremes(journey)
    assert (row.path, row.personas) == (("touchpoints", "shop", "next"), ("ann", "bob"))
    for name, end, mood in (("", "initial", 0.5), ("mood", "lowest", 0.0), ("mood", "highest", 1.0)):
        weight = 0.4 * (0.4 + mood)
        assert shares(row, name, end)["order"] == pytest.approx(weight / (0.6 + weight))


def test_choice_is_a_logit_at_each_end(build) -> None:
    """A choice on utilities shows the multinomial logit at the ends of what it reads."""
    journey = build(
        products={"boots": {"price": 100}},
        events={"sale": {"from": "2026-01-10", "to": "2026-01-12", "price": {"boots": 80}}},
        touchpoints__shop__next=None,
        touchpoints__shop__choose={"order": "2 * mood - 0.01 * price.boots", "left": 0},
    )
    (row,) = row_extremes(journey)
    for name, end, utility in (
        ("", "initial", 0.0),
        ("mood", "highest", 1.0),
        ("price.boots", "lowest", 0.2),
    ):
        assert shares(row, name, end)["order"] == pytest.approx(choice_probabilities([utility, 0.0])[0])
    assert ("price.boots", "highest") not in {(case.name, case.end) for case in row.cases}


def test_personas_with_other_traits_stand_apart(build) -> None:
    """A row that reads a trait has figures for each persona."""
    journey = build(touchpoints__shop__next={"order": {"p": 0.5, "odds": "persona.care"}, "left": "rest"})
    found = {row.personas: shares(row, "", "initial")["order"] for row in row_extremes(journey)}
    assert found == {("ann",): pytest.approx(0.2 / 1.2), ("bob",): pytest.approx(0.8 / 1.8)}


def test_an_attribute_without_bounds_is_shown_at_its_quantiles(build) -> None:
    """Where nothing bounds a drawn attribute, its ends are the 5 % and 95 % of its first value."""
    journey = build(
        attributes__wealth={"initial": {"normal": {"mean": 1, "sd": 0.1}}},
        touchpoints__shop__next={"order": {"p": 0.5, "odds": "wealth"}, "left": "rest"},
    )
    (row,) = row_extremes(journey)
    ends = {case.end: case.value for case in row.cases}
    assert ends["lowest"] == pytest.approx(1 - 0.1 * 1.6448536269514722)
    assert ends["highest"] == pytest.approx(1 + 0.1 * 1.6448536269514722)


def test_lines_of_a_basket_are_drawn_one_by_one(build) -> None:
    """Lines of `each` keep chances of their own; those of `one_of` share one row."""
    basket = {"boots": {"p": 0.5, "odds": "2 * mood"}, "socks": 0.3}
    products = {"boots": {"price": 100}, "socks": {"price": 5}}
    each = build(
        products=products, touchpoints__order__sells={"each": basket}, touchpoints__order__empty={"left": 1}
    )
    (row,) = row_extremes(each)
    assert shares(row, "mood", "highest") == {"boots": pytest.approx(2 / 3), "socks": pytest.approx(0.3)}
    one = {"boots": {"p": 0.5, "odds": "2 * mood"}, "socks": 0.5}
    (row,) = row_extremes(build(products=products, touchpoints__order__sells={"one_of": one}))
    assert shares(row, "mood", "lowest") == {"boots": 0.0, "socks": 1.0}


def test_plain_rows_are_not_shown(build) -> None:
    """Rows that depend on nothing have no extremes."""
    assert row_extremes(build()) == ()


def test_a_row_that_would_stop_the_run_has_no_shares(build) -> None:
    """Where a weight is negative there are no probabilities to show."""
    journey = build(touchpoints__shop__next={"order": {"p": 0.4, "odds": "mood - 0.2"}, "left": "rest"})
    (row,) = row_extremes(journey)
    found = {case.end: case.shares for case in row.cases}
    assert found["lowest"] is None
    assert math.isclose(dict(found["initial"])["order"], 0.12 / 0.72)
