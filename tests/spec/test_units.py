"""How written quantities become numbers, and what the messages say when they do not."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.spec import units

MINUTE, HOUR = 60_000.0, 3_600_000.0


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("10 s", 10_000.0),
        ("10 min", 10 * MINUTE),
        ("10min", 10 * MINUTE),
        (" 1.5 h ", 1.5 * HOUR),
        ("1 hour", HOUR),
        ("2 hours", 2 * HOUR),
        ("1 day", 24 * HOUR),
        ("3 days", 72 * HOUR),
        ("1 week", 168 * HOUR),
        ("26 weeks", 26 * 168 * HOUR),
        ("1 month", 30.4375 * 24 * HOUR),
        ("12 months", 365.25 * 24 * HOUR),
        (".5 s", 500.0),
        ("1e-3 s", 1.0),
        ("0 min", 0.0),
        (0, 0.0),
        (0.0, 0.0),
        ("0", 0.0),
    ],
)
def test_durations_are_read_in_every_unit(text: str | float, milliseconds: float) -> None:
    """A duration is its number times its unit; a month is a twelfth of 365.25 days."""
    assert units.parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (10, "needs a unit"),
        ("10", "10 min"),
        (True, "not a duration"),
        ("ten min", "not a duration"),
        ("10 minutes", "write 'min'"),
        ("10 Min", "write 'min'"),
        ("2 years", "12 months"),
        ("3 dys", "did you mean 'days'?"),
        ("-3 days", "cannot be negative"),
        ("nan days", "not a duration"),
        ("inf days", "not a duration"),
        ("1e400 days", "too large"),
        ("1e30 days", "longer than any simulation"),
        ("1,000 days", "not a duration"),
        ("1_000 days", "not a duration"),
        ("1 h 30 min", "not a duration"),
        ("١٠ min", "not a duration"),
        ("", "not a duration"),
        (float("nan"), "not a duration"),
        (float("inf"), "not a duration"),
    ],
)
def test_a_wrong_duration_says_what_is_allowed(text: Any, said: str) -> None:
    """What is no duration is refused with the value seen and the way out."""
    with pytest.raises(ValueError, match=r".") as caught:
        units.parse_duration(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "start", "days"),
    [
        ("26 weeks", "2026-01-05", 182),
        ("10 days", "2026-01-05", 10),
        ("1 month", "2026-02-01", 28),
        ("1 month", "2028-02-01", 29),
        ("3 months", "2026-01-31", 89),
        ("12 months", "2027-06-01", 366),
        ("12 months", "2028-02-29", 365),
        ("120 months", "2026-01-01", 3652),
        ("3 years", "2026-01-05", 1096),
        ("1.5 years", "2026-01-31", 546),
        ("1 year", "2028-02-29", 365),
    ],
)
def test_the_months_of_a_horizon_are_calendar_months(text: str, start: str, days: int) -> None:
    """A horizon in months or years ends on the same day of a later month, or on that month's last day."""
    assert units.parse_horizon(text, datetime.date.fromisoformat(start)) == days * units.DAY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.5 months", "whole calendar months"),
        ("0 weeks", "must last some time"),
        (0, "must last some time"),
        ("0.1 s", None),
        ("1e9 days", "after the year 9999"),
        ("1e6 months", "after the year 9999"),
        (26, "needs a unit"),
    ],
)
def test_a_horizon_that_cannot_be_is_refused(text: str | float, said: str | None) -> None:
    """Broken months, nothing at all and the end of the calendar are refused in words."""
    start = datetime.date(2026, 1, 5)
    if said is None:
        assert units.parse_horizon(text, start) == 100
        return
    with pytest.raises(ValueError, match=said):
        units.parse_horizon(text, start)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_rate, "140 per day", 140.0),
        (units.parse_rate, "2 per hour", 48.0),
        (units.parse_rate, "70 per week", 10.0),
        (units.parse_rate, "30.4375 per month", 1.0),
        (units.parse_rate, "0 per day", 0.0),
        (units.parse_money_rate, "35 per hour", 840.0),
        (units.parse_money_rate, "0.05 per day", 0.05),
        (units.parse_money_rate, 0, 0.0),
        (units.parse_growth, "1 % per month", 0.01),
        (units.parse_growth, "1% per month", 0.01),
        (units.parse_growth, "-0.5 % per month", -0.005),
        (units.parse_growth, 0, 0.0),
    ],
)
def test_rates_are_per_day_and_growth_per_month(
    parse: Callable[[Any], float], text: str | float, value: float
) -> None:
    """Every rate becomes an amount per day, and growth a fraction per month."""
    assert parse(text) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("unit", ["hour", "day", "week", "month", "year"])
