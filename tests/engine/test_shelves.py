from __future__ import annotations

import numpy as np

from simulator.engine import kernel, reference
from simulator.engine.tally import LEVELS, STOCK
from simulator.program.stocked import without_feedback, without_shelves
from simulator.spec.model import DAY

HOUR = 3_600_000
# One customer comes back every day at the same time and asks for as many boots as are written.
DAILY = """
start: 2026-01-05
horizon: {days} days
follow_up: 0 s
goal: [order]
products: {{boots: {{price: 10, unit_cost: 4}}}}
inventory: {{boots: {stock}}}
personas: {{all: {{enters: {{order: 1}}, existing: {{count: 1, at: order}}}}}}
touchpoints:
  order:
    dwell: 1 day
    sells: {{one_of: {{boots: {{p: 1, units: {units}}}}}}}
    on_stockout: {{order: 1}}
    next: {{late: {{if: elapsed > 1000 days, then: {{left: 1}}}}, else: {{order: 1}}}}
outcomes: [left]
"""


def daily(stock: str, days: int = 12, units: int = 1) -> str:
    """Write a model in which one customer asks for boots once a day."""
    return DAILY.format(stock=stock, days=days, units=units)


def levels(played, kind: str) -> list[int]:
    """Read what the days of the only shelf were."""
    return played.tally["levels"][0, LEVELS.index(kind)].tolist()


def stock(played, product: int = 0) -> dict[str, int]:
    """Read a shelf by the names of its counts."""
    return dict(zip(STOCK, played.tally["stock"][product].tolist(), strict=True))


def test_an_order_quantity_is_ordered_as_often_as_the_point_needs(play) -> None:
    """(r, Q): at r or below order Q, and as many Q as bring the position above r."""
    policy = "policy: {reorder_point: 4, order_quantity: 3}, when_out: backorder"
    played = play(daily(f"{{on_hand: 5, lead_time: 2 days, {policy}}}"))
    assert levels(played, "ordered")[:6] == [3, 0, 0, 3, 0, 0]  # 5 - 1 = 4 on the first day, then every third
    played = play(daily(f"{{on_hand: 5, lead_time: 2 days, {policy}}}", units=8))
    assert levels(played, "ordered")[0] == 9  # from -3, three times 3 bring 6, twice only 3


def test_base_stock_orders_every_unit_again(play) -> None:
    """A base stock is an order-up-to at every change; after a unit is sold one is ordered."""
    played = play(daily("{on_hand: 3, lead_time: 36 h, policy: {base_stock: 3}}"))
    assert levels(played, "ordered") == [1] * 12
    same = play(daily("{on_hand: 3, lead_time: 36 h, policy: {reorder_point: 2, order_up_to: 3}}"))
    assert same.tally.digest == played.tally.digest


def test_planned_reviews_come_at_their_times_only(play) -> None:
    """`review: 3 days` from `first_review` on: the position is looked at on days 1, 4, 7 … and never between."""
    written = "policy: {base_stock: 6, review: 3 days, first_review: 25 h}, lead_time: 0 s"
    played = play(daily(f"{{on_hand: 6, {written}}}"))
    assert [day for day, units in enumerate(levels(played, "ordered")) if units] == [1, 4, 7, 10]
    assert stock(played)["orders"] == 4


def test_orders_keep_to_the_suppliers_sizes(play) -> None:
    """An order is at least `min_order` and a multiple of `case_size`."""
    played = play(daily("{on_hand: 5, policy: {base_stock: 5}, min_order: 4, case_size: 3}"))
    assert set(levels(played, "ordered")) == {0, 6}


def test_what_is_on_order_at_the_start_comes_on_its_date(play) -> None:
    """Units ordered before the start come at midnight of their date and count in the position until then."""
    played = play(daily("{on_hand: 0, on_order: {2026-01-08: 2, 2026-01-05: 1}, policy: {base_stock: 3}}"))
    assert levels(played, "ordered")[:4] == [1, 1, 1, 1]  # the position was 3 all along
    idle = play(daily("{on_hand: 0, on_order: {2026-01-08: 2, 2026-01-05: 1}}"))
    assert levels(idle, "on_hand")[:6] == [0, 0, 0, 1, 0, 0]
    kinds = stock(idle)
    assert (kinds["ordered"], kinds["received"], kinds["on_order"], kinds["orders"]) == (3, 3, 0, 0)
    far = play(daily("{on_hand: 0, on_order: {2026-01-16: 7}}", days=11).replace("11 days", "275 h"))
    assert stock(far)["received"] == 7  # it came in the eleven hours of the last day
    assert levels(far, "on_hand")[-1] in (6, 7)


def test_days_tell_what_was_on_the_shelf(play) -> None:
    """On hand and owed at the end of each day, and whether the shelf was empty at some time of it."""
    played = play(daily("{on_hand: 3, when_out: backorder}", days=6))
    assert levels(played, "on_hand") == [2, 1, 0, 0, 0, 0]
    assert levels(played, "owed") == [0, 0, 0, 1, 2, 3]
    assert levels(played, "out") == [0, 0, 1, 1, 1, 1]
    assert played.units("boots")["missed"] == 3
    kinds = stock(played)
    when = played.at("order")[0].left
    assert kinds["unit_ms"] == 3 * when + (2 + 1) * DAY
    assert kinds["owed_ms"] == (1 + 2) * DAY + 3 * (DAY - when)


