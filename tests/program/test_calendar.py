from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest

from simulator.program.calendar import day_means, price_timeline
from simulator.spec.load import journey_from_data
from simulator.spec.model import DAY, Model


def model(**changes: Any) -> Model:
    """Load three years of a shop in Berlin."""
    return journey_from_data(
        {
            "start": "2026-01-05",
            "horizon": "3 years",
            "goal": "order",
            "holidays": {"country": "DE", "subdivision": "BE"},
            "products": {"boots": {"price": 129}},
            "personas": {"anna": {"arrivals": {"rate": "20 per day"}, "enters": {"order": 1}}},
            "touchpoints": {"order": {"sells": {"one_of": {"boots": 1}}, "next": {"left": 1}}},
            "outcomes": ["left"],
            **changes,
        }
    ).model


def means(one: Model) -> dict[str, float]:
    """Give Anna's mean by date."""
    found = day_means(one, "anna", one.personas["anna"].arrivals)
    return {
        str(one.start + datetime.timedelta(days=day)): float(mean) for day, mean in enumerate(found.tolist())
    }


def test_every_factor_of_a_day_multiplies() -> None:
    """Rate × weekday × month × holiday × growth × events, each on its own dates, over three years."""
    anna = {
        "arrivals": {
            "rate": "20 per day",
            "weekday": {"fri": 2},
            "month": {"apr": 1.5},
            "holiday": {"any": 0.5, "Good Friday": 0.1},
            "growth": "1 % per month",
        },
        "enters": {"order": 1},
    }
    events = {
        "rush": {"holiday": "Good Friday", "before": "2 days", "arrivals": {"times": 3}},
        "other": {"holiday": "Good Friday", "arrivals": {"times": 7, "personas": ["bert"]}},
    }
    bert = {"arrivals": {"rate": "1 per day"}, "enters": {"order": 1}}
    found = means(model(personas={"anna": anna, "bert": bert}, events=events))
    grown = {date: 20 * 1.01 ** (day / 30.4375) for day, date in enumerate(found)}
    expected = {
        "2026-04-03": 2 * 1.5 * 0.1 * 3,  # Good Friday
        "2026-04-02": 1.5 * 3,  # Maundy Thursday
        "2026-04-01": 1.5 * 3,
        "2026-03-31": 1.0,
        "2026-04-06": 1.5 * 0.5,  # Easter Monday
        "2026-03-08": 0.5,  # Women's Day, a holiday in Berlin only
        "2027-03-26": 2 * 0.1 * 3,  # Good Friday again, in March
        "2028-04-14": 2 * 1.5 * 0.1 * 3,
        "2028-12-25": 0.5,
    }
    for date, factor in expected.items():
        assert found[date] == pytest.approx(grown[date] * factor, rel=1e-12), date


def test_a_new_price_is_an_event_without_an_end() -> None:
    """A price from a date on holds to the end; a later sale goes before it while it lasts."""
    events = {
        "dearer": {"from": "2026-06-01", "price": {"boots": 139}},
        "sale": {"from": "2027-01-10", "to": "2027-01-11", "price": {"boots": 99}},
    }
    line = price_timeline(model(events=events), "boots")
    days = [(time // DAY, price) for time, price in line]
    dated = [(datetime.date(2026, 1, 5) + datetime.timedelta(days=day), price) for day, price in days]
    assert [(str(date), price / 1e6) for date, price in dated] == [
        ("2026-01-05", 129.0),
        ("2026-06-01", 139.0),
        ("2027-01-10", 99.0),
        ("2027-01-12", 139.0),
    ]


def test_holidays_come_every_year() -> None:
    """A price on a holiday comes back every year."""
    line = price_timeline(
        model(events={"xmas": {"holiday": "Christmas Day", "price": {"boots": 1}}}), "boots"
    )
    assert [price / 1e6 for _, price in line] == [129.0, 1.0, 129.0, 1.0, 129.0, 1.0, 129.0]


def test_nobody_arrives_without_arrivals() -> None:
    """A persona without arrivals has mean 0 on every date."""
    one = model()
    np.testing.assert_array_equal(day_means(one, "anna", None), np.zeros(1096))
