"""What a key may be called: any script, but nothing a reader cannot see."""

from __future__ import annotations

import unicodedata
from typing import Final

from simulator import limits

__all__ = ["name_problem", "skeleton"]

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"
_VIRAMA: Final = 9

# Capital and small letters that look alike in Cyrillic or Greek and Latin.
_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁԛԝһАВЕКМНОРСТУХІЈЅԌ" + "οΟΑΒΕΖΗΙΚΜΝΡΤΥΧν",
    "aeopcyxijsdqwhABEKMHOPCTYXIJSG" + "oOABEZHIKMNPTYXv",
)


def skeleton(name: str) -> str:
    """Replace the letters of a name by the Latin ones they look like.

    Two names with the same skeleton cannot be told apart by eye.
    """
    return name.translate(_LOOKALIKES)


def name_problem(name: str) -> str:
    r"""Say what is wrong with a name.

    Zero-width joiners pass only where a script is written with them: after a virama, and between
    Arabic letters (Unicode Standard Annex 31, section 2.3).

    Returns
    -------
    str
        Empty when the name is fine.

    Examples
    --------
    >>> name_problem("No-Show"), name_problem("cart\u200b")
    ('', "the name 'cart\\u200b' holds an invisible character, U+200B ZERO WIDTH SPACE")
    """
    if not name.strip():
        return "a name is empty"
    if len(name) > limits.NAME_CHARACTERS:
        return f"a name of {len(name)} characters is longer than {limits.NAME_CHARACTERS}: {name[:40]!r} …"
    for position, character in enumerate(name):
        if unicodedata.category(character) in _INVISIBLE and not _joins(name, position):
            return f"the name {name!r} holds an invisible character, {describe(character)}"
    return ""


def _joins(name: str, position: int) -> bool:
    if name[position] not in _JOINERS or not 0 < position < len(name) - 1:
        return False
    before, after = name[position - 1], name[position + 1]
    arabic = unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    return unicodedata.combining(before) == _VIRAMA or arabic


def describe(character: str) -> str:
    """Name a character by its number and Unicode name: U+200B ZERO WIDTH SPACE."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
