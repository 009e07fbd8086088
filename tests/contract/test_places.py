"""Where the engines once parted, or were wrong together: one promise a test."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.program.tables import BACK, Manner
from tests.contract.agreement import Played

HEAD = "start: 2026-01-05\nhorizon: 4 weeks\nfollow_up: 1 week\n"
HOUR = 3_600_000


def _ended(played: Played) -> list[tuple[Any, ...]]:
    """List the visits that were over before the run."""
    return [one for one in played.visits if one[7] != Manner.OPEN]


def test_who_gives_up_on_a_side_trip_is_back_in_his_race(both) -> None:
    """`back` in the row of `back_in_stock` leads to the race, also for those a delivery wakes."""
    program, played = both(
        HEAD
        + """
goal: [shop]
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 0, policy: {reorder_point: 0, order_up_to: 3}, lead_time: 2 days}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {home: 1}}}
touchpoints:
  home: {race: {left: {after: 6 days}, shop: {after: 1 h, side_trip: true}}}
  shop:
    sells: {one_of: {boots: 1}}
    on_stockout: {wait: 1}
    back_in_stock: {give_up: 1 day, then: {back: 1}, woken: {back: 1}}
    next: {back: 1}
outcomes: [left]
"""
    )
    home, shop = map(program.names.touchpoints.index, ("home", "shop"))
    listed = [one for one in played.visits if one[2] == shop and one[7] == Manner.STOCKOUT]
    assert {one[8] for one in listed} == {BACK}
    assert {one[6] - one[4] == 24 * HOUR for one in listed} == {True, False}  # some gave up, some were woken
    assert {one[6] - one[4] for one in _ended(played) if one[2] == home} == {144 * HOUR}


def test_those_a_return_wakes_go_on_when_all_of_it_is_back(both) -> None:
    """A return of two products is one event: who is woken by the first sees the second on the shelf."""
    _, played = both(
        HEAD
        + """
goal: [order]
products: {boots: {price: 1}, socks: {price: 1}}
inventory: {boots: {on_hand: 3}, socks: {on_hand: 3}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {order: 1}}}
touchpoints:
  order:
    sells: {each: {boots: {p: 1}, socks: {p: 1}}}
    on_stockout: {wait: 1}
    back_in_stock:
      give_up: 30 days
      then: {left: 1}
      woken: {seen: {p: 0.5, odds: 1000000 * stock.socks}, unseen: rest}
    next: {keep: 1}
  keep: {dwell: 3 days, next: {returned: 1}}
  returned: {returns: {of: order}, next: {left: 1}}
outcomes: [left, seen, unseen]
"""
    )
    _, seen, unseen = played.tally["outcomes"].sum(axis=0).tolist()  # by name
    assert seen > 10
    assert unseen == 0


def test_those_told_at_one_millisecond_come_between_the_others(both) -> None:
    """Who is brought without delay stands in the queue before him whom the next one to tell brings."""
    program, played = both(
        HEAD
        + """
goal: [desk]
teams: {door: {servers: 100, hours: {mon-sun: 12:00-13:00}}, staff: {servers: 1}}
personas: {all: {arrivals: {rate: 40 per day}, enters: {lobby: 1}}}
touchpoints:
  lobby: {team: door, on_closed: wait, next: {tell: 1}}
  tell: {refers: {count: {poisson: 1}, enters: {desk: 1}}, next: {left: 1}}
  desk: {team: staff, dwell: 1 min, patience: 12 min, on_abandon: {left: 1}, next: {left: 1}}
outcomes: [left]
"""
    )
    desk = program.names.touchpoints.index("desk")
    noon = [one for one in played.visits if one[2] == desk and one[4] == 12 * HOUR]
    assert len(noon) > 12
    assert sorted({one[6] for one in noon}) == [12 * HOUR + minute * 60_000 for minute in range(1, 14)]


def test_patience_for_the_team_ends_no_wait_for_stock(both) -> None:
    """Who was served in time and then waits for a delivery waits until he gives that up."""
    program, played = both(
        HEAD
        + """
