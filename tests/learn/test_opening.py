"""Starting from the open cases of a log: who they are, what was known, and what is refused."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.errors import LogError
from simulator.learn import Columns, read_log, start_from
from simulator.program.calendar import day_means
from simulator.program.compile import compile_journey
from simulator.program.tables import Case
from simulator.spec.load import Journey, journey_from_data

DAY = 86_400_000
AS_OF = datetime.date(2026, 2, 1)
COLUMNS = Columns("case", "event", "time", persona="group", dates=("due",), numbers=("mood",))
HEADER = "case,event,time,group,due,mood"

MODEL: dict[str, Any] = {
    "start": "2026-01-01",
    "horizon": "4 weeks",
    "goal": ["arrived"],
    "outcomes": ["left", "lost"],
    "attributes": {"due": {"planned": "20 days"}, "mood": {"initial": 0.5}},
    "personas": {
        "tim": {"arrivals": {"rate": "5 per day", "growth": "10 % per month"}, "enters": {"booked": 1}},
        "other": {"arrivals": {"rate": "5 per day"}, "enters": {"booked": 1}},
    },
    "touchpoints": {
        "booked": {
            "race": {
                "arrived": {"after": {"until": "due"}},
                "mail": {"after": "3 days", "side_trip": True},
                "left": {"after": {"hazard": {"clock": {"until": "due"}, "per_day": {"0+ days": 0.01}}}},
            }
        },
        "mail": {"next": {"back": 1}},
        "arrived": {"sells": {"one_of": {"room": 1}}, "next": {"away": {"p": 1, "after": "3 days"}}},
        "away": {"next": {"left": 1}},
    },
    "products": {"room": {"price": 90}},
}


def journey(**changes: Any) -> Journey:
    """Load the model with other parts."""
    return journey_from_data({**MODEL, **changes})


def rows(*lines: str) -> list[str]:
    """Write a log."""
    return [HEADER, *lines]


BOOKED = "a,booked,2026-01-10,tim,2026-02-10,0.2"
# The log goes on until the day.
LAST = "z,away,2026-01-31,tim,,"


def started(log_file: Any, *lines: str, **changes: Any) -> Journey:
    """Start from a log."""
    return start_from(journey(**changes), read_log(log_file(rows(*lines), "log.csv"), COLUMNS), AS_OF)


def case_of(one: Journey, name: str) -> dict[str, Any]:
    """Give what is known of an open case."""
    cases = one.cases
    assert cases is not None
    at = cases.ids.index(name)
    return {
        "persona": cases.personas[cases.persona[at]],
        "touchpoint": cases.touchpoints[cases.touchpoint[at]],
        "entered": cases.entered[at] / DAY,
        "arrived": cases.arrived[at] / DAY,
        "orders": int(cases.orders[at]),
        "due": cases.attributes["due"][at] / DAY,
        "mood": cases.attributes["mood"][at],
        "past": {
            cases.touchpoints[place]: (n, t / DAY) for who, place, n, t in cases.past.tolist() if who == at
        },
    }


def problems(log_file: Any, *lines: str, day: datetime.date = AS_OF, **changes: Any) -> list[str]:
    """Say what is wrong with a start."""
    columns = changes.pop("columns", COLUMNS)
    with pytest.raises(LogError) as caught:
        start_from(journey(**changes), read_log(log_file(rows(*lines), "log.csv"), columns), day)
    return [str(problem) for problem in caught.value.problems]


def test_a_case_starts_where_it_was_seen_last(log_file: Any) -> None:
    """Touchpoint, time since entering (from noon), first event, attributes and orders are the log's."""
    one = started(
        log_file, BOOKED, "b,booked,2026-01-05,tim,2026-01-28,", "b,arrived,2026-01-30,tim,,0.9", LAST
    )
    booked, arrived = case_of(one, "a"), case_of(one, "b")
    assert (booked["touchpoint"], booked["entered"]) == ("booked", -21.5)
    assert (booked["due"], booked["mood"]) == (9, 0.2)
    assert (booked["orders"], booked["past"]) == (0, {})
    assert (arrived["touchpoint"], arrived["entered"], arrived["arrived"]) == ("arrived", -1.5, -26.5)
    assert (arrived["orders"], arrived["mood"], arrived["past"]) == (1, 0.9, {"booked": (1, -1.5)})
    assert one.cases is not None
    assert set(one.cases.ids) == {"a", "b"}  # who is away goes nowhere any more


