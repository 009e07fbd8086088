from __future__ import annotations

import numpy as np
import pytest

from simulator.analysis.stock import Aim, Kind, Player, Policy, Question, StockPlan, plan_stock
from simulator.analysis.stock.aims import service_of
from simulator.analysis.stock.trials import Trials
from simulator.engine.tally import UNITS
from simulator.program.compile import compile_journey
from simulator.program.stocked import without_feedback, without_shelves
from simulator.spec.document import parse_document
from simulator.spec.load import Journey, load_journey
from simulator.theory.inventory import newsvendor_draws
from simulator.theory.reorder import reorder_quantity_poisson

# Customers come one by one and buy one unit each, in any case: nobody notices an empty shelf.
POISSON = """
start: 2026-01-05
horizon: {days} days
warm_up: 20 days
follow_up: 0 s
goal: shop
products: {{boots: {{price: 9, unit_cost: 4}}}}
inventory:
  boots: {stock}
personas: {{all: {{arrivals: {{rate: 1.5 per day}}, enters: {{shop: 1}}}}}}
touchpoints: {{shop: {{sells: {{one_of: {{boots: 1}}}}, on_stockout: {{left: 1}}, next: {{left: 1}}}}}}
outcomes: [left]
"""
OWED = """{on_hand: 8, policy: {reorder_point: 9, order_quantity: 2}, lead_time: 2 days, when_out: backorder,
          holding_cost: 20 per day, order_cost: 100, backorder_cost: 150 per day}"""
ONCE = "{on_hand: 100, holding_cost: 0 per day, salvage: 1}"


def journey(stock: str, days: int = 400) -> Journey:
    """Load the model with a stock."""
    return load_journey(parse_document(POISSON.format(stock=stock, days=days)))


def plan(text: Journey, **question: object) -> StockPlan:
    """Plan with the kernel, in this process."""
    return plan_stock(text, Question(weeks=4, **question), Player(3, 1, "kernel"))  # type: ignore[arg-type]


def test_where_the_textbook_is_right_the_search_finds_its_answer() -> None:
    """Poisson demand that is never lost: (3, 5) costs 107.92 a day, and the policy found within 2 % of it."""
    found = plan(journey(OWED), replications=60)
    boots = found.products["boots"]
    exact = reorder_quantity_poisson(20, 150, 100, 1.5, 2)
    assert abs(boots.policy.level - exact.reorder_point) <= 1
    assert abs(boots.policy.lot - exact.quantity) <= 2
    total = boots.costs["total"]
    assert total.value is not None
    assert total.value / 380 == pytest.approx(exact.cost, rel=0.02)
    assert total.value < (boots.written_cost.value or 0.0)
    assert boots.costs["lost_margin"].value == pytest.approx(0.0)


def test_a_stock_bought_once_is_the_newsvendors() -> None:
    """Without feedback the quantity searched is the newsvendor's on the very draws it was searched on."""
    text = journey(ONCE, days=120)
    found = plan(text, replications=50)
    program = without_shelves(compile_journey(text))
    (tallies,) = Player(3, 1, "kernel").play([program], range(50))
    totals = [int(tally["units"][0, 0, UNITS.index("demand")].sum()) for tally in tallies]
    before = [_before_warm_up(text, number) for number in range(50)]
    draws = np.array(totals) + np.array(before)  # what is bought once also serves the warm-up
    best = newsvendor_draws(draws, overage=3.0, underage=5.0)
    boots = found.products["boots"]
    assert boots.policy.kind is Kind.ONCE
    assert abs(boots.policy.level - best.level) <= 2
    assert boots.weeks[0].order == 0


def _before_warm_up(text: Journey, number: int) -> int:
    """Count the demand of the warm-up: shipped over the whole run, less what is counted."""
    (tallies,) = Player(3, 1, "kernel").play([compile_journey(text)], [number])
    (tally,) = tallies
    return int(tally["stock"][0, 4] - tally["units"][0, 0, UNITS.index("sold")].sum())