def test_orders_and_cycles_count_after_the_warm_up(play) -> None:
    """What is ordered costs, and what a delivery ends counts, from the end of the warm-up on."""
    text = daily("{on_hand: 2, lead_time: 25 h, policy: {reorder_point: 0, order_up_to: 2}, order_cost: 5}")
    whole, late = play(text), play(text.replace("goal:", "warm_up: 6 days\ngoal:"))
    assert 0 < stock(late)["orders"] < stock(whole)["orders"]
    assert stock(late)["ordered"] == stock(whole)["ordered"]
    assert 0 < stock(late)["cycles"] < stock(whole)["cycles"]
    assert (
        stock(whole)["short_cycles"] == stock(whole)["cycles"]
    )  # the unit of the second day is always missed


TWO = """
start: 2026-01-05
horizon: 40 days
follow_up: 0 s
goal: [order]
products: {boots: {price: 100}, jacket: {price: 70}, socks: {price: 5}}
inventory: {boots: {on_hand: 0}, jacket: {on_hand: 30}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {order: 1}}}
touchpoints:
  order:
    sells: {one_of: {boots: 1}}
    substitutes: {boots: {jacket: 0.5, socks: 0.2}}
    on_stockout: {left: 1}
    next: {done: 1}
outcomes: [done, left]
"""


def test_a_substitute_is_sold_and_demand_stays_where_it_was(play) -> None:
    """Who finds boots out takes a jacket with its chance: lost there, sold here, at the price of the jacket."""
    played = play(TWO)
    boots, jacket, socks = (played.units(name) for name in ("boots", "jacket", "socks"))
    asked = boots["demand"]
    assert (boots["sold"], boots["lost"], boots["missed"], boots["substituted"]) == (0, asked, asked, 0)
    assert jacket["demand"] == socks["demand"] == 0
    assert jacket["sold"] == jacket["substituted"] == 30  # as many as there were
    assert socks["sold"] == socks["substituted"] == played.outcome("done") - 30
    assert abs(socks["sold"] - 0.2 * asked) <= 4.89 * (0.16 * asked) ** 0.5
    assert played.tally["revenue"][0].tolist() == [0, 30 * 70_000_000, socks["sold"] * 5_000_000]


def test_who_took_something_else_wants_nothing_more(play) -> None:
    """A substituted line is not short: nothing is wanted, and no rule sees it as short."""
    text = TWO.replace("0.5, socks: 0.2", "1").replace("on_hand: 30", "on_hand: 9000")
    text = text.replace("next: {done: 1}", "next: {short: {if: short > 0, then: {left: 1}}, else: {done: 1}}")
    played = play(text.replace("done: 1}}\n", "order: {p: 0.5, after: 1 h}, done: rest}}\n"))
    assert played.units("boots")["retried"] == 0
    assert played.units("jacket")["sold"] == played.units("boots")["demand"] > 200
    assert played.outcome("left") == 0


def test_a_replaced_unit_comes_back_as_what_it_was_sold_as(play) -> None:
    """A return gives back the jacket that was taken instead of boots."""
    text = TWO.replace("0.5, socks: 0.2", "1").replace("next: {done: 1}", "next: {returned: 1}")
    played = play(text.replace("outcomes:", "  returned: {returns: {of: order}, next: {done: 1}}\noutcomes:"))
    assert played.units("jacket")["returned"] == played.units("jacket")["sold"] > 100
    assert played.units("boots")["returned"] == 0


FELT = """
start: 2026-01-05
horizon: 60 days
follow_up: 5 days
goal: [order]
products: {boots: {price: 100}, jacket: {price: 70}}
inventory:
  boots: {on_hand: 8, policy: {reorder_point: 3, order_up_to: 10}, lead_time: {gamma: {mean: 3 days, cv: 0.5}}}
  jacket: {on_hand: 5, policy: {reorder_point: 2, order_quantity: 6}, lead_time: 3 days, when_out: backorder}
personas: {all: {arrivals: {rate: 5 per day}, enters: {look: 1}}}
touchpoints:
  look: {next: {out: {if: stock.boots == 0, then: {left: 0.6, order: rest}}, else: {order: 0.7, left: rest}}}
  order:
    sells: {one_of: {boots: 0.6, jacket: 0.4}}
    substitutes: {boots: {jacket: 0.3}}
    on_stockout: {order: {p: 0.7, after: 2 days}, left: rest}
    next: {keep: 1}
  keep: {dwell: {exponential: {mean: 5 days}}, next: {look: 0.4, returned: 0.2, left: rest}}
  returned: {returns: {of: order, restock: 0.5}, next: {left: 1}}
outcomes: [left]
"""


def test_a_blind_shelf_is_kept_and_no_customer_notices(play) -> None:
    """Without feedback every journey is that of endless stock, to the byte; the shelves run out all the same."""
    felt = play(FELT)
    programs = {"blind": without_feedback(felt.program), "endless": without_shelves(felt.program)}
    engines = {"reference": reference.simulate, "kernel": lambda *of: kernel.simulate(*of)[0]}
    tallies = {
        (name, by): simulate(program, 1, 0)
        for name, program in programs.items()
        for by, simulate in engines.items()
    }
    assert tallies["blind", "reference"].digest == tallies["blind", "kernel"].digest
    blind, endless = tallies["blind", "kernel"], tallies["endless", "kernel"]
    assert blind["checksum"].tolist() == endless["checksum"].tolist() != felt.tally["checksum"].tolist()
    assert blind["units"][:, :, 0].tobytes() == endless["units"][:, :, 0].tobytes()
    assert blind["units"][0, 0, 2].sum() > 20  # boots lost
    assert blind["levels"][1, LEVELS.index("owed")].max() > 0
    assert not np.array_equal(blind["units"][:, :, 0], felt.tally["units"][:, :, 0])