def test_who_is_on_a_side_trip_stands_in_the_race_he_left(log_file: Any) -> None:
    """A message sent is in his past, and rings no second time."""
    one = started(log_file, BOOKED, "a,mail,2026-01-13,tim,,", LAST)
    case = case_of(one, "a")
    assert (case["touchpoint"], case["entered"], case["past"]) == ("booked", -21.5, {"mail": (1, -18.5)})


def test_the_last_date_told_before_the_day_counts(log_file: Any) -> None:
    """Who books another date is expected on it, unless he does so later."""
    told = ("a,booked,2026-01-12,tim,2026-02-20,", "a,booked,2026-02-03,tim,2026-03-20,")
    assert case_of(started(log_file, BOOKED, *told, LAST), "a")["due"] == 19


def test_a_persona_the_model_merged_is_its_other(log_file: Any) -> None:
    """`learn` writes small groups as `other`; their cases are found there."""
    assert case_of(started(log_file, BOOKED.replace("tim", "rare"), LAST), "a")["persona"] == "other"


def test_time_goes_on_from_the_day(log_file: Any) -> None:
    """Start, horizon, growth and warm-up are those of the day; nobody is there but those of the log."""
    one = start_from(
        journey(warm_up="1 week", follow_up="2 weeks"),
        read_log(log_file(rows(BOOKED, LAST), "log.csv"), COLUMNS),
        AS_OF,
        "10 days",
    )
    model = one.model
    assert (model.start, model.horizon_ms, model.warm_up_ms, model.follow_up_ms) == (
        AS_OF,
        10 * DAY,
        0,
        10 * DAY // 4,
    )
    assert day_means(model, "tim", model.personas["tim"].arrivals)[0] == pytest.approx(
        5 * 1.1 ** (31 / 30.4375)
    )
    assert compile_journey(one).existing == 1


def test_who_has_gone_unseen_is_over(log_file: Any) -> None:
    """A date that leads to an outcome leaves no event: once passed, the case is over and no mistake."""
    race = {"arrived": {"after": {"until": "due"}, "p": 0.4}, "left": {"after": {"until": "due"}}}
    touchpoints = {**MODEL["touchpoints"], "booked": {"race": race}}
    touchpoints.pop("mail")
    late = "b,booked,2026-01-10,tim,2026-01-20,"
    one = started(log_file, BOOKED, late, LAST, touchpoints=touchpoints)
    assert one.cases is not None
    assert one.cases.ids == ("a",)


# ---------------------------------------------------------------- the leak guard


def test_what_comes_later_changes_nothing(log_file: Any) -> None:
    """Rows of the day or later, and what only they tell, leave the program as it is, to the byte."""
    known = (BOOKED, "b,booked,2026-01-20,,2026-02-15,", LAST)
    later = (
        "b,arrived,2026-02-15,other,2026-03-01,0.1",
        "a,left,2026-02-01,other,2026-02-02,0.9",
        "c,booked,2026-02-01,tim,2026-04-01,0.3",
        "c,never seen before,2026-02-20,tim,,",
        "b,booked,2026-02-02,tim,,",
    )
    plain = compile_journey(started(log_file, *known[:1], known[1].replace(",,2026", ",tim,2026"), LAST))
    for number in range(len(later) + 1):
        lines = (later[0], *known[:1], *later[1:number], known[1].replace(",,2026", ",tim,2026"), LAST)
        found = compile_journey(started(log_file, *lines))
        assert found.hash == plain.hash, number


def test_columns_known_later_are_not_read(log_file: Any, tmp_path: Path) -> None:
    """A column that tells what became of a case does not change the start, whatever it is called."""
    lines = (BOOKED, "b,booked,2026-01-20,tim,2026-02-15,0.4", LAST)
    plain = compile_journey(started(log_file, *lines))
    fates = ("fate,orders,elapsed", "left,3,9", "arrived,1,8", "away,0,7")
    more = [f"{line},{fate}" for line, fate in zip([HEADER, *lines], fates, strict=True)]
    wide = read_log(log_file(more, "wide.csv"), COLUMNS)
    assert compile_journey(start_from(journey(), wide, AS_OF)).hash == plain.hash


