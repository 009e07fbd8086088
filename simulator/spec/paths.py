"""Dotted paths of `sweep`, `evidence` and `events.next`: names between dots, quoted where needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["join_path", "split_path"]

_PART = re.compile(r'"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[^."]+)')


def split_path(text: str) -> tuple[str, ...]:
    """Split a dotted path into names.

    A name in double quotes is taken as it stands, a double quote inside it doubled; around any other
    blanks do not count.

    Raises
    ------
    ValueError
        If the text is not names separated by single dots.

    Examples
    --------
    >>> split_path('touchpoints."Offline TA.TO".next.else')
    ('touchpoints', 'Offline TA.TO', 'next', 'else')
    >>> split_path('touchpoints."the ""big"" sale".cost')
    ('touchpoints', 'the "big" sale', 'cost')
    """
    text = unicodedata.normalize("NFC", text.strip())
    names: list[str] = []
    position = 0
    while True:
        match = _PART.match(text, position)
        if match is None or not match[0].strip():
            raise ValueError(f"{text!r} is not a path: names between dots, such as teams.support.servers")
        names.append(_name(match))
        position = match.end()
        if position == len(text):
            return tuple(names)
        if text[position] != ".":
            raise ValueError(f"{text!r} is not a path: a dot is expected after {names[-1]!r}")
        position += 1


def _name(match: re.Match[str]) -> str:
    quoted: str | None = match["quoted"]
    return match["plain"].strip() if quoted is None else quoted.replace('""', '"')


def join_path(names: Iterable[str]) -> str:
    """Write names as a dotted path, such that :func:`split_path` gives them back.

    Quoted are those that hold a dot or a double quote, and those with a blank at an end.

    Examples
    --------
    >>> join_path(("touchpoints", "a.b", "cost"))
    'touchpoints."a.b".cost'
    """
    return ".".join(map(_written, names))


def _written(name: str) -> str:
    plain = name == name.strip() and "." not in name and '"' not in name
    return name if plain else '"' + name.replace('"', '""') + '"'
