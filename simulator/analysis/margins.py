"""Differences as people write them: ``1 %`` of today's value, ``0.2 points`` of a share, or an amount."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from simulator.errors import InputError, Problem

__all__ = ["Margin", "read_confidence", "read_margin"]

_WRITTEN: Final = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(%|points?)?\s*")
_POINT: Final = 0.01


@dataclass(frozen=True)
class Margin:
    """A difference: an amount in the metric's unit, or a share of today's value.

    Attributes
    ----------
    amount : float
    relative : bool
        Whether the amount is a share of today's value.
    """

    amount: float
    relative: bool = False

    def against(self, today: float) -> float:
        """Give the difference in the metric's unit."""
        return self.amount * abs(today) if self.relative else self.amount

    def __str__(self) -> str:
        return f"{self.amount * 100:g} %" if self.relative else f"{self.amount:g}"


def read_margin(text: str, what: str, zero: bool = False) -> Margin:
    """Read a difference.

    Parameters
    ----------
    text : str
    what : str
        What it is, for the message.
    zero : bool
        Whether 0 is allowed.

    Raises
    ------
    InputError
        If it is no positive amount.

    Examples
    --------
    >>> read_margin("1 %", "--precision")
    Margin(amount=0.01, relative=True)
    >>> read_margin("0.5 points", "--precision").amount
    0.005
    """
    match = _WRITTEN.fullmatch(text)
    amount = float(match[1]) if match else math.nan
    if not (math.isfinite(amount) and (amount > 0.0 or (zero and amount == 0.0))):
        least = "0 or more" if zero else "above 0"
        fix = f"write an amount {least}: 1% of today's value, 0.2points of a share, or 500 in its unit"
        raise InputError([Problem(f"{what} is {text!r}", fix=fix)])
    unit = match[2] if match else None
    if unit == "%":
        return Margin(amount / 100.0, relative=True)
    return Margin(amount * _POINT if unit else amount)


def read_confidence(text: str) -> float:
    """Read a confidence: ``95%`` or ``0.95``.

    Raises
    ------
    InputError
        If it is not between one half and 0.9999.
    """
    match = _WRITTEN.fullmatch(text)
    value = float(match[1]) if match and match[2] in (None, "%") else math.nan
    if match and match[2]:
        value /= 100.0
    if not 0.5 <= value <= 0.9999:
        raise InputError(
            [Problem(f"--confidence is {text!r}", fix="write a share from 50% to 99.99%, such as 95%")]
        )
    return value
