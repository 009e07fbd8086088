"""Plain scalars by the core schema of YAML 1.2 (section 10.3.2)."""

from __future__ import annotations

import math
import re
from typing import Final

__all__ = ["CONTROL", "Scalar", "resolve"]

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
"""Characters no text may hold; tab and line feed are the only control characters of a value."""

# int64; a longer number is a typing error. 20 digits and a sign never overflow Python's own limit.
_LARGEST: Final = (1 << 63) - 1
_LONGEST_INTEGER: Final = 21


def resolve(text: str) -> Scalar:
    """Read an unquoted scalar.

    Returns
    -------
    str, int, float, bool or None
        Numbers, true/false and null of the core schema; everything else is text, so that NO,
        09:00-18:00, 2026-01-05 and 1_000 stay as written, and 017 is seventeen.

    Raises
    ------
    ValueError
        If a number is infinite, not a number, or outside 64 bits.

    Examples
    --------
    >>> [resolve(text) for text in ("1e-3", "017", "NO", "true", "~", "12:30:45")]
    [0.001, 17, 'NO', True, None, '12:30:45']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _bounded(int(text) if len(text) <= _LONGEST_INTEGER else _LARGEST + 1, text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"{_short(text)} is too large for a number")
        return number
    if _OTHER_BASE.fullmatch(text):
        return _bounded(int(text, 0) if len(text) <= _LONGEST_INTEGER + 3 else _LARGEST + 1, text)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a finite number")
    return text


def _bounded(number: int, text: str) -> int:
    if abs(number) > _LARGEST:
        raise ValueError(f"{_short(text)} is too large for a whole number (64 bits)")
    return number


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:27] + "…"