def test_the_level_of_service_is_reached_and_not_by_a_unit_too_much() -> None:
    """The fill rate's interval lies above the target, and with one unit less it does not."""
    text = journey(OWED)
    found = plan(text, replications=40, aim=Aim("fill_rate", 0.9))
    boots = found.products["boots"]
    assert boots.policy.lot == 2
    trials = Trials(compile_journey(text), [0], Player(3, 1, "kernel"))
    here, below = (boots.policy, boots.policy.moved(level=-1))
    low = [
        service_of(trials.outcomes([(one,)], 40)[0], 0, one, "fill_rate").low or 0.0 for one in (here, below)
    ]
    assert low[0] >= 0.9 > low[1]
    assert (boots.fill_rate.value or 0.0) > 0.89


def test_costs_are_priced_by_hand() -> None:
    """Holding, orders, units owed: each rate times what the shelf counted; and they add up."""
    text = journey(OWED)
    program, player = compile_journey(text), Player(3, 1, "kernel")
    trials = Trials(program, [0], player)
    policy = (Policy(Kind.ORDER_QUANTITY, 2, 4),)
    under = trials.under(policy)
    (tallies,) = player.play([under], range(3))
    costs = trials.costs_of(under, policy, tallies, trials.never_out(range(3)))
    days = 86_400_000
    for number, tally in enumerate(tallies):
        stock = tally["stock"][0]
        assert costs.holding[number, 0] == pytest.approx(20 * stock[9] / days)
        assert costs.ordering[number, 0] == pytest.approx(100 * stock[8])
        assert costs.backorder[number, 0] == pytest.approx(150 * stock[10] / days)
    assert costs.total.sum() == pytest.approx(trials.outcomes([policy], 3)[0].cost.sum())


TWO = """
start: 2026-01-05
horizon: 100 days
follow_up: 0 s
goal: shop
products: {boots: {price: 100, unit_cost: 40}, shoes: {price: 80, unit_cost: 30}, laces: {price: 9}}
inventory: {boots: {on_hand: 20}, shoes: {on_hand: 500}}
personas: {all: {arrivals: {rate: 2 per day}, enters: {shop: 1}}}
touchpoints:
  shop:
    sells: {each: {boots: 0.5, laces: {p: 0.2}, shoes: 0.1}}
    empty: {left: 1}
    substitutes: {boots: {shoes: 0.4}}
    on_stockout: {left: 1}
    next: {left: 1}
outcomes: [left]
"""


def test_what_is_taken_instead_makes_the_loss_smaller() -> None:
    """Boots lose 60 a unit asked for in vain, less 50 for each pair of shoes taken in their place."""
    program, player = compile_journey(load_journey(parse_document(TWO))), Player(3, 1, "kernel")
    trials = Trials(program, [0, 2], player)
    (tallies,) = player.play([program], range(4))
    policies = (Policy(Kind.ONCE, 20), Policy(Kind.ONCE, 500))
    costs = trials.costs_of(program, policies, tallies, trials.never_out(range(4)))
    for number, tally in enumerate(tallies):
        units = dict(zip(UNITS, tally["units"][0].sum(axis=2).T.tolist(), strict=True))
        lost, taken = units["lost"][0], units["substituted"][2]
        assert taken > 10
        assert costs.lost_margin[number].tolist() == pytest.approx([60 * lost - 50 * taken, 0, 0])
        assert tally["instead"][0, 2].sum() == taken


def test_feedback_is_the_difference_to_shelves_nobody_notices() -> None:
    """Substitution makes boots worth less stock with feedback, and shoes more: each interval says so."""
    text = TWO.replace("{on_hand: 500}", "{on_hand: 5, holding_cost: 0.3 per day}")
    journey_ = load_journey(
        parse_document(
            text.replace("substitutes: {boots: {shoes: 0.4}}", "substitutes: {boots: {shoes: 0.9}}")
        )
    )
    found = plan(journey_, replications=120, feedback=True)
    boots, shoes = (found.products[name].feedback for name in ("boots", "shoes"))
    assert boots is not None
    assert shoes is not None
    assert boots.level_difference.high is not None
    assert shoes.level_difference.low is not None
    assert boots.level_difference.high < 0 < shoes.level_difference.low
    blind = without_feedback(compile_journey(journey_))
    endless = without_shelves(blind)
    one, other = (Player(3, 1, "kernel").play([program], range(3))[0] for program in (blind, endless))
    for mine, theirs in zip(one, other, strict=True):  # endless stock has the demand of blind shelves
        demand = UNITS.index("demand")
        assert mine["units"][:, :, demand].tobytes() == theirs["units"][:, :, demand].tobytes()
