"""Customers of a log who go on from where they were seen last: what could have gone unseen, and what is left.

Each test knows the answer in closed form, for some ten thousand cases in one replication; 4.89 standard errors.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.engine import kernel
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.cases import OpenCases
from simulator.spec.load import journey_from_data
from simulator.spec.units import DAY

NUMBER = 20_000


def program_of(touchpoints: dict[str, Any], age: float, **more: Any) -> Program:
    """Compile a journey that starts from cases at `a`, who entered so many days ago."""
    past = more.pop("past", [])
    known = more.pop("known", {})
    model = {
        "start": "2026-01-05",
        "horizon": "60 days",
        "goal": ["b"],
        "outcomes": ["left", "lost"],
        "personas": {"tim": {}},
        "touchpoints": {"b": {"next": {"left": 1}}, **touchpoints},
        **more,
    }
    journey = journey_from_data(model)
    names = tuple(journey.model.touchpoints)
    entered = np.full(NUMBER, -round(age * DAY))
    cases = OpenCases(
        day=journey.model.start,
        ids=tuple(map(str, range(NUMBER))),
        personas=("tim",),
        touchpoints=names,
        persona=np.zeros(NUMBER, np.int64),
        touchpoint=np.full(NUMBER, names.index("a")),
        entered=entered,
        arrived=entered,
        orders=np.zeros(NUMBER, np.int64),
        attributes={name: np.full(NUMBER, value) for name, value in known.items()},
        past=np.array(
            [
                (case, names.index(place), times, round(left * DAY))
                for case in range(NUMBER)
                for place, times, left in past
            ],
            dtype=np.int64,
        ).reshape(-1, 4),
    )
    return compile_journey(replace(journey, cases=cases))


def played(program: Program) -> tuple[dict[str, int], Any]:
    """Play; give the customers by outcome (and those still open), and the visits."""
    tally, log = kernel.simulate(program, 1, 0, log=True)
    ends = dict(zip(program.names.outcomes, tally["outcomes"][0].tolist(), strict=True))
    assert sum(ends.values()) + int(tally["open"][0]) == int(tally["people"][0, 0]) == NUMBER
    visits = log.visits[log.visits[:, 7] != Manner.OPEN]
    return {**ends, "open": int(tally["open"][0])}, visits


def like(count: int, chance: float) -> bool:
    """Say whether a count of all cases is what a chance gives."""
    return abs(count - NUMBER * chance) <= 4.89 * math.sqrt(NUMBER * chance * (1 - chance))


def left_at(program: Program, visits: Any, touchpoint: str) -> Any:
    """Give when visits to a touchpoint ended, in days."""
    return np.sort(visits[visits[:, 2] == program.names.touchpoints.index(touchpoint), 6] / DAY)


def entered_at(program: Program, visits: Any, touchpoint: str) -> Any:
    """Give when visits to a touchpoint began, in days."""
    return np.sort(visits[visits[:, 2] == program.names.touchpoints.index(touchpoint), 4] / DAY)


def test_a_stay_goes_on_for_what_is_left_of_it() -> None:
    """Weibull, seen 10 days ago: the chance to last longer than x more is S(10 + x) / S(10)."""
    program = program_of(
        {"a": {"dwell": {"weibull": {"mean": "9 days", "shape": 1.6}}, "next": {"b": 1}}}, 10
    )
    _, visits = played(program)
    times = left_at(program, visits, "a")
    assert len(times) == NUMBER
    scale = 9 / math.gamma(1 + 1 / 1.6)
    for x in (1.0, 3.0, 6.0):
        lasting = math.exp((10 / scale) ** 1.6 - ((10 + x) / scale) ** 1.6)
        assert like(int((times > x).sum()), lasting)


def test_silence_may_be_an_end_nobody_saw() -> None:
    """At `a` 4 days of mean stay, then 30 % to b and out otherwise: Bayes says who is still there after 5."""
    row = {"dwell": {"exponential": {"mean": "4 days"}}, "next": {"b": 0.3, "left": "rest"}}
    program = program_of({"a": row}, 5)
    _, visits = played(program)
    lasting = math.exp(-5 / 4)
    still = lasting / (lasting + (1 - lasting) * 0.7)  # b would have been seen
    assert like(len(left_at(program, visits, "a")), still)


def test_who_is_on_his_way_goes_where_it_takes_long() -> None:
    """A fork of a fast and a slow way: after 6 days without a sign it is the slow one, or the end."""
    fast, slow = {"exponential": {"mean": "2 days"}}, {"exponential": {"mean": "10 days"}}
    row = {"b": {"p": 0.6, "after": fast}, "c": {"p": 0.3, "after": slow}, "left": "rest"}
    program = program_of({"a": {"next": row}, "c": {"next": {"lost": 1}}}, 6)
    ends, visits = played(program)
    weights = {"b": 0.6 * math.exp(-3), "c": 0.3 * math.exp(-0.6), "left": 0.1}
    total = sum(weights.values())
    came = entered_at(program, visits, "c")
    in_time = 1 - math.exp(-60 / 10)
    assert like(len(came), weights["c"] / total * in_time)
    assert like(int((came > 4).sum()), weights["c"] / total * (math.exp(-0.4) - math.exp(-6)))
    assert len(left_at(program, visits, "a")) == 0  # he left before the run began: counted then, not now
    assert like(ends["left"], (weights["b"] + weights["left"]) / total)


def test_a_race_goes_on_knowing_who_has_not_rung() -> None:
    """A sure clock, one that may not ring and a hazard of age, none heard of for 3 days."""
    race = {
        "b": {"after": {"exponential": {"mean": "5 days"}}},
        "c": {"after": "4 days", "p": 0.5},
        "lost": {"after": {"hazard": {"per_day": {"0-3 days": 2, "3-8 days": 0.1}}}},
    }
    program = program_of({"a": {"race": race}, "c": {"next": {"lost": 1}}}, 3)
    _, visits = played(program)
    first_day = math.exp(-1 / 5 - 0.1)  # nobody has rung a day later
    assert like(len(entered_at(program, visits, "c")), 0.5 * first_day)
    assert like(int((left_at(program, visits, "a") < 1.0).sum()), 1 - first_day)


def test_a_clock_that_should_have_rung_probably_never_will() -> None:
    """P S / (1 - p + p S): half as likely a priori, after two means it rings in one case of eight."""
    race = {"b": {"after": {"exponential": {"mean": "3 days"}}, "p": 0.5}, "left": {"after": "50 days"}}
    program = program_of({"a": {"race": race}}, 6)
    _, visits = played(program)
    lasting = math.exp(-2)
    rings = 0.5 * lasting / (0.5 + 0.5 * lasting)
    assert like(len(entered_at(program, visits, "b")), rings * (1 - math.exp(-44 / 3)))


def test_a_side_trip_is_made_once() -> None:
    """Sent since he entered, the mail is not sent again; not sent yet, it comes when its time is up."""
    places = {
        "a": {"race": {"mail": {"after": "8 days", "side_trip": True}, "left": {"after": "40 days"}}},
        "mail": {"next": {"back": 1}},
    }
    for past, mails in (([("mail", 1, -1.0)], 0), ([("mail", 1, -9.0)], NUMBER), ([], NUMBER)):
        _, visits = played(program_of(places, 5, past=past))
        program = program_of(places, 5, past=past)
        times = entered_at(program, visits, "mail")
        assert len(times) == mails
        assert not mails or (times == 3.0).all()


def test_a_planned_date_is_kept() -> None:
    """He comes on the date that was known, whenever he booked; a date nobody told is drawn from his first event."""
    race = {"b": {"after": {"until": "due"}}}
    attributes = {"due": {"planned": "20 days"}}
    told = program_of({"a": {"race": race}}, 12, attributes=attributes, known={"due": 3.25 * DAY})
    assert (entered_at(told, played(told)[1], "b") == 3.25).all()
    untold = program_of({"a": {"race": race}}, 12, attributes=attributes)
    assert (entered_at(untold, played(untold)[1], "b") == 8.0).all()


def test_what_was_done_before_is_known() -> None:
    """Visits, time since one, orders and time since the first event are read by expressions."""
    row = {
        "seen": {
            "if": "visits.b == 3 and since.b == 9 days and elapsed == 12 days and orders == 0",
            "then": {"left": 1},
        },
        "else": {"lost": 1},
    }
    program = program_of({"a": {"dwell": "12 days", "next": row}}, 12 - 1e-9, past=[("b", 3, 3.0 - 12)])
    ends, _ = played(program)
    assert ends["left"] == NUMBER


def test_sales_of_before_are_not_sold_again() -> None:
    """Who is on his way from a purchase bought before the run; who is still in the shop buys in it."""
    shop = {"sells": {"one_of": {"boots": 1}}}
    products = {"boots": {"price": 1}}
    way = {"next": {"b": {"p": 1, "after": "9 days"}}}
    gone = program_of({"a": {**shop, **way}}, 5, products=products)
    inside = program_of({"a": {**shop, **way, "dwell": "9 days"}}, 5, products=products)
    sold = [int(kernel.simulate(one, 1, 0)[0]["units"][:, :, 1].sum()) for one in (gone, inside)]
    assert sold == [0, NUMBER]


def test_who_should_have_gone_on_goes_on_at_once() -> None:
    """An age no law allows: the stay, or the decision, is over as the run begins."""
    stay = program_of({"a": {"dwell": "2 days", "next": {"b": 1}}}, 5)
    way = program_of({"a": {"next": {"b": {"p": 1, "after": "2 days"}}}}, 5)
    race = program_of({"a": {"race": {"b": {"after": "2 days"}}}}, 5)
    for program, day in ((stay, 0.0), (way, 2.0), (race, 0.0)):
        times = entered_at(program, played(program)[1], "b")
        assert len(times) == NUMBER
        assert (times == day).all()


def test_a_case_keeps_its_luck() -> None:
    """His address is his id: an idea that does not touch him changes nothing he does."""
    places = {"a": {"dwell": {"exponential": {"mean": "9 days"}}, "next": {"b": 0.5, "left": "rest"}}}
    idea = {**places, "b": {"dwell": "1 day", "next": {"lost": 1}}}
    base, other = (left_at(one, played(one)[1], "a") for one in (program_of(places, 3), program_of(idea, 3)))
    assert np.array_equal(base, other)
