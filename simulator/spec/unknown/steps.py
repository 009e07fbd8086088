"""From a path as written to the steps through the classes, where a number can be read and replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import BaseModel

from simulator.spec import units
from simulator.spec.parts import Path
from simulator.spec.rows import Line, Rule, Share

__all__ = ["Steps", "all_steps", "at", "put"]


class _Step(NamedTuple):
    """One step: a field of a record, or a key of a mapping."""

    field: bool
    key: Any


Steps: TypeAlias = tuple[_Step, ...]


def _hours(key: str) -> tuple[int, ...]:
    first, last = units.parse_hours(key)
    return tuple(range(first, last))


# Keys that may name several parts: how they read, and how the overlay names one part.
_CALENDARS: Final[Mapping[str, tuple[Callable[[str], tuple[int, ...]], Callable[[int], str]]]] = {
    "weekday": (units.parse_weekdays, lambda part: units.WEEKDAYS[part]),
    "month": (units.parse_months, lambda part: units.MONTHS[part - 1]),
    "hours": (_hours, lambda part: f"{part:02}-{part + 1:02}"),
}


def all_steps(node: Any, path: Path) -> list[tuple[Path, Steps]]:
    """Find every place that a path names: one, or each part of calendar words such as `mon-fri`.

    Returns
    -------
    list of (path, steps)
        The path as the overlay writes it, and the way through the classes; empty if it leads nowhere.
    """
    arrivals = path[:1] == ("personas",) and path[2:3] == ("arrivals",) and len(path) == 5
    if not arrivals or path[3] not in _CALENDARS:
        steps = steps_to(node, path)
        return [] if steps is None else [(path, steps)]
    parts, word = _CALENDARS[path[3]]
    above = steps_to(node, path[:4])
    if above is None:
        return []
    factors = at(node, above)
    found = [part for part in parts(path[4]) if part in factors]
    return [((*path[:4], word(part)), (*above, _Step(False, part))) for part in found]


def steps_to(node: Any, path: Path) -> Steps | None:
    """Walk classes along a path as a person writes it; None where it leads nowhere.

    A row that stands where rules could is found under `else`; the path of a rule leads to its row, and
    the path of a share, a line or a clock written short to its probability.
    """
    steps: list[_Step] = []
    for key in path:
        found = _step(node, key)
        if found is None:
            return None
        for step in found:
            node = _look(node, step)
            steps.append(step)
    for step in _home(node):
        node = _look(node, step)
        steps.append(step)
    return None if node is None else tuple(steps)


def _step(node: Any, key: str) -> list[_Step] | None:
    """Give the steps that one key of a path means."""
    if isinstance(node, BaseModel):
        names = {info.alias or name: name for name, info in type(node).model_fields.items()}
        name = names.get(key)
        return None if name is None or getattr(node, name) is None else [_Step(True, name)]
    if not isinstance(node, Mapping):
        return None
    if key in node:
        rule = [_Step(True, "then")] if key == "else" and isinstance(node[key], Rule) else []
        return [_Step(False, key), *rule]
    bare = node.get("else") if set(node) == {"else"} else None
    if isinstance(bare, Rule) and key in bare.then:
        return [_Step(False, "else"), _Step(True, "then"), _Step(False, key)]
    return None


def _home(node: Any) -> list[_Step]:
    """Give the steps from a short form to what it means: rules to their only row, a share to its chance."""
    if isinstance(node, Share | Line):
        return [_Step(True, "p")]
    if isinstance(node, Mapping) and set(node) == {"else"} and isinstance(node["else"], Rule):
        return [_Step(False, "else"), _Step(True, "then")]
    return []


def _look(node: Any, step: _Step) -> Any:
    return getattr(node, step.key) if step.field else node[step.key]


def at(node: Any, steps: Steps) -> Any:
    """Read what stands at the end of the steps."""
    for step in steps:
        node = _look(node, step)
    return node


def put(node: Any, steps: Steps, value: Any) -> Any:
    """Give a copy with another value at the end of the steps; all that is beside is shared."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    inner = put(_look(node, step), rest, value)
    if step.field:
        return node.model_copy(update={step.key: inner})
    return {**node, step.key: inner}
