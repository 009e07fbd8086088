"""Cut the text of an expression into numbers, quantities, names, words and signs."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from keyword import iskeyword
from types import MappingProxyType
from typing import Final

from simulator.errors import nearest
from simulator.spec.expressions.vocabulary import (
    CONNECTIVES,
    DAYS,
    FUNCTIONS,
    NOT_FINITE,
    PLAIN,
    ROOTS,
    Kind,
    Name,
)
from simulator.spec.units import MILLISECONDS

__all__ = ["Literal", "Token", "placeholders", "scan", "starts"]

_NUMBER: Final = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIGN: Final = re.compile(r"[<>=!]=|\*\*|//|&&|\|\||[^\s]")
_SIGNS: Final = frozenset({"+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "(", ")", ","})
_BACKQUOTED: Final = re.compile(r"`((?:[^`]|``)*)`(?!`)")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# What people write for the units there are; difflib would take minutes for months.
_UNITS_MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
        **dict.fromkeys(("m", "mins", "minute", "minutes"), "min"),
        **dict.fromkeys(("hr", "hrs", "H"), "hours"),
        **dict.fromkeys(("d", "D"), "days"),
        **dict.fromkeys(("w", "wk", "wks"), "weeks"),
        **dict.fromkeys(("y", "yr", "year", "years", "quarter", "quarters"), "months"),
    }
)

_INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "**": "there are no powers: x * x, or exp(y * log(x))",
        "^": "there are no powers: x * x, or exp(y * log(x))",
        "//": "divide with /",
        "%": "write 5 % as 0.05",
        "=": "compare with ==",
        "!": "write not, or != between two numbers",
        "&": "write and",
        "&&": "write and",
        "|": "write or",
        "||": "write or",
        "≤": "write <=",
        "≥": "write >=",
        "≠": "write !=",
        "×": "write *",
        "·": "write *",
        "÷": "write /",
        "\u2212": "write a plain -",
        "\u2013": "write a plain -",
        "'": "there is no text; a name that is not one word stands in `backquotes`",
        '"': "there is no text; a name that is not one word stands in `backquotes`",
        ".": "a dot stands only after " + ", ".join(ROOTS) + ", without blanks around it",
        "[": "there are no lists: group with ( )",
        "{": "there are no lists: group with ( )",
        ":": "conditions are rules of the model, with if and then",
    }
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, or a quantity turned into milliseconds."""

    value: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text.

    Attributes
    ----------
    written : str
        A sign, a connective or the name of a function; for a value, what was written.
    start, end : int
        Where it stands in the text.
    value : Literal, Name or None
        What it stands for, if it is a value.
    """

    written: str
    start: int
    end: int
    value: Literal | Name | None = None


def scan(text: str) -> list[Token]:
    """Cut a text into tokens.

    Raises
    ------
    ValueError
        With what cannot be read and what to write instead.
    """
    tokens: list[Token] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        token = _token(text, at)
        tokens.append(token)
        at = _skip_blanks(text, token.end)
    return tokens


def placeholders(tokens: Sequence[Token]) -> list[str]:
    """Write tokens for Python's parser: a value becomes ``_`` and its index, signs stay."""
    return [f"_{i}" if token.value is not None else token.written for i, token in enumerate(tokens)]


def starts(tokens: Sequence[Token]) -> list[int]:
    """Say where each token begins in its placeholders, joined by one blank each."""
    return list(accumulate((len(piece) + 1 for piece in placeholders(tokens)[:-1]), initial=0))


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _token(text: str, at: int) -> Token:
    if _NUMBER.match(text, at):
        return _number(text, at)
    if text[at] == "`":
        member, end = _backquoted(text, at)
        return Token(text[at:end], at, end, Name("attribute", member))
    if text[at].isidentifier():
        return _word(text, at)
    return _sign(text, at)


def _sign(text: str, at: int) -> Token:
    found = _SIGN.match(text, at)
    sign = found.group() if found else text[at]
    if sign in _SIGNS:
        return Token(sign, at, at + len(sign))
    hint = _INSTEAD.get(sign, "use numbers, names, + - * / ( ), comparisons, and or not")
    raise ValueError(f"{_shown(sign)} cannot stand in an expression; {hint}")


def _shown(sign: str) -> str:
    """Show a character, by its name where it cannot be seen."""
    if sign.isprintable():
        return f"'{sign}'"
    return f"the character {unicodedata.name(sign, f'U+{ord(sign):04X}')}"


def _end_of_word(text: str, at: int) -> int:
    # str.isidentifier, not a regular expression: \w misses the vowel signs of many scripts.
    while at < len(text) and ("a" + text[at]).isidentifier():
        at += 1
    return at


