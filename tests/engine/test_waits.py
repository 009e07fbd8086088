"""Waits that depend on the customer and on the date: what compiled code draws, against what laws say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from simulator.engine import rules, waits
from simulator.engine.streams import mixed
from simulator.laws.families import Family
from simulator.laws.law import Law
from simulator.program.compile import compile_journey
from simulator.program.image import image_of
from simulator.program.program import Program
from simulator.spec.load import journey_from_data
from simulator.spec.quantities import TimeLaw
from simulator.spec.units import DAY

HOUR = 3_600_000


def program_of(after: Any, shocks: dict[str, Any] | None = None) -> Program:
    """Compile a race with one clock of interest; `due` is attribute 1."""
    return compile_journey(
        journey_from_data(
            {
                "start": "2026-01-05",
                "horizon": "60 days",
                "goal": ["a"],
                "outcomes": ["left", "lost"],
                "attributes": {"due": {"planned": "10 days"}},
                "personas": {"tim": {"arrivals": {"rate": "1 per day"}, "enters": {"a": 1}}},
                "touchpoints": {"a": {"race": {"lost": {"after": after}, "left": {"after": "900 days"}}}},
                **({"shocks": shocks} if shocks else {}),
            }
        )
    )


class Wait:
    """Draws one law of a program."""

    def __init__(self, program: Program, family: Family) -> None:
        self.ints, self.floats = image_of(program)
        self.law = program.structure.laws[:, 0].tolist().index(int(family))
        self.at = program.names.attributes.index("due")

    def draw(self, due: float, now: int = 0, age: int = 0, number: int = 0) -> int:
        """Draw with the number-th luck."""
        cells = np.zeros(4)
        cells[self.at] = due
        return waits.draw_wait(self.ints, self.floats, self.law, number, 7, 3, cells, 0, now, age)

    def survived(self, due: float, now: int, age: int) -> float:
        """Give the chance to have lasted so long."""
        cells = np.zeros(4)
        cells[self.at] = due
        return waits.survived(self.ints, self.floats, self.law, cells, 0, now, age)

    def uniform(self, number: int) -> float:
        """Give the number-th luck."""
        return mixed(number, 7, 3, 0)


LEFT = {"hazard": {"clock": {"until": "due"}, "per_day": {"0-2 days": 0.3, "5-9 days": 0.1, "overdue": 2}}}
AGE = {"hazard": {"per_day": {"0-2 days": 0.3, "5+ days": 0.1}}}


def law_of(written: Any) -> Law:
    """Read a law."""
    found: Law = TypeAdapter(TimeLaw).validate_python(written)
    return found


def test_until_is_the_time_to_the_date() -> None:
    """To the millisecond; a past date is 0 s, however old the wait."""
    wait = Wait(program_of({"until": "due"}), Family.UNTIL)
    assert wait.draw(10.0 * DAY, now=3 * DAY) == 7 * DAY
    assert wait.draw(1234.0, now=1000, age=500) == 234
    assert wait.draw(10.0 * DAY, now=11 * DAY) == 0
    assert (wait.survived(10.0 * DAY, 10 * DAY, DAY), wait.survived(10.0 * DAY - 1, 10 * DAY, DAY)) == (
        1.0,
        0.0,
    )


@pytest.mark.parametrize("left", [12.0, 9.0, 7.3, 5.0, 2.0, 0.5, 0.0, -1.0])
def test_a_hazard_of_the_time_left_is_the_hazard_turned_around(left: float) -> None:
    """Drawn step by step it is what the law says so long before the date, whatever the hour."""
    wait, law = Wait(program_of(LEFT), Family.HAZARD_LEFT), law_of(LEFT)
    for now in (0, 17 * HOUR + 13):
        for number in range(50):
            expected = law.given(left * DAY).quantile(wait.uniform(number))
            assert abs(wait.draw(now + left * DAY, now=now, number=number) - expected) <= 1


def test_an_old_hazard_of_the_time_left_needs_no_age() -> None:
    """The time left says all: how long he has waited already changes nothing."""
    wait = Wait(program_of(LEFT), Family.HAZARD_LEFT)
    assert wait.draw(6.0 * DAY, age=0, number=3) == wait.draw(6.0 * DAY, age=50 * DAY, number=3)
    assert wait.survived(6.0 * DAY, now=0, age=4 * DAY) == pytest.approx(math.exp(-0.1 * 3), rel=1e-12)
    assert wait.survived(-1.0 * DAY, now=0, age=4 * DAY) == pytest.approx(math.exp(-(0.3 * 2 + 2)), rel=1e-12)


@pytest.mark.parametrize("age", [0, DAY, 3 * DAY, 8 * DAY])
def test_a_shocked_hazard_gathers_its_factor(age: int) -> None:
    """A factor that changes by the week multiplies the rate from its Monday on; with factor 1 it is the law."""
    program = program_of(AGE, {"s": {"on": "touchpoints.a.race.lost", "per": "week", "sd": 0.5}})
    plain, wait = Wait(program_of(AGE), Family.HAZARD), Wait(program, Family.HAZARD)
    for number in range(30):
        assert abs(wait.draw(0.0, 3 * DAY, age, number) - plain.draw(0.0, 3 * DAY, age, number)) <= 1
    doubled = program.values.levels.copy()
    doubled[program.structure.shock_levels[1, 0]] = 2.0  # the second week
    twice = Wait(program.with_values(replace(program.values, levels=doubled)), Family.HAZARD)
    for number in range(200):
        left = twice.draw(0.0, 3 * DAY, age, number)
        gathered = _integral(3 * DAY, left, age)
        if left < 50 * DAY:
            assert gathered == pytest.approx(-math.log1p(-twice.uniform(number)), rel=1e-6, abs=1e-9)


def _integral(now: int, left: int, age: int) -> float:
    """Integrate the hazard of AGE, doubled from day 7 to 14, in steps of a minute's fraction."""
    edges = np.unique(
        np.clip(
            [now, now + left, 7 * DAY, 14 * DAY, now - age + 2 * DAY, now - age + 5 * DAY], now, now + left
        )
    )
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    old = middle - now + age
    rate = np.where(old < 2 * DAY, 0.3, np.where(old < 5 * DAY, 0.0, 0.1)) / DAY
    factor = np.where((middle >= 7 * DAY) & (middle < 14 * DAY), 2.0, 1.0)
    return float((rate * factor * width).sum())


