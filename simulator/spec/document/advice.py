"""What a YAML syntax error means to a person who writes a journey."""

from __future__ import annotations

import re
from typing import Any, Final

from simulator.errors import Place, Problem

__all__ = ["INDENT", "QUOTES", "explain", "unbalanced"]

QUOTES: Final = (
    "did you forget quotes? Text with a comma, ': ' or ' #' in it, or with a leading - * ! & % @ ` > | "
    "must be quoted"
)
INDENT: Final = "the keys of one mapping begin in the same column, further right than the key above them"
_TABS: Final = "indent with spaces, not tabs"

# In the words of libyaml or of the parser written in Python: what is wrong, and the fix.
_MEANINGS: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = tuple(
    (re.compile(pattern), message, fix)
    for pattern, message, fix in (
        (r"tab character", "a tab cannot indent", _TABS),
        (r"mapping values are not allowed", "a ': ' that cannot stand here", f"{QUOTES}; else: {INDENT}"),
        (r"sequence entries are not allowed", "a '- ' that cannot stand here", QUOTES),
        (r"block scalar", "a leading > or | begins a text of several lines", QUOTES),
        (r"alias", "a leading * means an alias, which is not allowed", QUOTES),
        (r"anchor", "a leading & means an anchor, which is not allowed", QUOTES),
        (r"\btag\b", "a leading ! means a tag, which is not allowed", QUOTES),
        (r"directive", "a line that begins with % is a directive, which is not allowed", QUOTES),
        (r"unknown escape", "an unknown escape in double quotes", r"write a backslash as \\"),
        (r"escape", "a wrong escape in double quotes", r"write a backslash as \\, a character as \u00e9"),
        (r"quoted scalar", "a quote that is never closed", "close the quote that opens on this line"),
        (r"expected ':'", "a line that is no 'key: value'", f"put a ': ' after the key; {INDENT}"),
        (r"<document start>", "text behind the end of the document", INDENT),
        (r"node content", "a value is missing, or begins with a sign that YAML reads otherwise", QUOTES),
        (
            r"expected key|<block end>",
            "this does not fit what is above it",
            f"{INDENT}; {QUOTES}",
        ),
        (r"'-' indicator", "a line that does not fit the list above it", "each entry begins with '- '"),
    )
)


def explain(error: Any, lines: list[str], file: str, path: tuple[str, ...]) -> Problem:
    """Turn an error of the YAML parser into a problem with its place and fix.

    Parameters
    ----------
    error : yaml.MarkedYAMLError
        What the parser raised.
    lines : list of str
        The text, to see the character the parser stumbled over.
    file, path
        Where the text came from, and the keys read so far.
    """
    said = ", ".join(part for part in (error.context, error.problem) if part)
    place = _place(error, said, lines, file)
    line = lines[place.line - 1]
    seen = line[place.column - 1 :][:1]
    bracket = re.search(r"expected ',' or '([]}])'", said)
    if bracket and error.context_mark is not None:
        opened = f"the {'{' if bracket[1] == '}' else '['} of line {error.context_mark.line + 1}"
        message, fix = f"a , or {bracket[1]} is missing for {opened}", QUOTES
    elif "cannot start any token" in said:
        tab = seen == "\t"
        message, fix = ("a tab cannot indent", _TABS) if tab else (f"nothing can begin with {seen!r}", QUOTES)
    else:
        message, fix = _meaning(said)
    return Problem(f"{message}: {_short(line)!r}", path, place, fix)


def _place(error: Any, said: str, lines: list[str], file: str) -> Place:
    """Find the line to look at: where it went wrong, or what was left open when the text ended."""
    mark, opening = error.problem_mark, error.context_mark
    at_end = mark is None or not "".join(lines[mark.line :]).strip()
    if opening is not None and (at_end or "expected ':'" in said):
        mark = opening
    if mark is None:
        return Place(file, 1, 1)
    number = min(mark.line, len(lines) - 1)
    while number and not lines[number].strip():
        number -= 1
    column = mark.column if number == mark.line else max(len(lines[number]) - 1, 0)
    return Place(file, number + 1, column + 1)


def _meaning(said: str) -> tuple[str, str]:
    for pattern, message, fix in _MEANINGS:
        if pattern.search(said):
            return message, fix
    return f"this is not YAML ({said})", QUOTES


def _short(line: str) -> str:
    text = line.strip()
    return text if len(text) <= 60 else text[:57] + "…"


def unbalanced(text: str) -> bool:
    """Tell whether round brackets close before they open, or stay open: an expression cut in two.

    Examples
    --------
    >>> unbalanced("max(a"), unbalanced("b) > 1"), unbalanced("max(a, b)")
    (True, True, False)
    """
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return True
    return depth != 0