def test_growth_compounds(unit: str) -> None:
    """A growth told per another unit multiplies up to the same: no simple division."""
    per_year = {"hour": 8766, "day": 365.25, "week": 365.25 / 7, "month": 12, "year": 1}[unit]
    monthly = (
        units.parse_growth(f"2 % per {unit}") if unit != "hour" else units.parse_growth("0.01 % per hour")
    )
    step = 0.0001 if unit == "hour" else 0.02
    assert 12 * math.log1p(monthly) == pytest.approx(per_year * math.log1p(step), rel=1e-12)


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (units.parse_rate, 140, "needs a time"),
        (units.parse_rate, "140", "140 per hour, day, week, month"),
        (units.parse_rate, "140 per year", "choose from per hour, day, week, month"),
        (units.parse_rate, "140/day", "write it as in 140 per day"),
        (units.parse_rate, "-1 per day", "cannot be negative"),
        (units.parse_rate, "1 % per day", "not written in percent"),
        (units.parse_rate, "1e999 per day", "too large"),
        (units.parse_money_rate, "35 EUR per hour", "write it as in"),
        (units.parse_money_rate, 35, "needs a time"),
        (units.parse_money_rate, False, "write it as in"),
        (units.parse_growth, "1 per month", "in percent"),
        (units.parse_growth, "1 %", "needs a time"),
        (units.parse_growth, "-100 % per month", "above -100 %"),
        (units.parse_growth, "100 % per hour", "too large"),
        (units.parse_growth, False, "write it as in"),
    ],
)
def test_a_wrong_rate_says_what_is_allowed(parse: Callable[[Any], float], text: Any, said: str) -> None:
    """What is no rate, amount per time or growth is refused with the way out."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-29", "2026-02 has 28 days"),
        ("2026-13-01", "month from 01 to 12"),
        ("0000-01-01", "years begin at 0001"),
        ("2026-01-05T09:00", "write the date alone: 2026-01-05"),
        ("2026-01-05 09:00:00", "write the date alone: 2026-01-05"),
        (datetime.datetime(2026, 1, 5, 9), "write the date alone: 2026-01-05"),
        ("05.01.2026", "year-month-day"),
        ("2026-1-5", "year-month-day"),
        (2026, "year-month-day"),
    ],
)
def test_a_wrong_date_says_why(text: Any, said: str) -> None:
    """Dates that do not exist, other notations and times of day are refused."""
    with pytest.raises(ValueError, match=r".") as caught:
        units.parse_date(text)
    assert said in str(caught.value)


@given(st.dates())
def test_every_date_reads_back(date: datetime.date) -> None:
    """The written form of any date is that date."""
    assert units.parse_date(date.isoformat()) == date == units.parse_date(date)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_weekdays, "mon", (0,)),
        (units.parse_weekdays, "sun", (6,)),
        (units.parse_weekdays, "mon-fri", (0, 1, 2, 3, 4)),
        (units.parse_weekdays, "sat-mon", (5, 6, 0)),
        (units.parse_weekdays, "daily", tuple(range(7))),
        (units.parse_months, "jan", (1,)),
        (units.parse_months, "nov-feb", (11, 12, 1, 2)),
        (units.parse_hours, "07-09", (7, 9)),
        (units.parse_hours, "7-9", (7, 9)),
        (units.parse_hours, "00-24", (0, 24)),
        (units.parse_clock_range, "09:00-18:00", (540, 1080)),
        (units.parse_clock_range, "9:30 - 24:00", (570, 1440)),
        (units.parse_clock_range, "00:00-00:01", (0, 1)),
    ],
)
def test_calendar_words_are_read(parse: Callable[[str], tuple[int, ...]], text: str, value: Any) -> None:
    """Weekdays count from Monday 0, months from January 1, ranges of the clock exclude their end."""
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "said"),
    [
        (units.parse_weekdays, "Monday", "write 'mon'"),
        (units.parse_weekdays, "SAT", "write 'sat'"),
        (units.parse_weekdays, "mon,tue", "range such as mon-fri"),
        (units.parse_weekdays, "mon-", "is no weekday"),
        (units.parse_weekdays, 3, "is no weekday"),
        (units.parse_months, "December", "write 'dec'"),
        (units.parse_months, "12", "choose from jan"),
        (units.parse_hours, "22-02", "write 22-24 and 00-02"),
        (units.parse_hours, "22-00", "write 22-24"),
        (units.parse_hours, "7", "from-to"),
        (units.parse_hours, "07:00-09:00", "such as 07-09"),
        (units.parse_hours, "09-09", "empty"),
        (units.parse_hours, "20-25", "00 to 24"),
        (units.parse_hours, "24-24", "00 to 24"),
        (units.parse_clock_range, "22:00-02:00", "over midnight"),
        (units.parse_clock_range, "09-18", "such as 09:00-18:00"),
        (units.parse_clock_range, "09:60-18:00", "no time of day"),
        (units.parse_clock_range, "09:00-24:01", "no time of day"),
        (units.parse_clock_range, "09:00-09:00", "never open"),
        (units.parse_clock_range, "closed", "no opening hours"),
    ],
)
def test_a_wrong_calendar_word_says_the_right_one(parse: Callable[[Any], Any], text: Any, said: str) -> None:
    """What is no weekday, month, hours or opening hours is refused with the way out."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    assert said in str(caught.value)


