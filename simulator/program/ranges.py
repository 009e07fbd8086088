"""What an expression can be at all: intervals through its stack program.

Used to say with certainty that a condition never holds or always does. An answer that is not certain
is wide, never wrong: two occurrences of a name are taken as independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from simulator.spec.expressions import Expression, Name, Op

__all__ = ["ANYTHING", "Range", "range_of", "truth_of"]


@dataclass(frozen=True, slots=True)
class Range:
    """Every value from low to high, and perhaps NaN.

    Examples
    --------
    >>> Range(0.0, 1.0).hull(Range(2.0, 2.0))
    Range(low=0.0, high=2.0, nan=False)
    """

    low: float
    high: float
    nan: bool = False

    def hull(self, other: Range) -> Range:
        """Give the smallest range that holds both."""
        return Range(min(self.low, other.low), max(self.high, other.high), self.nan or other.nan)

    def clipped(self, low: float, high: float) -> Range:
        """Give the range after bounds apply; the upper one wins."""
        return Range(min(max(self.low, low), high), min(max(self.high, low), high), self.nan)

    @property
    def endless(self) -> bool:
        """Whether an end is infinite, so that a difference or a ratio may be NaN."""
        return math.isinf(self.low) or math.isinf(self.high)


ANYTHING: Final = Range(-math.inf, math.inf, True)
_TRUE, _FALSE, _EITHER = Range(1.0, 1.0), Range(0.0, 0.0), Range(0.0, 1.0)


def range_of(expression: Expression, of_name: Callable[[Name], Range]) -> Range:
    """Bound an expression.

    Parameters
    ----------
    expression : Expression
        What to bound.
    of_name : callable
        Gives the range of a name.

    Returns
    -------
    Range
        Holds every value the expression can have.
    """
    stack: list[Range] = []
    for step in expression.code:
        if step.op is Op.CONSTANT:
            stack.append(Range(step.value, step.value))
        elif step.op is Op.LOAD and step.name is not None:
            stack.append(of_name(step.name))
        elif step.op in _UNARY:
            stack.append(_UNARY[step.op](stack.pop()))
        elif step.op in _BINARY:
            right = stack.pop()
            stack.append(_BINARY[step.op](stack.pop(), right))
        else:
            high, low = stack.pop(), stack.pop()
            stack.append(_least(_most(stack.pop(), low), high))
    return stack.pop()


def truth_of(expression: Expression, of_name: Callable[[Name], Range]) -> bool | None:
    """Say whether a condition always holds (True) or never does (False); None if that is not certain."""
    found = range_of(expression, of_name)
    if found.low == found.high and not found.nan:
        return found.low != 0.0
    return None


# --------------------------------------------------------------------------- arithmetic


def _number(value: float, instead: float) -> float:
    return instead if math.isnan(value) else value


def _add(a: Range, b: Range) -> Range:
    low, high = _number(a.low + b.low, -math.inf), _number(a.high + b.high, math.inf)
    meets = (a.low == -math.inf and b.high == math.inf) or (a.high == math.inf and b.low == -math.inf)
    return Range(low, high, a.nan or b.nan or meets)


def _negate(a: Range) -> Range:
    return Range(-a.high, -a.low, a.nan)


def _multiply(a: Range, b: Range) -> Range:
    corners = [_number(x * y, 0.0) for x in (a.low, a.high) for y in (b.low, b.high)]
    zero_times_endless = (a.endless and b.low <= 0.0 <= b.high) or (b.endless and a.low <= 0.0 <= a.high)
    return Range(min(corners), max(corners), a.nan or b.nan or zero_times_endless)


def _divide(a: Range, b: Range) -> Range:
    if b.low <= 0.0 <= b.high or (a.endless and b.endless):
        return ANYTHING
    corners = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(corners), max(corners), a.nan or b.nan)


def _exp(a: float) -> float:
    return math.exp(a) if a < 709.0 else math.inf


def _sigmoid(a: float) -> float:
    return 1.0 / (1.0 + _exp(-a))


def _log(a: Range) -> Range:
    if a.low < 0.0:
        return ANYTHING
    ends = [math.log(end) if end > 0.0 else -math.inf for end in (a.low, a.high)]
    return Range(ends[0], ends[1], a.nan)


def _least(a: Range, b: Range) -> Range:
    return Range(min(a.low, b.low), min(a.high, b.high), a.nan or b.nan)


def _most(a: Range, b: Range) -> Range:
    return Range(max(a.low, b.low), max(a.high, b.high), a.nan or b.nan)


# --------------------------------------------------------------------------- truths


def _less(a: Range, b: Range) -> Range:
    """Compare; with NaN that is false."""
    if a.low >= b.high:
        return _FALSE
    return _TRUE if a.high < b.low and not (a.nan or b.nan) else _EITHER


def _less_equal(a: Range, b: Range) -> Range:
    if a.low > b.high:
        return _FALSE
    return _TRUE if a.high <= b.low and not (a.nan or b.nan) else _EITHER


def _equal(a: Range, b: Range) -> Range:
    if a.high < b.low or b.high < a.low:
        return _FALSE
    same = a.low == a.high == b.low == b.high
    return _TRUE if same and not (a.nan or b.nan) else _EITHER


def _not(a: Range) -> Range:
    if a.low == a.high and not a.nan:
        return _FALSE if a.low != 0.0 else _TRUE
    return _EITHER


def _and(a: Range, b: Range) -> Range:
    if _FALSE in (a, b):
        return _FALSE
    return _TRUE if a == b == _TRUE else _EITHER


def _or(a: Range, b: Range) -> Range:
    return _not(_and(_not(a), _not(b)))


_UNARY: Final[Mapping[Op, Callable[[Range], Range]]] = MappingProxyType(
    {
        Op.NEGATE: _negate,
        Op.NOT: _not,
        Op.EXP: lambda a: Range(_exp(a.low), _exp(a.high), a.nan),
        Op.LOG: _log,
        Op.SIGMOID: lambda a: Range(_sigmoid(a.low), _sigmoid(a.high), a.nan),
    }
)

_BINARY: Final[Mapping[Op, Callable[[Range, Range], Range]]] = MappingProxyType(
    {
        Op.ADD: _add,
        Op.SUBTRACT: lambda a, b: _add(a, _negate(b)),
        Op.MULTIPLY: _multiply,
        Op.DIVIDE: _divide,
        Op.LESS: _less,
        Op.LESS_EQUAL: _less_equal,
        Op.GREATER: lambda a, b: _less(b, a),
        Op.GREATER_EQUAL: lambda a, b: _less_equal(b, a),
        Op.EQUAL: _equal,
        Op.NOT_EQUAL: lambda a, b: _not(_equal(a, b)),
        Op.AND: _and,
        Op.OR: _or,
        Op.MIN: _least,
        Op.MAX: _most,
    }
)
