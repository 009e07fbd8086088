"""Planned dates, hazards and shocks in the language: what is read, and what is refused in words."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.laws.families import Family
from simulator.program.checks import check_journey
from simulator.program.shares import race_shares
from simulator.program.sight import PersonaSight
from simulator.spec.load import Journey, journey_from_data
from simulator.spec.units import DAY

MODEL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "8 weeks",
    "goal": ["arrived"],
    "outcomes": ["left"],
    "attributes": {"due": {"planned": "20 days"}, "mood": {"initial": 0.5}},
    "personas": {
        "tim": {"arrivals": {"rate": "5 per day"}, "enters": {"booked": 1}, "planned": {"due": "4 days"}},
        "trudy": {"arrivals": {"rate": "5 per day"}, "enters": {"booked": 1}},
    },
    "touchpoints": {
        "booked": {
            "race": {
                "arrived": {"after": {"until": "due"}},
                "missed": {"after": {"until": "due"}, "p": 0.25},
                "left": {
                    "after": {
                        "hazard": {"clock": {"until": "due"}, "per_day": {"0-7 days": 0.02, "7+ days": 0.01}}
                    }
                },
            }
        },
        "arrived": {"next": {"left": 1}},
        "missed": {"next": {"left": 1}},
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Give the model with one value changed; None removes it."""
    model: Any = copy.deepcopy(MODEL)
    *keys, last = path.split(".")
    place = model
    for key in keys:
        place = place.setdefault(key, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return dict(model)


def said(path: str, value: Any) -> list[str]:
    """Say what is wrong with a changed model."""
    with pytest.raises(ModelError) as caught:
        journey_from_data(changed(path, value))
    return [str(problem) for problem in caught.value.problems]


def race(journey: Journey, target: str) -> Any:
    """Give the law of a clock."""
    return (journey.model.touchpoints["booked"].race or {})[target].after


def test_a_planned_date_is_a_time() -> None:
    """In expressions it adds to and compares with times; `now` is the present one."""
    model = changed("touchpoints.booked.race.missed.if", "due - now > 2 days and mood < 1")
    model["touchpoints"]["arrived"]["set"] = {"due": "max(due, now + 1 day)", "mood": "(due - now) / 1 day"}
    assert journey_from_data(model).model.dates == {"due"}


def test_a_persona_has_dates_of_its_own() -> None:
    """The law of the time to the date is the persona's, else the model's."""
    model = journey_from_data(MODEL).model
    assert model.first_law("tim", "due").a == 4 * DAY
    assert model.first_law("trudy", "due").a == 20 * DAY


def test_bands_are_read_in_any_order_and_unit() -> None:
    """What no band names has rate 0; an open band has no end; overdue is the rate of the past."""
    law = race(
        journey_from_data(
            changed(
                "touchpoints.booked.race.left.after.hazard.per_day",
                {"2-3 days": 0.1, "0-12 h": 0.4, "overdue": 0.5, "1+ week": 0.2},
            )
        ),
        "left",
    )
    rates = [(edge / DAY, round(rate * DAY, 6)) for edge, rate in law.knots]
    assert rates == [(0, 0.4), (0.5, 0), (2, 0.1), (3, 0), (7, 0.2)]
    assert (law.family, law.c * DAY, law.attribute) == (Family.HAZARD_LEFT, 0.5, "due")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            "attributes.due",
            {"planned": "3 days", "initial": 0},
            "needs initial, a number, or planned, a date",
        ),
        ("attributes.due", {}, "needs initial, a number, or planned, a date"),
        ("attributes.due", {"planned": "3 days", "max": 4}, "a planned date has no min and max"),
        ("attributes.due", {"planned": {"until": "due"}}, "depends on nobody's planned date"),
        ("attributes.due", {"planned": {"hazard": {"per_day": {"0-2 days": 1}}}}, "this time may never end"),
        ("attributes.consent", {"planned": "3 days"}, "consent is 0 or 1, never a planned date"),
        ("personas.tim.attributes", {"due": 3}, "'due' holds a planned date; write it under planned"),
        ("personas.tim.planned", {"dew": "3 days"}, "is called 'dew'; did you mean 'due'?"),
        ("touchpoints.booked.race.arrived.after.until", "mood", "'mood' is a number, not a planned date"),
        ("touchpoints.booked.race.arrived.after.until", "dew", "is called 'dew'; did you mean 'due'?"),
        (
            "touchpoints.booked.race.arrived.after.until",
            3,
            "until names an attribute with a planned date, not 3",
        ),
        (
            "touchpoints.arrived.dwell",
            {"hazard": {"per_day": {"0-7 days": 1}}},
            "may never end the wait; give it a rate in a last band",
        ),
        (
            "touchpoints.arrived.dwell",
            {"hazard": {"clock": {"until": "due"}, "per_day": {"0+ days": 1}}},
            "30+ days, or overdue",
        ),
        (
            "touchpoints.arrived.set",
            {"due": "mood + 1"},
            "'mood + 1' is a number, and 'due' holds a date; write a time such as",
        ),
        ("touchpoints.arrived.set", {"mood": "due"}, "'due' is a time, where a number such as"),
        ("touchpoints.arrived.set", {"due": {"chance": 0.5}}, "it has no chance and no noise"),
        ("touchpoints.arrived.only_if", "due > 3", "a time (due) and a number (3) do not compare"),
        ("touchpoints.booked.race.arrived.p", 0.5, "nothing ends this race for sure"),
        ("touchpoints.booked.race.left.after", {"hazard": {}}, "hazard needs per_day"),
        ("touchpoints.booked.race.left.after", {"hazard": {"per_day": {}}}, "bands such as 0-7 days"),
        ("touchpoints.booked.race.left.after", {"hazard": {"per_day": {"a week": 1}}}, "not 'a week'"),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"per_day": {"7-7 days": 1}}},
            "ends before it begins",
        ),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"per_day": {"0-7 days": 1, "5+ days": 1}}},
            "the bands '0-7 days' and '5+ days' overlap",
        ),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"per_day": {"0+ days": -1}}},
            "an amount is 0 or more",
        ),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"per_day": {"overdue": 1}}},
            "overdue is for a clock of {until",
        ),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"clock": "time", "per_day": {"0+ days": 1}}},
            "a clock is age or {until",
        ),
        (
            "touchpoints.booked.race.left.after",
            {"hazard": {"rate": 3, "per_day": {"0+ days": 1}}},
            "no parameter 'rate'",
        ),
    ],
)
def test_what_fits_no_date_is_refused(path: str, value: Any, message: str) -> None:
    """Each in one problem that says what is wrong and what is allowed."""
    found = said(path, value)
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("arivals", "a shock cannot act on 'arivals'; write arrivals, personas.<persona>.arrivals"),
        ("personas.tom.arrivals", "no persona is called 'tom'; did you mean 'tim'?"),
        ("touchpoints.bocked.next.left", "no touchpoint is called 'bocked'; did you mean 'booked'?"),
        (
            "touchpoints.arrived.next.lefd",
            "is no target of a row or choice of 'arrived'; did you mean 'left'?",
        ),
        ("touchpoints.booked.race.arrived", "'touchpoints.booked.race.arrived' is no hazard"),
        ("", "is not a path"),
    ],
)
def test_a_shock_on_nothing_is_refused(on: str, message: str) -> None:
    """A path that leads nowhere, or to what no factor can multiply."""
    (found,) = said("shocks", {"luck": {"on": [on], "sd": 0.1}})
    assert message in found


