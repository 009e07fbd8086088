"""Which names of a log can stand in a model, unchanged."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from simulator.errors import LogError, Place, Problem
from simulator.spec.document import name_problem
from simulator.spec.document.names import skeleton
from simulator.spec.quantities import Name

__all__ = ["check_names", "outcome_name"]

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_FIX = "rename it in the log: a model calls everything by the name it has there"


def check_names(file: str, what: str, names: Iterable[str]) -> None:
    """Refuse names that the language cannot carry unchanged; nothing is renamed silently.

    Parameters
    ----------
    file : str
        The log, for the message.
    what : str
        What the names are: activity or persona.
    names : iterable of str
        The distinct names.

    Raises
    ------
    LogError
        Listing every name that is reserved, invisible, too long, or looks like another.
    """
    problems: list[str] = []
    seen: dict[str, str] = {}
    for name in names:
        wrong = _wrong(name)
        other = seen.setdefault(skeleton(unicodedata.normalize("NFC", name)), name)
        if not wrong and other != name:
            wrong = f"{name!r} looks the same as {other!r}"
        if wrong:
            problems.append(f"{what}: {wrong}")
    if problems:
        raise LogError([Problem(problem, place=Place(file), fix=_FIX) for problem in problems])


def _wrong(name: str) -> str:
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return name_problem(name)


def outcome_name(activities: Iterable[str]) -> str:
    """Name the one outcome: `end`, or `case ended` where an activity is called so."""
    return "case ended" if "end" in set(activities) else "end"
