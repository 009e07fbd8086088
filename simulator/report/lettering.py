"""How wide a text will be, and how to make it fit: an estimate, since no font is asked."""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["fit", "width_of"]

# Widths in em of a common sans-serif, bold enough to be on the safe side.
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] ")
_WIDE: Final = frozenset("mwMW@%")


def _em(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.0
    if character in _NARROW:
        return 0.45
    if character in _WIDE:
        return 1.0
    return 0.78 if character.isupper() else 0.68


def width_of(text: str, size: float) -> float:
    """Estimate the width of a text in a font of this size, in the same unit."""
    return size * sum(map(_em, text))


def fit(text: str, width: float, size: float, lines: int) -> list[str]:
    """Break a text into at most so many lines of a width; what is too long ends in an ellipsis.

    Examples
    --------
    >>> fit("Search engine results", 110, 13, 2)
    ['Search engine', 'results']
    """
    words, found = " ".join(text.split()).split(" "), [""]
    for word in words:
        joined = f"{found[-1]} {word}".strip()
        if width_of(joined, size) <= width or not found[-1]:
            found[-1] = joined
        else:
            found.append(word)
    found = [piece for line in found for piece in _pieces(line, width, size)]
    if len(found) > lines:
        found = [*found[: lines - 1], _cut(" ".join(found[lines - 1 :]), width, size)]
    return found


def _pieces(line: str, width: float, size: float) -> list[str]:
    """Break a single word that is too long, such as a sentence in Chinese."""
    pieces, current = [], ""
    for character in line:
        if current and width_of(current + character, size) > width:
            pieces.append(current)
            current = ""
        current += character
    return [*pieces, current]


def _cut(line: str, width: float, size: float) -> str:
    if width_of(line, size) <= width:
        return line
    while line and width_of(line + "…", size) > width:
        line = line[:-1]
    return line.rstrip() + "…"