# ---------------------------------------------------------------- bad input


def test_a_day_outside_the_log_is_refused(log_file: Any) -> None:
    """Before the first event nothing is known, after the last nobody knows what happened."""
    for day in (datetime.date(2026, 1, 10), datetime.date(2026, 2, 20)):
        (said,) = problems(log_file, BOOKED, LAST, day=day)
        assert f"{day} is no day to start from: the log tells 2026-01-10 to 2026-01-31" in said
        assert "choose a day from 2026-01-11 to 2026-02-01" in said


def test_every_problem_is_told_at_once(log_file: Any) -> None:
    """A place and a persona the model has not, dates in the past or unknown, two cases under one id."""
    lines = (
        "a,bokked,2026-01-10,tim,2026-02-10,",
        "b,booked,2026-01-10,tim,2026-01-28,",
        "c,booked,2026-01-10,tim,,",
        "d,booked,2026-01-10,tim,2026-02-10,",
        "d,booked,2026-01-12,other,2026-02-11,",
        "e,booked,2026-01-10,tim,2026-02-10,",
        "e ,booked,2026-01-10,tim,2026-02-10,",
        LAST,
    )
    found = problems(log_file, *lines)
    assert len(found) == 5
    text = "\n".join(found)
    assert (
        "1 open case is at 'bokked', which the journey has not; the first is a; did you mean 'booked'?"
        in text
    )
    assert "1 open case is waiting for a due before 2026-02-01: b" in text
    assert "1 open case is without a due that was known on 2026-02-01: c" in text
    assert "'d' is both 'tim' and 'other'" in text
    assert "'e' and 'e ' have the same id but for blanks" in text


def test_personas_must_be_known(log_file: Any) -> None:
    """A group the model has not, and a log without groups for a model with several."""
    personas = dict.fromkeys(("tim", "trudy"), MODEL["personas"]["tim"])
    found = problems(log_file, BOOKED.replace("tim", "trudi"), LAST, personas=personas)
    assert found == [
        "log.csv: 1 open case is of the persona 'trudi', which the journey has not; did you mean 'trudy'?"
    ]
    without = Columns("case", "event", "time", dates=("due",))
    (said,) = problems(log_file, BOOKED, LAST, columns=without)
    assert "the journey has 2 personas; name the column that tells which: tim, other" in said


def test_a_date_the_model_waits_for_must_be_a_column(log_file: Any) -> None:
    """Without it nobody would know when to expect anybody."""
    (said,) = problems(log_file, BOOKED, LAST, columns=Columns("case", "event", "time", persona="group"))
    assert "1 open case is waiting for 'due', and the log has no such column of dates" in said


def test_cases_of_a_place_an_idea_removes_are_told(log_file: Any) -> None:
    """The base starts, the idea cannot: that is said, not passed over."""
    without = {name: one for name, one in MODEL["touchpoints"].items() if name not in ("booked", "mail")}
    persona = {**MODEL["personas"]["tim"], "enters": {"arrived": 1}}
    (said,) = problems(log_file, BOOKED, LAST, touchpoints=without, personas={"tim": persona}, attributes={})
    assert "1 open case is at 'booked', which the journey has not" in said


def test_a_hundred_thousand_cases_start_in_seconds(log_file: Any) -> None:
    """The table of open cases is arrays: no step takes a Python loop per case but the hash of its id."""
    number = 100_000
    rng = np.random.default_rng(1)
    due = np.datetime64("2026-02-01") + rng.integers(0, 100, number)
    since = np.datetime64("2026-01-01") + rng.integers(0, 31, number)
    lines = [f"c{k},booked,{day},tim,{end}," for k, (day, end) in enumerate(zip(since, due, strict=True))]
    program = compile_journey(started(log_file, *lines, LAST))
    assert program.structure.cases.shape == (number, len(Case._fields))
    assert program.existing == number
