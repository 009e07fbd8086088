"""The places where silent wrong numbers hide: what a model means, one promise a test."""

from __future__ import annotations

import pytest

HEAD = "start: 2026-01-05\nhorizon: 8 weeks\nfollow_up: 2 weeks\n"


def test_a_reminder_nobody_may_be_sent_changes_nothing(play) -> None:
    """A race with a clock whose message has no consent is the race without that clock."""
    model = (
        HEAD
        + """
goal: [product]
personas: {all: {arrivals: {rate: 40 per day}, enters: {wishlist: 1}}}
touchpoints:
  wishlist: {race: {product: {after: {exponential: {mean: 4 days}}}, left: {after: 9 days}%s}}
  reminder: {contact: true, otherwise: {left: 1}, next: {product: 0.5, back: rest}}
  newsletter: {set: {consent: 1}, next: {left: 1}}
  product: {next: {newsletter: 0, left: rest}}
outcomes: [left]
"""
    )
    with_clock = play(model % ", reminder: {after: 1 day, side_trip: true}")
    without = play((model % "").replace(", back: rest", ", left: rest"))
    assert with_clock.diary() == without.diary()
    assert with_clock.total("visits", "product") > 100


def test_a_side_trip_that_comes_back_leaves_the_other_clocks_running(play) -> None:
    """Messages that move nobody change neither when nor where the race ends."""
    model = (
        HEAD
        + """
goal: [product]
attributes: {consent: {initial: 1}}
personas: {all: {arrivals: {rate: 40 per day}, enters: {wishlist: 1}}}
touchpoints:
  wishlist: {race: {product: {after: {exponential: {mean: 4 days}}}, left: {after: 9 days}%s}}
  reminder: {contact: true, otherwise: {back: 1}, dwell: %s, next: {back: 1}}
  product: {next: {left: 1}}
outcomes: [left]
"""
    )
    clock = ", reminder: {after: 1 day, side_trip: true}"
    reminded = play(model % (clock, "1 h"))
    plain = play((model % ("", "1 h")).replace("back: 1", "left: 1"))
    assert len(reminded.at("reminder")) > 500
    ends = {(one.subject, one.left, one.target) for one in plain.at("wishlist")}
    late = {(one.subject, one.left, one.target) for one in reminded.at("wishlist")} - ends
    # Only a clock that rang during the hour of the trip decides late: when he is back.
    assert all((left % 1) == 0 for _, left, _ in late)
    assert 0 < len(late) < 0.05 * len(ends)
    away = {one.subject: (one.entered, one.left) for one in reminded.at("reminder")}
    decided = {one.subject: one.left for one in plain.at("wishlist")}
    for subject, left, _ in late:
        assert away[subject][0] <= decided[subject] <= away[subject][1] == left


def test_a_customer_back_after_a_stockout_wants_the_same_and_is_no_new_demand(play) -> None:
    """Who asked in vain asks for exactly that again; it counts as retried."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 100}, socks: {price: 10}}
inventory: {boots: {on_hand: 5, policy: {reorder_point: 0, order_up_to: 5}, lead_time: 2 days}}
personas: {all: {arrivals: {rate: 20 per day}, enters: {order: 1}}}
touchpoints:
  order: {sells: {one_of: {boots: 0.5, socks: 0.5}}, on_stockout: {order: {p: 0.7, after: 1 day}, left: rest}, next: {left: 1}}
outcomes: [left]
"""
    )
    boots, arrived = result.units("boots"), int(result.tally["people"].sum())
    assert boots["retried"] > 100
    asked_once = {visit.subject for visit in result.at("order")}
    assert boots["demand"] + result.units("socks")["demand"] == len(asked_once) <= arrived
    assert boots["demand"] == boots["sold"] + boots["lost"]
    again = [visit for visit in result.at("order") if visit.entry > 1]
    assert sum(visit.asked for visit in again) == boots["retried"]  # nobody changed to socks


def test_a_partly_filled_order_goes_on_as_an_order(play) -> None:
    """Lines sold stay sold: the order converts and `next` decides, which may read how much was short."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 100}, socks: {price: 10}}
inventory: {boots: {on_hand: 0}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {order: 1}}}
touchpoints:
  order:
    sells: {each: {boots: {p: 1, units: 3}, socks: {p: 1, units: 2}}}
    on_stockout: {left: 1}
    next: {part: {if: short == 3, then: {half: 1}}, else: {whole: 1}}
outcomes: [left, half, whole]
"""
    )
    assert result.outcome("half") == result.total("conversions") == result.total("orders") > 100
    assert result.outcome("left") == result.outcome("whole") == 0
    assert result.units("socks")["sold"] == 2 * result.outcome("half")
    assert result.units("boots")["lost"] == 3 * result.outcome("half")
    assert result.total("revenue") == 20_000_000 * result.outcome("half")


