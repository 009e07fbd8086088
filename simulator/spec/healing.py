"""What else is wrong with a model whose values cannot all be read.

Names can only be compared in a model that could be read. So what cannot be read is taken out, as little
as leaves a model that can, and the rest is looked at; what taking out may itself have caused is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from simulator.errors import Problem
from simulator.spec.overlay.layers import Path
from simulator.spec.validation import PlaceOf, context_of, problems_of

__all__ = ["Rest", "healed"]

# Each round takes out what the round before could not do without: a value, its row, its touchpoint.
_ROUNDS: Final = 6
# A file with more than this is no model with slips; its names can wait.
_MOST: Final = 100
_REST: Final = "rest"
_QUOTED: Final = re.compile(r"'([^']+)'")


@dataclass(frozen=True)
class Rest:
    """What could be read of a model.

    Attributes
    ----------
    data : dict
        The rest, as written.
    gone : list of path
        What was taken out.
    names : frozenset of str
        Every key that went with it.
    """

    data: dict[str, Any]
    gone: list[Path]
    names: frozenset[str]

    def explains(self, problem: Problem) -> bool:
        """Whether a problem of the rest may come from what was taken out."""
        return (
            problem.path[:1] == ("evidence",)
            or any(_related(problem.path, path) for path in self.gone)
            or not self.names.isdisjoint(_QUOTED.findall(problem.message))
        )


def healed(
    record: type[BaseModel], data: Mapping[str, Any], place_of: PlaceOf, problems: Sequence[Problem]
) -> Rest | None:
    """Take out what cannot be read.

    Parameters
    ----------
    record : type
        The class that could not be read.
    data : mapping
        As written; it is not changed.
    place_of : callable
        Where a path of `data` is written.
    problems : sequence of Problem
        What is wrong with it.

    Returns
    -------
    Rest or None
        None where what is needed would have to go, or too much is wrong.
    """
    rest: Any = dict(data)
    gone: list[Path] = []
    wrong = [problem.path for problem in problems]
    for _ in range(_ROUNDS):
        if len(wrong) > _MOST or not all(wrong):
            return None
        for path in wrong:
            rest = _without(rest, path)
        gone += wrong
        try:
            record.model_validate(rest, context=context_of(rest))
        except ValidationError as error:
            wrong = [problem.path for problem in problems_of(record, rest, place_of, error)]
        else:
            names = (name for path in gone for name in (path[-1], *_names(_at(data, path))))
            return Rest(rest, gone, frozenset(names))
    return None


def _related(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _without(data: Any, path: Path) -> Any:
    """Copy data without what stands at a path, which may be gone already."""
    key, *below = path
    if isinstance(data, list):
        return [
            _without(each, tuple(below)) if below else each
            for place, each in enumerate(data)
            if below or str(place) != key
        ]
    if not isinstance(data, Mapping) or key not in data:
        return data
    rest = dict(data)
    if below:
        rest[key] = _without(rest[key], tuple(below))
    elif len(rest) == 1 and isinstance(rest[key], int | float):
        rest[key] = _REST  # the only target of a row: without it the row, and who goes by it, would go too
    else:
        del rest[key]
    return rest


def _at(data: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(data, Mapping) or key not in data:
            return None
        data = data[key]
    return data


def _names(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from _names(value)