def test_a_law_that_waits_for_nothing_is_drawn_as_ever() -> None:
    """The same luck, the same time: nothing moves in models without dates."""
    program = program_of({"gamma": {"mean": "3 days", "cv": 0.7}})
    ints, floats = image_of(program)
    law = program.structure.laws[:, 0].tolist().index(int(Family.GAMMA))
    for number in range(100):
        plain = rules.draw_time(ints, floats, law, number, 7, 3)
        assert waits.draw_wait(ints, floats, law, number, 7, 3, np.zeros(4), 0, 5 * DAY, 0) == plain


def test_a_clock_that_did_not_ring_is_less_likely_to() -> None:
    """Bayes: p S / (1 - p + p S); a side trip made since does not ring again, a sure clock always does."""
    wait = Wait(program_of(AGE), Family.HAZARD)

    def rings(chance: float, side_trip: int, visited: bool, age: int) -> float:
        return waits.still_rings(
            wait.ints, wait.floats, wait.law, chance, side_trip, visited, np.zeros(4), 0, 0, age
        )

    lasting = math.exp(-0.3 * 2)
    assert rings(0.4, 0, False, 3 * DAY) == pytest.approx(0.4 * lasting / (0.6 + 0.4 * lasting))
    assert rings(1.0, 0, True, 3 * DAY) == 1.0
    assert rings(1.0, 1, True, 3 * DAY) == 0.0
    assert rings(1.0, 1, False, 3 * DAY) == 1.0
    assert rings(0.4, 1, True, 0) == 0.4