TEAM = """
goal: [desk]
teams: {staff: {servers: 1, hours: {daily: 09:00-10:00}}}
personas: {all: {arrivals: {rate: 60 per day}, enters: {desk: 1}}}
touchpoints:
  desk: {team: staff, patience: 1 min, on_abandon: {lost: 1}, on_closed: %s, dwell: 1 min, next: {done: 1}}
outcomes: [done, lost, shut]
"""


def test_nobody_loses_patience_in_front_of_a_closed_door(play) -> None:
    """Outside hours `on_closed` decides at once; patience runs there only when the model says wait."""
    shut, waits = play(HEAD + TEAM % "{shut: 1}"), play(HEAD + TEAM % "wait")
    hour = 3_600_000
    assert shut.total("closed") > 2_000
    for visit in shut.at("desk"):
        if 9 * hour <= visit.entered % (24 * hour) < 10 * hour:
            assert visit.manner != 3
        else:
            assert (visit.manner, visit.waited) == (3, 0)
    outside = [one for one in waits.at("desk") if not 8.98 * hour <= one.entered % (24 * hour) < 10 * hour]
    assert outside
    assert all(one.manner == 2 and one.waited == 60_000 for one in outside)


def test_who_waits_before_opening_is_served_when_the_doors_open(play) -> None:
    """A queue before the door starts at opening time, first come first served."""
    result = play(HEAD + TEAM.replace("patience: 1 min, on_abandon: {lost: 1}, ", "") % "wait")
    hour = 3_600_000
    begun = [one.entered + one.waited for one in result.at("desk")]
    assert all(9 * hour <= time % (24 * hour) <= 10 * hour for time in begun)
    in_order = sorted(result.at("desk"), key=lambda one: (one.entered, one.subject % 2**64))
    assert [one.entered + one.waited for one in in_order] == sorted(begun)