@given(st.integers(0, 23), st.integers(1, 24))
def test_hours_read_back_or_name_the_midnight(first: int, last: int) -> None:
    """A written range of hours is itself when it runs forward, and refused otherwise."""
    text = f"{first:02}-{last:02}"
    if first < last:
        assert units.parse_hours(text) == (first, last)
    else:
        with pytest.raises(ValueError, match=r"empty|over midnight"):
            units.parse_hours(text)


@given(st.floats(1, 1e12))
def test_a_formatted_duration_reads_back_to_three_digits(milliseconds: float) -> None:
    """What is shown of a duration is a duration within half a percent of it."""
    shown = units.parse_duration(units.format_duration(milliseconds))
    assert shown == pytest.approx(milliseconds, rel=0.005)


@given(st.floats(0, 1e6, allow_nan=False), st.sampled_from(sorted(units.MILLISECONDS)))
def test_any_number_with_a_unit_reads_back(number: float, unit: str) -> None:
    """A duration written from a number and a unit is their product, for every unit."""
    assert units.parse_duration(f"{number!r} {unit}") == number * units.MILLISECONDS[unit]


@given(st.text(max_size=20))
def test_parsers_raise_nothing_but_value_error(text: str) -> None:
    """Any text is read or refused with ValueError: no parser lets another exception through."""
    start = datetime.date(2026, 1, 5)
    for parse in (
        units.parse_duration,
        units.parse_rate,
        units.parse_money_rate,
        units.parse_growth,
        units.parse_date,
        units.parse_weekdays,
        units.parse_months,
        units.parse_hours,
        units.parse_clock_range,
        lambda text: units.parse_horizon(text, start),
    ):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either outcome is fine, an empty message is not


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 s"),
        (250, "0.25 s"),
        (59_999.9, "1 min"),
        (120_000, "2 min"),
        (5_400_000, "1.5 h"),
        (units.DAY, "1 day"),
        (9 * units.DAY, "9 days"),
        (14 * units.DAY, "2 weeks"),
        (-120_000, "-2 min"),
        (math.inf, "unlimited"),
    ],
)
def test_durations_are_shown_in_the_unit_that_fits(milliseconds: float, shown: str) -> None:
    """A duration is shown in its largest whole unit."""
    assert units.format_duration(milliseconds) == shown


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "0.00"),
        (9_990_000, "9.99"),
        (-1_500_000, "-1.50"),
        (12_345_678_900_000, "12,345,679"),
        (20, "0.00002"),
    ],
)
def test_money_is_shown_to_the_cent_or_the_whole(micros: int, shown: str) -> None:
    """Amounts under a thousand show cents, larger ones whole units; small ones are not lost."""
    assert units.format_money(micros) == shown
    assert units.format_money(micros, "EUR") == f"{shown} EUR"
