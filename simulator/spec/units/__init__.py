"""Written quantities: durations, rates, growth, dates, weekdays, months, hours.

Every ``parse_*`` function raises ValueError with a sentence that states the value seen and what is
allowed; the caller knows the file and line. A month is 30.4375 days (a twelfth of 365.25) in a
duration or a rate, and a calendar month in a date or a horizon.
"""

from __future__ import annotations

from simulator.spec.units.calendar import (
    MONTHS,
    WEEKDAYS,
    parse_clock_range,
    parse_date,
    parse_hours,
    parse_months,
    parse_weekdays,
)
from simulator.spec.units.durations import DAY, MILLISECONDS, parse_duration, parse_horizon
from simulator.spec.units.formats import format_duration, format_money
from simulator.spec.units.rates import parse_growth, parse_money_rate, parse_rate

__all__ = [
    "DAY",
    "MILLISECONDS",
    "MONTHS",
    "WEEKDAYS",
    "format_duration",
    "format_money",
    "parse_clock_range",
    "parse_date",
    "parse_duration",
    "parse_growth",
    "parse_horizon",
    "parse_hours",
    "parse_money_rate",
    "parse_months",
    "parse_rate",
    "parse_weekdays",
]
