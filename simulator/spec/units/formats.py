"""How durations and amounts are shown to a person."""

from __future__ import annotations

import math

from simulator.spec.units.durations import DAY, MILLISECONDS

__all__ = [
    "format_duration",
    "format_money",
]


def format_duration(milliseconds: float) -> str:
    """Write a duration so that a person reads it at a glance, to three digits.

    Examples
    --------
    >>> [format_duration(ms) for ms in (120_000, 5_400_000, 777_600_000, 15_724_800_000)]
    ['2 min', '1.5 h', '9 days', '26 weeks']
    """
    if math.isinf(milliseconds) or math.isnan(milliseconds):
        return "unlimited" if milliseconds > 0 else str(milliseconds)
    if milliseconds < 0:
        return "-" + format_duration(-milliseconds)
    if milliseconds >= 14 * DAY and milliseconds % (7 * DAY) == 0:
        return f"{milliseconds / (7 * DAY):.0f} weeks"
    for unit, size in (("day", float(DAY)), ("h", MILLISECONDS["h"]), ("min", MILLISECONDS["min"])):
        shown = _three_digits(milliseconds / size)
        if float(shown) >= 1:
            return f"{shown} {unit}" + ("s" if unit == "day" and shown != "1" else "")
    return f"{_three_digits(milliseconds / MILLISECONDS['s'])} s"


def _three_digits(number: float) -> str:
    if number >= 100 or number == 0:
        return f"{number:.0f}"
    digits = 2 - math.floor(math.log10(number))
    text = f"{number:.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_money(micros: int, currency: str = "") -> str:
    """Write an amount of money: cents up to a thousand, whole units above.

    Parameters
    ----------
    micros : int
        The amount in 1e-6 of the currency.
    currency : str
        Written behind the amount where given.

    Examples
    --------
    >>> format_money(12_345_000, "EUR"), format_money(-4_321_000_000), format_money(350)
    ('12.35 EUR', '-4,321', '0.00035')
    """
    amount = micros / 1e6
    if 0 < abs(amount) < 0.01:
        text = f"{amount:.6f}".rstrip("0")
    else:
        text = f"{amount:,.2f}" if abs(amount) < 1_000 else f"{amount:,.0f}"
    return f"{text} {currency}".rstrip()
