from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from simulator.analysis.forecast.draws import Draws
from simulator.analysis.forecast.sheet import lay_sheet
from simulator.engine.reference import simulate
from simulator.errors import InputError
from simulator.program.compile import compile_journey
from simulator.spec.load import Journey, journey_from_data
from tests.analysis.forecast.conftest import SHOP, forecast


def level(draws: Draws, name: str, kind: str = "demand") -> Any:
    """Add one level up over its series: shape (periods, draws)."""
    rows = [place for place, one in enumerate(draws.sheet.series) if one.level == name]
    return draws.of(kind)[rows].sum(axis=0)


@pytest.mark.parametrize("kind", ["demand", "sold", "lost"])
@pytest.mark.parametrize("name", ["product", "persona", "channel", "touchpoint", "entrance"])
def test_every_level_adds_up_to_the_total(weekly: Draws, name: str, kind: str) -> None:
    """However demand is cut apart, each week of each replication has the same units."""
    np.testing.assert_array_equal(level(weekly, name, kind), level(weekly, "total", kind))


def test_demand_is_sold_or_lost(weekly: Draws) -> None:
    """Demand = sold + lost for each series, week and replication, and this shop runs out of boots."""
    np.testing.assert_array_equal(weekly.of("demand"), weekly.of("sold") + weekly.of("lost"))
    boots = [one.unique_id for one in weekly.sheet.series].index("product/boots")
    assert weekly.of("lost")[boots].sum() > 0
    assert weekly.of("sold")[boots].sum(axis=0).max() <= 30


def test_paths_are_the_tallies(shop: Journey) -> None:
    """The days of a path are the units a replication counted, by product and entrance."""
    draws = forecast(shop, 2, by="day", per=["product", "entrance"])
    program = compile_journey(shop)
    tally = simulate(program, 3, 1)
    days = [period.first for period in draws.sheet.periods]
    assert days == list(range(5, 56))
    names = [one.name for one in draws.sheet.series]
    by_product = tally["units"][:, :, 0].sum(axis=0)[:, days]
    np.testing.assert_array_equal(draws.of()[:3, :, 1], by_product)
    assert names[:3] == list(program.names.products)
    assert names[3:] == ["ad (existing)", "ad", "stall", "web", "web (referred)"]
    by_entrance = tally["entered_units"][:, :, 0].sum(axis=1)[:, days]
    np.testing.assert_array_equal(draws.of()[3:, :, 1], by_entrance)
    assert (by_entrance.sum(axis=1) > 0).all()
    assert draws.digests[1] == tally.digest


def test_a_channel_is_that_of_the_touchpoint_where_it_is_asked_for(weekly: Draws) -> None:
    """Touchpoints of one channel are added up; one without a channel is its own."""
    named = [one.name for one in weekly.sheet.series if one.level == "channel"]
    assert named == ["stall", "website"]


def test_names_are_plain_for_one_level(shop: Journey) -> None:
    """With one level a series is called by its name; with several the level stands before it."""
    program = compile_journey(shop)
    plain = lay_sheet(shop, program)
    assert [one.unique_id for one in plain.series] == ["boots", "hat", "unsold"]
    both = lay_sheet(shop, program, per=["total", "persona"])
    assert [one.unique_id for one in both.series] == ["total", "persona/tim", "persona/trudy"]


def test_a_product_is_asked_for_from_its_launch_on(weekly: Draws) -> None:
    """Before its launch there is no demand for the hat, and after it there is."""
    hat = [one.unique_id for one in weekly.sheet.series].index("product/hat")
    launched = [period.since >= datetime.date(2026, 2, 2) for period in weekly.sheet.periods]
    by_week = weekly.of()[hat].sum(axis=1)
    assert ((by_week > 0) == launched).all()


def test_conversions_are_forecast_where_nothing_is_sold() -> None:
    """A journey without products is forecast in completed visits to its goals, in total."""
    touchpoints = {"ad": {"next": {"web": 0.5, "left": "rest"}}, "web": {"next": {"left": 1}}}
    bare = {key: SHOP[key] for key in ("start", "horizon", "personas", "outcomes")}
    anna = {"arrivals": {"rate": "20 per day"}, "enters": {"ad": 0.7, "web": 0.3}}
    journey = journey_from_data(
        {**bare, "goal": "web", "personas": {"anna": anna}, "touchpoints": touchpoints}
    )
    draws = forecast(journey, 4)
    assert (draws.sheet.of, [one.name for one in draws.sheet.series]) == ("conversions", ["total"])
    tally = simulate(compile_journey(journey), 3, 2)
    assert draws.totals()[0, 2] == tally["conversions"].sum() > 0


def test_conversions_may_be_asked_for(shop: Journey) -> None:
    """Where something is sold, conversions are cut apart by persona, touchpoint and channel."""
    draws = forecast(shop, 3, of="conversions", per=["persona", "touchpoint", "channel", "total"])
    total = level(draws, "total", "conversions")
    for name in ("persona", "touchpoint", "channel"):
        np.testing.assert_array_equal(level(draws, name, "conversions"), total)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"per": ["prodct"]}, "did you mean 'product'"),
        ({"by": "mnth"}, "did you mean 'month'"),
        ({"of": "demnd"}, "did you mean 'demand'"),
        ({"only": ["bots"]}, "did you mean 'boots'"),
        ({"only": ["unsold"]}, "it is never sold in this time; a product is sold by"),
        ({"of": "conversions", "per": ["product"]}, "--per product: there is no such level"),
        ({"since": datetime.date(2026, 1, 8)}, "counted from 2026-01-12 to 2026-03-03"),
        ({"to": datetime.date(2026, 3, 4)}, "counted from 2026-01-12 to 2026-03-03"),
        ({"since": datetime.date(2026, 2, 2), "to": datetime.date(2026, 2, 1)}, "exchange them"),
        ({"by": "month", "to": datetime.date(2026, 2, 27)}, "choose --by week"),
        ({"since": datetime.date(2026, 2, 3), "to": datetime.date(2026, 2, 8)}, "choose --by day"),
    ],
)
def test_wrong_questions_are_refused(shop: Journey, options: dict[str, Any], said: str) -> None:
    """What cannot be answered is said in words, with the nearest that can."""
    with pytest.raises(InputError, match=said):
        lay_sheet(shop, compile_journey(shop), **options)


def test_dates_cut_the_time(shop: Journey) -> None:
    """With a first and a last date only these days are counted; weeks they cut are not whole."""
    since, to = datetime.date(2026, 2, 4), datetime.date(2026, 2, 22)
    sheet = lay_sheet(shop, compile_journey(shop), since=since, to=to)
    assert [(one.since.isoformat(), one.days, one.whole) for one in sheet.periods] == [
        ("2026-02-02", 5, False),
        ("2026-02-09", 7, True),
        ("2026-02-16", 7, True),
    ]


def test_marks_are_the_dated_events(shop: Journey) -> None:
    """Events of the time are marked; one without an end on its first day."""
    sheet = lay_sheet(shop, compile_journey(shop))
    assert [(mark.name, mark.since.isoformat(), mark.to.isoformat()) for mark in sheet.marks] == [
        ("sale", "2026-02-10", "2026-02-12"),
        ("New price", "2026-02-20", "2026-02-20"),
    ]
    later = lay_sheet(shop, compile_journey(shop), since=datetime.date(2026, 2, 12))
    assert later.marks[0].since == datetime.date(2026, 2, 12)