def test_two_shocks_on_one_hazard_are_refused() -> None:
    """Which of them would it be?"""
    on = {"on": "touchpoints.booked.race.left", "sd": 0.1}
    (found,) = said("shocks", {"one": on, "two": on})
    assert "is struck by 'one' already" in found


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        ({"on": ["arrivals"]}, "sd is missing"),
        ({"on": [], "sd": 0.1}, "at least one is needed"),
        ({"on": "arrivals", "sd": -0.1}, "an amount is 0 or more"),
        ({"on": "arrivals", "sd": 0.1, "correlation": 1}, "correlation"),
        ({"on": "arrivals", "sd": 0.1, "per": "year"}, "expected 'day', 'week' or 'month'"),
    ],
)
def test_a_shock_has_a_size(shock: Any, message: str) -> None:
    """Size, period and likeness are checked where they are written."""
    assert any(message in one for one in said("shocks", {"luck": shock}))


def test_a_check_divides_a_race_of_dates() -> None:
    """Of those who stay until the date a quarter is missed: the clock that may not ring goes first."""
    journey = journey_from_data(changed("touchpoints.booked.race.left", {"after": "90 days"}))
    sight = PersonaSight(journey, "tim")
    shares = race_shares(journey.model.touchpoints["booked"].race or {}, sight.initial_law)
    assert shares == pytest.approx({"arrived": 0.75, "missed": 0.25, "left": 0.0})
    hazard = race_shares(journey_from_data(MODEL).model.touchpoints["booked"].race or {}, sight.initial_law)
    assert hazard["left"] == pytest.approx(1 - 2.718281828 ** (-0.02 * 4), abs=5e-3)


def test_a_model_of_dates_has_no_false_warnings() -> None:
    """Dates far away, hazards without an end: nothing is called dead that is not."""
    assert check_journey(journey_from_data(MODEL)).warnings == ()


def test_an_idea_may_move_a_date() -> None:
    """A scenario replaces a law whole, and may change what kind of attribute it is."""
    changes = {
        "touchpoints": {"booked": {"race": {"left": {"after": {"hazard": {"per_day": {"0+ days": 0.01}}}}}}}
    }
    idea = journey_from_data(MODEL, {"name": "by age", "changes": changes})
    assert race(idea, "left").family is Family.HAZARD
    personas = {"tim": {"planned": {"due": {"scale": 2}}}}
    twice = journey_from_data(MODEL, {"name": "later", "changes": {"personas": personas}})
    assert twice.model.first_law("tim", "due").a == 8 * DAY
    number = {"attributes": {"due": {"planned": None, "initial": 3}}}
    with pytest.raises(ModelError, match="is a number, not a planned date"):
        journey_from_data(MODEL, {"name": "no dates", "changes": number})