def _number(text: str, at: int) -> Token:
    """Read a number, with its unit if one follows."""
    found = _NUMBER.match(text, at)
    end = found.end() if found else at
    digits = text[at:end]
    if text[end : end + 1] == "_":
        raise ValueError(f"'{text[at : _end_of_word(text, end)]}' is not a number; write it without _")
    if re.match(r"0[0-9]", digits) or text[end : end + 1] == ".":
        raise ValueError(f"'{digits}{text[end : end + 1]}' is not a number; write it like 12 or 0.5")
    start_of_unit = _skip_blanks(text, end)
    end_of_unit = _end_of_word(text, start_of_unit)
    word = text[start_of_unit:end_of_unit]
    if not word or (word in CONNECTIVES and start_of_unit > end):  # '1 and' stays two words
        return Token(digits, at, end, Literal(_finite(float(digits), digits), Kind.NUMBER))
    if word not in MILLISECONDS:
        raise ValueError(f"'{text[at:end_of_unit]}': {_no_unit(word, digits, start_of_unit == end)}")
    value = _finite(float(digits) * MILLISECONDS[word], text[at:end_of_unit])
    return Token(text[at:end_of_unit], at, end_of_unit, Literal(value, Kind.TIME))


def _no_unit(word: str, digits: str, glued: bool) -> str:
    if glued and not word.isalpha():
        return "not a number; write it like 12, 0.5 or 1e-3"
    if word == "per":
        return "there are no rates in an expression; divide by a time, as in waited / 1 hour"
    meant = _UNITS_MEANT.get(word)
    fix = f"did you mean '{meant}'?" if meant else nearest(word, MILLISECONDS)
    return f"'{word}' is not a unit of time; {fix}"


def _finite(value: float, written: str) -> float:
    if not math.isfinite(value):
        raise ValueError(f"'{written}' is too large for a number; the largest is about 1.8e308")
    return value


def _backquoted(text: str, at: int) -> tuple[str, int]:
    """Read a name in backquotes (a backquote inside is doubled); return it and where it ends."""
    found = _BACKQUOTED.match(text, at)
    if found is None:
        raise ValueError(
            f"the backquote before '{text[at + 1 : at + 21]}' is not closed; write `a name`, "
            "or did you forget quotes around the whole expression?"
        )
    name = unicodedata.normalize("NFC", found.group(1).replace("``", "`"))
    if not name.strip() or any(unicodedata.category(sign) in _HIDDEN for sign in name):
        raise ValueError(f"`{name!a}` is not a name; a name is text without invisible characters")
    return name, found.end()


def _word(text: str, at: int) -> Token:
    end = _end_of_word(text, at)
    word = unicodedata.normalize("NFC", text[at:end])
    if text[end : end + 1] == ".":
        return _member(text, at, end, word)
    followed = _skip_blanks(text, end)
    if word in CONNECTIVES:
        return Token(word, at, end)
    if text[followed : followed + 1] == "(":
        return _function(word, at, end)
    return Token(word, at, end, _plain(word))


def _function(word: str, at: int, end: int) -> Token:
    if word not in FUNCTIONS:
        raise ValueError(f"'{word}' is not a function; {nearest(word, FUNCTIONS)}")
    return Token(word, at, end)


def _member(text: str, at: int, dot: int, root: str) -> Token:
    """Read ``root.name``; the name may be any word or stand in backquotes."""
    start = dot + 1
    if root not in ROOTS:
        raise ValueError(f"'{root}.' means nothing; {nearest(root, ROOTS)}")
    if text[start : start + 1] == "`":
        member, end = _backquoted(text, start)
    else:
        end = _end_of_word(text, start)
        member = unicodedata.normalize("NFC", text[start:end])
        _check_member(member, root)
    if text[end : end + 1] == ".":
        raise ValueError(f"'{text[at:end]}.' has two dots; a name with a dot stands in `backquotes`")
    return Token(text[at:end], at, end, Name(root, member))


def _check_member(member: str, root: str) -> None:
    if not member.isidentifier() or member.startswith("__"):
        raise ValueError(
            f"'{root}.' needs the name of a {ROOTS[root].member}; "
            f"one that is not a plain word stands in backquotes: {root}.`{member or 'the name'}`"
        )


def _plain(word: str) -> Literal | Name:
    """Say what a word that stands alone means."""
    if word in DAYS:
        return Literal(float(DAYS[word]), Kind.NUMBER)
    if word in PLAIN:
        return Name(word)
    problem = _reserved(word)
    if problem:
        raise ValueError(problem)
    return Name("attribute", word)


def _reserved(word: str) -> str:
    """Say why a word cannot be the name of an attribute, or nothing."""
    if word in FUNCTIONS:
        unit = " (or a unit after a number, as in 10 min)" if word in MILLISECONDS else ""
        return f"'{word}' is a function: write {word}(…){unit}"
    if word in MILLISECONDS:
        return f"'{word}' is a unit of time: write a number before it, as in 2 {word}"
    if word in ROOTS:
        return f"'{word}' needs the name of a {ROOTS[word].member}: {word}.<{ROOTS[word].member}>"
    if word.casefold() in NOT_FINITE:
        return f"'{word}' is not a number here; write a finite one"
    if iskeyword(word) or word.startswith("__"):
        return f"'{word}' cannot stand in an expression; if it is an attribute, write `{word}`"
    return ""
