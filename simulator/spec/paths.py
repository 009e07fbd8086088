"""Dotted paths of `sweep`, `evidence` and `events.next`: names between dots, quoted where needed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["join_path", "split_path"]

_PART = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>[^."]+)')


def split_path(text: str) -> tuple[str, ...]:
    """Split a dotted path into names.

    A name that holds a dot or a quote-worthy character stands in double quotes between dots.

    Raises
    ------
    ValueError
        If the text is not names separated by single dots.

    Examples
    --------
    >>> split_path('touchpoints."Offline TA.TO".next.else')
    ('touchpoints', 'Offline TA.TO', 'next', 'else')
    """
    text = unicodedata.normalize("NFC", text.strip())
    names: list[str] = []
    position = 0
    while True:
        match = _PART.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is not a path: names between dots, such as teams.support.servers")
        names.append((match["quoted"] or match["plain"]).strip())
        position = match.end()
        if position == len(text):
            return tuple(names)
        if text[position] != ".":
            raise ValueError(f"{text!r} is not a path: a dot is expected after {names[-1]!r}")
        position += 1


def join_path(names: Iterable[str]) -> str:
    """Write names as a dotted path, quoting those that hold a dot.

    Examples
    --------
    >>> join_path(("touchpoints", "a.b", "cost"))
    'touchpoints."a.b".cost'
    """
    return ".".join(f'"{name}"' if "." in name else name for name in names)