goal: [desk]
teams: {staff: {servers: 1}}
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 0}}
personas: {all: {arrivals: {rate: 0.5 per day}, enters: {door: 1}}}
touchpoints:
  door: {refers: {count: 2, enters: {desk: 1}}, next: {left: 1}}
  desk:
    team: staff
    patience: 1 h
    on_abandon: {lost: 1}
    dwell: 5 min
    sells: {one_of: {boots: 1}}
    on_stockout: {wait: 1}
    back_in_stock: {give_up: 1 day, then: {left: 1}}
    next: {left: 1}
outcomes: [left, lost]
"""
    )
    desk = program.names.touchpoints.index("desk")
    stays = {(one[5], one[6] - one[4] - one[5]) for one in played.visits if one[2] == desk}
    assert stays == {(0, 24 * HOUR + 300_000), (300_000, 24 * HOUR + 300_000)}


def test_an_existing_customer_can_wait_for_stock(both) -> None:
    """Whose stay ends in a stock-out joins the list like anybody else."""
    _, played = both(
        HEAD
        + """
goal: [shop]
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 2, policy: {reorder_point: 0, order_up_to: 2}, lead_time: 10 days}}
personas: {all: {enters: {shop: 1}, existing: {count: 5, at: shop}}}
touchpoints:
  shop:
    dwell: {uniform: {min: 0 s, max: 1 day}}
    sells: {one_of: {boots: 1}}
    on_stockout: {wait: 1}
    back_in_stock: {give_up: 15 days, then: {left: 1}}
    next: {done: 1}
outcomes: [done, left]
"""
    )
    assert played.tally["units"][0, 0, :4].sum(axis=1).tolist() == [5, 4, 1, 2]  # demand, sold, lost, retried


def test_a_basket_whose_weights_are_all_0_stops_the_run(both) -> None:
    """Without `empty` there is nowhere to go: the run stops, as on any row without a weight above 0."""
    _, played = both(
        HEAD
        + """
goal: [shop]
products: {boots: {price: 1}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {shop: 1}}}
touchpoints:
  shop: {sells: {one_of: {boots: {p: 1, odds: 2 - visits.shop}}}, next: {shop: 0.5, left: rest}}
outcomes: [left]
"""
    )
    assert "all weights are 0 in the basket of shop, for the all customer" in played.stopped


@pytest.mark.parametrize("team", ["", "team: staff, "])
def test_the_earliest_customer_stops_the_run(both, team) -> None:
    """Of many who would, the first in time is named, also where customers are played one after another."""
    model = """
goal: [b]
teams: {staff: {servers: 1000}}
personas: {all: {arrivals: {rate: 30 per day}, enters: {a: 1}}}
touchpoints:
  a: {dwell: {uniform: {min: 0 s, max: 10 days}}, next: {b: 1}}
  b: {%snext: {left: {p: 0.5, odds: log(-elapsed / 1 day)}, a: rest}}
outcomes: [left]
"""
    program, played = both(HEAD + model % team)
    _, harmless = both(HEAD + (model % team).replace("log(-elapsed / 1 day)", "1"))
    first = min(one[6] for one in harmless.visits if one[2] == program.names.touchpoints.index("b"))
    assert "odds gives nan, which is no weight or utility, for the all customer" in played.stopped
    assert f"at {first} ms" in played.stopped


@pytest.mark.parametrize("wrong", ["1 / (x - 1)", "10000000000000 * x", "exp(800 * x)"])
def test_an_attribute_too_large_to_be_counted_stops_the_run(both, wrong) -> None:
    """The books count 1e-6 of an attribute in 64 bits: infinite or beyond, it would be a wrong number."""
    model = """
goal: [a]
attributes: {x: {initial: 1%s}}
personas: {all: {arrivals: {rate: 1 per day}, enters: {a: 1}}}
touchpoints: {a: {set: {x: %s}, next: {left: 1}}}
outcomes: [left]
"""
    _, played = both(HEAD + model % ("", wrong))
    assert "which is no value of an attribute, for the all customer" in played.stopped
    _, bounded = both(HEAD + model % (", max: 3", wrong))
    assert {one[-1][1] for one in bounded.visits} == {3.0}