def test_hours_never_change_the_total_of_a_day(play) -> None:
    """A profile of hours moves customers within their day and neither adds nor drops one."""
    model = (
        HEAD
        + """
goal: [shop]
personas: {all: {arrivals: {rate: 50 per day%s}, enters: {shop: 1}}}
touchpoints: {shop: {next: {left: 1}}}
outcomes: [left]
"""
    )
    flat, shaped = play(model % ""), play(model % ", hours: {00-07: 0, 19-23: 3}")
    day = 86_400_000
    assert sum(one.entered % day < 7 * 3_600_000 for one in flat.visits) > 500
    assert {(one.subject, one.entered // day) for one in flat.visits} == {
        (one.subject, one.entered // day) for one in shaped.visits
    }
    assert all(one.entered % day >= 7 * 3_600_000 for one in shaped.visits)


def test_a_closed_gate_draws_afresh_each_time(play) -> None:
    """Every refused attempt has luck of its own; drawn once, half would try for ever."""
    result = play(
        HEAD
        + """
goal: [gate]
personas: {all: {arrivals: {rate: 100 per day}, enters: {gate: 1}}}
touchpoints:
  gate: {only_if: orders > 0, otherwise: {gate: 0.5, left: rest}, next: {left: 1}}
outcomes: [left]
"""
    )
    attempts, customers = result.total("refused"), result.outcome("left")
    assert result.total("stopped") == 0
    # Attempts are geometric with mean 2 and variance 2.
    assert abs(attempts / customers - 2) <= 4.89 * (2 / customers) ** 0.5


def test_two_keys_in_one_set_are_simultaneous(play) -> None:
    """All right-hand sides of a `set` see the values before it, so two attributes can be exchanged."""
    result = play(
        HEAD
        + """
goal: [a]
attributes: {x: {initial: 1}, y: {initial: 2}}
personas: {all: {arrivals: {rate: 1 per day}, enters: {a: 1}}}
touchpoints: {a: {set: {x: y, y: x}, next: {left: 1}}}
outcomes: [left]
"""
    )
    names = result.program.names.attributes
    assert {dict(zip(names, one.attributes, strict=True))["x"] for one in result.visits} == {2.0}
    assert {dict(zip(names, one.attributes, strict=True))["y"] for one in result.visits} == {1.0}


PAIR = """
goal: [desk]
teams: {staff: {servers: 1}}
personas: {all: {arrivals: {rate: 0.3 per day}, enters: {door: 1}}}
touchpoints:
  door: {refers: {count: 1, enters: {desk: 1}}, next: {desk: 1}}
  desk: {team: staff, patience: %s, on_abandon: {lost: 1}, dwell: 5 min, next: {done: 1}}
outcomes: [done, lost]
"""


@pytest.mark.parametrize(
    ("patience", "abandons"), [("5 min", False), ("299999 s", False), ("299.999 s", True)]
)
def test_patience_that_ends_as_a_server_frees_is_served(play, patience, abandons) -> None:
    """The end of a service comes before the end of patience at the same millisecond."""
    result = play(HEAD + PAIR % patience)
    pairs = result.total("visits", "door")
    assert pairs > 10
    assert result.total("abandoned") == (pairs if abandons else 0)
    assert result.total("visits", "desk") == (pairs if abandons else 2 * pairs)


def test_the_last_unit_goes_to_the_smallest_address(play) -> None:
    """Of customers who come at the same millisecond the one with the smallest address is first."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 1}}
inventory: {boots: {on_hand: 1, policy: {reorder_point: 0, order_up_to: 1}, lead_time: 1 h}}
personas: {all: {arrivals: {rate: 0.3 per day}, enters: {door: 1}}}
touchpoints:
  door: {refers: {count: 7, enters: {order: 1}}, next: {left: 1}}
  order: {sells: {one_of: {boots: 1}}, on_stockout: {left: 1}, next: {done: 1}}
outcomes: [done, left]
"""
    )
    at_once: dict[int, list] = {}
    for visit in result.at("order"):
        at_once.setdefault(visit.entered, []).append(visit)
    assert len(at_once) > 8
    for group in at_once.values():
        assert len(group) == 7
        first = min(group, key=lambda one: one.subject % 2**64)
        assert [one.subject for one in group if one.sold] == [first.subject]


def test_an_empty_basket_is_no_conversion(play) -> None:
    """Who asks for nothing goes where `empty` leads, without an order, a conversion or demand."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 1}}
personas: {all: {arrivals: {rate: 20 per day}, enters: {order: 1}}}
touchpoints:
  order: {sells: {each: {boots: {p: 0.4}}}, empty: {left: 1}, next: {done: 1}}
outcomes: [done, left]
"""
    )
    assert result.outcome("left") > result.outcome("done") > 300
    assert result.total("conversions") == result.outcome("done") == result.units("boots")["demand"]
    assert result.total("visits", "order") == result.outcome("left") + result.outcome("done")


def test_a_backorder_is_sold_now_and_delivered_first(play) -> None:
    """A unit owed is sale and revenue at once; a delivery pays what is owed before the shelf fills."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 10}}
inventory: {boots: {on_hand: 2, policy: {reorder_point: 1, order_up_to: 2}, lead_time: 30 days, when_out: backorder}}
personas: {all: {arrivals: {rate: 3 per day}, enters: {order: 1}}}
touchpoints: {order: {sells: {one_of: {boots: 1}}, on_stockout: {left: 1}, next: {done: 1}}}
outcomes: [done, left]
"""
    )
    boots = result.units("boots")
    assert result.outcome("left") == boots["lost"] == 0
    assert boots["sold"] == boots["demand"] == result.outcome("done")
    initial, _, received, _, shipped, on_hand, on_order, owed, *_ = result.tally["stock"][0].tolist()
    assert owed > 20
    assert on_hand == 0
    assert on_hand + on_order - owed == 2  # the position is back at order_up_to
    assert initial + received == shipped - owed


def test_a_delivery_wakes_as_many_as_it_has_units_in_order_of_joining(play) -> None:
    """Three units wake three of the waiting list, first come first; the others give up in time."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 10}}
inventory: {boots: {on_hand: 0, policy: {reorder_point: 0, order_up_to: 3}, lead_time: 4 days}}
personas: {all: {arrivals: {rate: 3 per day}, enters: {order: 1}}}
touchpoints:
  order: {sells: {one_of: {boots: 1}}, on_stockout: {wait: 1}, back_in_stock: {give_up: 10 days, then: {tired: 1}}, next: {done: 1}}
outcomes: [done, tired]
"""
    )
    waits = [one for one in result.at("order") if one.manner == 4 and one.target == 0]
    assert len(waits) > 20
    joined = [one.entered for one in waits]
    assert joined == sorted(joined)
    woken: dict[int, int] = {}
    for one in waits:
        woken[one.left] = woken.get(one.left, 0) + 1
    assert set(woken.values()) == {3}
    tired = [one for one in result.at("order") if one.manner == 4 and one.target != 0]
    assert tired
    assert {one.left - one.entered for one in tired} == {10 * 86_400_000}
    assert result.units("boots")["demand"] == int(result.tally["people"].sum())


