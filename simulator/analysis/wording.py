"""How amounts, intervals and chances of a metric are written."""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulator.analysis.metrics import Metric
from simulator.results.estimate import Estimate

__all__ = ["amount", "chance_text", "interval", "listed", "money", "months", "unit"]


def amount(metric: Metric, value: float, currency: str = "", signed: bool = True) -> str:
    """Write a value of a metric: points of a share, money, a score, a number, days.

    Examples
    --------
    >>> score = Metric("mood", "", lambda result, persona: result, "score")
    >>> amount(score, 0.6049), amount(score, 0.000072)
    ('+0.605', '+0.00007')
    """
    sign = "+" if signed else ""
    if metric.kind == "share":
        return f"{value * 100:{sign}z.2f}"
    if metric.kind == "money":
        return f"{value:{sign}z,.0f}" + (f" {currency}" if currency else "")
    if metric.kind == "score":
        return f"{value:{sign}z.{_digits(value)}f}"
    if metric.kind == "plain":
        return f"{value:{sign}z,.4g}"
    return f"{value:{sign}z,.1f}"


def _digits(value: float) -> int:
    """Give a score three digits behind the point, or as many as it takes to tell it from 0."""
    return 3 if abs(value) >= 0.0005 or abs(value) < 1e-9 else math.ceil(-math.log10(abs(value)))


def unit(metric: Metric, difference: bool = True) -> str:
    """Name the unit behind an amount."""
    if metric.kind == "share":
        return " points" if difference else " %"
    return " days" if metric.kind == "days" else ""


def interval(metric: Metric, estimate: Estimate, signed: bool = True) -> str:
    """Write an interval in brackets; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = amount(metric, estimate.low, signed=signed), amount(metric, estimate.high, signed=signed)
    return f"[{low}, {high}]"


def chance_text(chance: float) -> str:
    """Write a chance; never as certain or impossible, for it rests on a model of the noise.

    Examples
    --------
    >>> chance_text(0.9981), chance_text(0.973), chance_text(0.004)
    ('over 99 %', '97 %', 'under 1 %')
    """
    if chance >= 0.99:
        return "over 99 %"
    return "under 1 %" if chance < 0.01 else f"{chance * 100:.0f} %"


def money(value: float, currency: str) -> str:
    """Write an amount of money that somebody gains or loses.

    Examples
    --------
    >>> money(41234.0, "EUR"), money(-317.2, "EUR")
    ('EUR +41.2k', 'EUR -317')
    """
    size = abs(value)
    if size >= 1e7:
        written = f"{value / 1e6:+,.1f}m"
    elif size >= 1e4:
        written = f"{value / 1e3:+,.1f}k"
    else:
        written = f"{value:+z,.0f}"
    return f"{currency} {written}".strip()


def months(value: float) -> str:
    """Write a number of months."""
    if value >= 24:
        return f"{value / 12:,.1f} years"
    return f"{value:.1f} months" if value >= 1 else "under a month"


def listed(names: Sequence[str], word: str = "and") -> str:
    """Join names as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)
