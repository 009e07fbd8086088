from __future__ import annotations

import datetime
import os
import subprocess
import sys
from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.program.checks import check_journey
from simulator.spec.holidays import event_spans, holiday_factors, public_holidays
from simulator.spec.load import Journey, journey_from_data

DATA: dict[str, Any] = {
    "start": "2026-03-01",
    "horizon": "2 years",
    "goal": "order",
    "holidays": {"country": "DE", "subdivision": "BY"},
    "products": {"boots": {"price": 100}},
    "personas": {"anna": {"arrivals": {"rate": "10 per day"}, "enters": {"order": 1}}},
    "touchpoints": {"order": {"sells": {"one_of": {"boots": 1}}, "empty": {"left": 1}, "next": {"left": 1}}},
    "outcomes": ["left"],
}


def journey(**changes: Any) -> Journey:
    """Load the model with changes."""
    return journey_from_data({**DATA, **changes})


def arrivals(**more: Any) -> dict[str, Any]:
    """Describe Anna with more said about her arrivals."""
    return {"anna": {"arrivals": {"rate": "10 per day", **more}, "enters": {"order": 1}}}


def spans(event: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    """Give the dates of an event."""
    model = journey(events={"one": {"arrivals": {"times": 2}, **event}}, **changes).model
    return [(str(since), str(to)) for since, to in event_spans(model, model.events["one"])]


def test_easter_moves() -> None:
    """A holiday is found in every year of the simulated time, under either of its names."""
    for name in ("Good Friday", "Karfreitag"):
        assert spans({"holiday": name}) == [("2026-04-03", "2026-04-03"), ("2027-03-26", "2027-03-26")]


def test_days_before_and_after() -> None:
    """An event may begin before its holiday and end after it, also where the holiday itself is outside."""
    assert spans({"holiday": "Good Friday", "before": "2 days", "after": "3 days"})[0] == (
        "2026-04-01",
        "2026-04-06",
    )
    short = {"start": "2026-03-01", "horizon": "1 month"}  # ends before Good Friday, 3 April
    assert spans({"holiday": "Good Friday", "before": "5 days"}, **short) == [("2026-03-29", "2026-03-31")]


def test_days_that_overlap_count_once() -> None:
    """Holidays whose days overlap are one span, so a factor is not taken twice."""
    found = spans({"holiday": ["Christmas Day", "Second Day of Christmas"], "before": "1 day"})
    assert found == [("2026-12-24", "2026-12-26"), ("2027-12-24", "2027-12-26")]


def test_any_is_every_holiday() -> None:
    """`any` stands for all holidays of the place."""
    found = spans({"holiday": "any"}, horizon="3 months")
    assert [since for since, _ in found] == [
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-05-14",
        "2026-05-25",
    ]


def test_open_ends() -> None:
    """Without `from` an event holds from the start, without `to` to the end."""
    assert spans({"from": "2026-05-01"}) == [("2026-05-01", "2028-02-29")]
    assert spans({"to": "2026-05-01"}) == [("2026-03-01", "2026-05-01")]


def test_factors_by_name_and_of_the_rest() -> None:
    """A holiday has the factor of its name, else that of `any`; of two names both count."""
    listed = {"any": 0.5, "Good Friday": 0.2, "Karfreitag": 0.5, "New Year's Day": 0}
    model = journey(personas=arrivals(holiday=listed)).model
    factors = holiday_factors(model, model.personas["anna"].arrivals)
    assert factors[datetime.date(2026, 4, 3)] == pytest.approx(0.1)
    assert factors[datetime.date(2026, 4, 6)] == 0.5
    assert factors[datetime.date(2027, 1, 1)] == 0.0
    assert datetime.date(2026, 4, 4) not in factors


def test_names_do_not_depend_on_the_machine() -> None:
    """The language of the machine has no influence: the library would take it if none were named."""
    text = (
        "from simulator.spec.holidays import public_holidays; "
        "print(sorted(public_holidays('DE', None, 2026, 2026)))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", text],
            env={**os.environ, "LANGUAGE": language, "LANG": f"{language}.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for language in ("de", "en_US", "th")
    }
    assert len(said) == 1
    assert {"Karfreitag", "Good Friday"} <= set(public_holidays("DE", None, 2026, 2026))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holidays": {"country": "Germany"}}, "write 'DE'"),
        ({"holidays": {"country": "Germny"}}, "write 'DE'"),
        ({"holidays": {"country": "DX"}}, "ISO 3166"),
        ({"holidays": {"country": "DE", "subdivision": "Bayern"}}, "write 'BY'"),
        ({"holidays": {"country": "DE", "subdivision": "BX"}}, "choose from"),
        ({"holidays": {"country": "SG", "subdivision": "X"}}, "leave subdivision out"),
        ({"events": {"e": {"holiday": "Good Fryday"}}}, "did you mean 'Good Friday'"),
        ({"events": {"e": {"holiday": "Good Friday", "from": "2026-05-01"}}}, "both dates and a holiday"),
        ({"events": {"e": {"arrivals": {"times": 2}}}}, "an event has no date"),
        ({"events": {"e": {"from": "2026-05-01", "before": "1 day"}}}, "counts from a holiday"),
        ({"events": {"e": {"holiday": "any", "after": "12 h"}}}, "counts whole days"),
        ({"events": {"e": {"from": "2029-05-01"}}}, "lies outside the simulated time"),
        ({"personas": arrivals(holiday={"Karfreitg": 1})}, "did you mean 'Karfreitag'"),
        ({"personas": arrivals(holiday={"any": -1})}, "anna.arrivals.holiday"),
    ],
)
def test_wrong_dates_are_refused(changes: dict[str, Any], said: str) -> None:
    """What cannot be is refused with the value seen and the nearest that can."""
    with pytest.raises(ModelError) as caught:
        journey(**changes)
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_holidays_of_nowhere_are_refused() -> None:
    """A factor or an event by holiday needs to know whose holidays are meant."""
    data = {key: value for key, value in DATA.items() if key != "holidays"}
    for changes in ({"personas": arrivals(holiday={"any": 0.5})}, {"events": {"e": {"holiday": "any"}}}):
        with pytest.raises(ModelError, match=r"write holidays: \{country: DE\}"):
            journey_from_data({**data, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"horizon": "2 weeks", "events": {"e": {"holiday": "Christmas Day", "arrivals": {"times": 2}}}},
            "no such holiday falls in the simulated time",
        ),
        ({"products": {"boots": {"price": 1, "sold": {"from": "2031-01-01"}}}}, "never on sale"),
        ({"products": {"boots": {"price": 1, "sold": {"to": "2021-01-01"}}}}, "never on sale"),
    ],
)
def test_dates_hardly_meant_are_told(changes: dict[str, Any], said: str) -> None:
    """What can be simulated but never happens is told by a check."""
    found = check_journey(journey(**changes))
    told = [problem.message for problem in found.advice]
    assert any(said in message for message in told), told