def test_an_order_is_returned_once_and_the_conversion_stands(play) -> None:
    """Returning twice gives back one order; revenue goes, the conversion stays, half is restocked."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 10}}
inventory: {boots: {on_hand: 1000}}
personas: {all: {arrivals: {rate: 10 per day}, enters: {order: 1}}}
touchpoints:
  order: {sells: {one_of: {boots: {p: 1, units: 2}}}, on_stockout: {left: 1}, next: {back: 0, returned: 1}}
  returned: {returns: {of: order, restock: 0.5, fee: 3}, next: {again: 1}}
  again: {returns: {of: order, restock: 0.5, fee: 3}, next: {left: 1}}
outcomes: [left]
""".replace("back: 0, ", "")
    )
    orders = result.total("orders")
    boots = result.units("boots")
    assert boots["returned"] == boots["sold"] == 2 * orders
    assert result.total("refunds") == result.total("revenue") == 20_000_000 * orders
    assert result.total("costs") == 3_000_000 * orders
    assert result.total("conversions") == orders
    assert abs(boots["restocked"] - orders) <= 4.89 * (orders / 2) ** 0.5


def test_a_price_is_read_at_the_instant_of_the_sale(play) -> None:
    """An event's price holds from the midnight of its first day to that after its last."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 10}}
events:
  sale: {from: 2026-01-10, to: 2026-01-12, price: {boots: 7}}
  flash: {from: 2026-01-12, to: 2026-01-12, price: {boots: 5}}
personas: {all: {arrivals: {rate: 30 per day}, enters: {order: 1}}}
touchpoints: {order: {sells: {one_of: {boots: 1}}, next: {cheap: {if: price.boots < 10, then: {sale: 1}}, else: {full: 1}}}}
outcomes: [sale, full]
"""
    )
    day = 86_400_000
    paid = {5: 7, 6: 7, 7: 5}
    expected = sum(1_000_000 * paid.get(one.entered // day, 10) for one in result.visits)
    assert result.total("revenue") == expected
    assert result.outcome("sale") == sum(5 <= one.entered // day <= 7 for one in result.visits) > 50


def test_a_product_is_asked_for_only_while_it_is_sold(play) -> None:
    """Before its launch and after its end a product is in nobody's basket and loses no demand."""
    result = play(
        HEAD
        + """
goal: [order]
products: {old: {price: 1, sold: {to: 2026-01-31}}, new: {price: 1, sold: {from: 2026-02-01}}}
personas: {all: {arrivals: {rate: 30 per day}, enters: {order: 1}}}
touchpoints: {order: {sells: {one_of: {old: 0.5, new: 0.5}}, empty: {left: 1}, next: {done: 1}}}
outcomes: [done, left]
"""
    )
    days = result.tally["units"][:, :, 0].sum(axis=0)  # demand by product and day; names are sorted
    assert result.outcome("left") == 0
    assert days[0, :27].sum() == days[1, 27:].sum() == 0
    assert days[1, :27].min() > 0
    assert days[0, 27:].min() > 0


def test_a_contact_needs_consent_and_room_under_the_sliding_cap(play) -> None:
    """Never more messages to one customer within the time of the cap, and none without consent."""
    result = play(
        HEAD
        + """
goal: [mail]
contact_cap: {count: 2, per: 7 days}
attributes: {consent: {initial: 0}}
personas: {all: {arrivals: {rate: 20 per day}, enters: {home: 1}}}
touchpoints:
  home: {set: {consent: {chance: 0.5}}, next: {mail: 1}}
  mail: {contact: true, otherwise: {pause: 1}, next: {pause: 1}}
  pause: {dwell: {uniform: {min: 1 day, max: 3 days}}, next: {mail: 0.9, left: rest}}
outcomes: [left]
"""
    )
    sent: dict[int, list[int]] = {}
    for one in result.at("mail"):
        if one.manner == 0:
            assert one.attributes[0] == 1.0
            sent.setdefault(one.subject, []).append(one.entered)
    assert len(sent) > 300
    week = 7 * 86_400_000
    for times in sent.values():
        assert all(third - first >= week for first, third in zip(times, times[2:], strict=False))
    refused_with_consent = [one for one in result.at("mail") if one.manner == 1 and one.attributes[0] == 1]
    assert len(refused_with_consent) > 100


def test_a_detour_resumes_where_the_customer_was_bound(play) -> None:
    """The destination is decided first; the stop resumes to it with its delay, or goes its own way."""
    model = (
        HEAD
        + """
goal: [cart]
stages: [look]
personas: {all: {arrivals: {rate: 60 per day}, enters: {product: 1}}}
touchpoints:
  product: {stage: look, next: {cart: {p: 0.5, after: {exponential: {mean: 1 h}}}, left: rest}}
  social: {stage: look, next: {left: 1}}
  cart: {next: {left: 1}}
outcomes: [left]
%s
"""
    )
    plain = play(model % "")
    detoured = play(model % "detours: {feed: {to: social, during: [look], p: 0.5, resume: 0.7}}")
    # Whoever leaves the product in the last day may not reach the cart before the end.
    last_day = plain.program.horizon - 86_400_000
    early = {one.subject for one in plain.at("product") if one.left < last_day}
    bound = {one.subject for one in plain.at("cart")} & early
    stopped = {one.subject: one for one in detoured.at("social") if one.subject in early}
    assert set(stopped) < bound  # never on the way to an outcome
    assert abs(len(stopped) - 0.5 * len(bound)) <= 4.89 * (0.25 * len(bound)) ** 0.5
    resumed = {subject for subject, one in stopped.items() if one.manner == 6}
    assert abs(len(resumed) - 0.7 * len(stopped)) <= 4.89 * (0.21 * len(stopped)) ** 0.5
    arrived = {one.subject: one.entered for one in detoured.at("cart") if one.subject in early}
    assert set(arrived) == (bound - set(stopped)) | resumed
    assert {one.subject: one.entered for one in plain.at("cart")}.items() >= arrived.items()


def test_a_guard_stops_a_journey_and_counts_it(play) -> None:
    """A customer who has entered more touchpoints than max_steps is stopped, not lost."""
    result = play(
        HEAD
        + """
goal: [b]
max_steps: 10
personas: {all: {arrivals: {rate: 5 per day}, enters: {a: 1}}}
touchpoints:
  a: {next: {b: 1}}
  b: {next: {a: 0.99, left: rest}}
outcomes: [left]
"""
    )
    stopped = int(result.tally["stopped"].sum())
    assert stopped > 100
    longest: dict[int, int] = {}
    for visit in result.visits:
        longest[visit.subject] = longest.get(visit.subject, 0) + 1
    assert max(longest.values()) == 10
    assert stopped + result.outcome("left") == int(result.tally["people"].sum())


def test_a_line_of_referrals_stops_at_max_generations(play) -> None:
    """Everyone brings one more; the line ends where the model says, and the rest is counted."""
    result = play(
        HEAD
        + """
goal: [a]
max_generations: 3
personas: {all: {arrivals: {rate: 2 per day}, enters: {a: 1}}}
touchpoints: {a: {refers: {count: 1, enters: {a: 1}}, next: {left: 1}}}
outcomes: [left]
"""
    )
    _, arrived, referred = result.tally["people"][0].tolist()
    assert referred == 3 * arrived
    assert result.total("referrals_capped") == arrived


def test_sessions_end_after_half_an_hour_of_silence(play) -> None:
    """Visits less than 30 minutes apart are one session; other channels do not count."""
    result = play(
        HEAD
        + """
goal: [order]
sessions: {channels: [website]}
personas: {all: {arrivals: {rate: 10 per day}, enters: {ad: 1}}}
touchpoints:
  ad: {channel: search, next: {home: 1}}
  home: {channel: website, dwell: 29 min, next: {cart: 1}}
  cart: {channel: website, dwell: 30 min, next: {order: 1}}
  order: {channel: website, next: {left: 1}}
outcomes: [left]
"""
    )
    customers = result.total("visits", "ad")
    done = result.total("visits", "order")
    # home and cart are one session (29 min apart), order another (30 min).
    assert result.tally["sessions"][0].tolist()[0] == customers + done
    order = result.program.names.touchpoints.index("order")
    cart = result.program.names.touchpoints.index("cart")
    assert result.tally["session_at"][0, cart].tolist() == [result.total("entered", "cart"), 0]
    assert result.tally["session_at"][0, order].tolist()[0] == done


def test_existing_customers_count_in_demand_and_in_no_rate(play) -> None:
    """Who was there at the start never arrives and never counts in a conversion rate."""
    result = play(
        HEAD
        + """
goal: [order]
products: {boots: {price: 1}}
personas: {all: {enters: {order: 1}, existing: {count: 200, at: using, orders: 2, set: {consent: {chance: 0.5}}}}}
touchpoints:
  using: {dwell: {weibull: {mean: 20 days, shape: 1.4}}, next: {loyal: {if: orders == 2, then: {order: 1}}, else: {left: 1}}}
  order: {sells: {one_of: {boots: 1}}, next: {left: 1}}
outcomes: [left]
"""
    )
    existing, arrived, referred = result.tally["people"][0].tolist()
    assert (existing, arrived, referred) == (200, 0, 0)
    assert result.units("boots")["sold"] == result.total("conversions") > 150
    assert result.tally["cohort"].sum() == 0
    consenting = sum(one.attributes[0] for one in result.at("using"))
    done = len(result.at("using"))
    assert abs(consenting - done / 2) <= 4.89 * (done / 4) ** 0.5


def test_a_rate_counts_whom_it_observed_long_enough(play) -> None:
    """The cohort arrives after the warm-up and at least follow_up before the end; late orders do not count."""
    result = play(
        """
start: 2026-01-05
horizon: 30 days
warm_up: 5 days
follow_up: 10 days
goal: [order]
personas: {all: {arrivals: {rate: 100 per day}, enters: {idea: 1}}}
touchpoints:
  idea: {next: {order: {p: 1, after: {uniform: {min: 0 s, max: 20 days}}}}}
  order: {next: {left: 1}}
outcomes: [left]
"""
    )
    day = 86_400_000
    arrivals = {one.subject: one.entered for one in result.at("idea")}
    cohort = {subject for subject, time in arrivals.items() if 5 * day <= time <= 20 * day}
    taken = {one.subject: one.left - arrivals[one.subject] for one in result.at("order")}
    converted = [subject for subject in cohort if taken.get(subject, 99 * day) <= 10 * day]
    assert result.tally["cohort"][0].tolist() == [len(cohort), len(converted)]
    assert len(cohort) > 1_000
    assert result.total("conversions") == sum(one.left >= 5 * day for one in result.at("order"))


def test_servers_change_by_date_and_the_busy_finish(play) -> None:
    """On an event's days fewer serve at the same time; nobody is thrown out."""
    result = play(
        HEAD
        + """
goal: [desk]
teams: {staff: {servers: 3}}
events: {holiday: {from: 2026-01-10, to: 2026-01-11, teams: {staff: {servers: 1}}}}
personas: {all: {arrivals: {rate: 200 per day}, enters: {desk: 1}}}
touchpoints: {desk: {team: staff, dwell: 20 min, next: {left: 1}}}
outcomes: [left]
"""
    )
    day = 86_400_000
    changes = sorted(
        [(one.entered + one.waited, 1) for one in result.at("desk")]
        + [(one.left, -1) for one in result.at("desk")],
    )
    busy, most = 0, {True: 0, False: 0}
    for time, change in changes:
        busy += change
        settled = 5 * day + 3_600_000 <= time < 7 * day
        most[settled] = max(most[settled], busy)
    assert most == {True: 1, False: 3}
    assert {one.left - one.entered - one.waited for one in result.at("desk")} == {1_200_000}


def test_an_impossible_weight_stops_the_run_with_the_customer_and_the_line(play) -> None:
    """A negative weight or NaN is an error that names the path, the value and who it was."""
    from simulator.errors import DrawError

    model = (
        HEAD
        + """
goal: [a]
attributes: {x: {initial: 1}}
personas: {all: {arrivals: {rate: 5 per day}, enters: {a: 1}}}
touchpoints: {a: {set: {x: x - 1}, next: {a: {p: 0.5, odds: %s}, left: rest}}}
outcomes: [left]
"""
    )
    with pytest.raises(
        DrawError, match=r"touchpoints\.a\.next.*odds gives -1.*the all customer [0-9a-f]{16}"
    ):
        play(model % "x - 1")
    with pytest.raises(DrawError, match="odds gives nan"):
        play(model % "log(x - 1)")
