"""What laying one layer gives, and the notes taken on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from simulator.errors import Problem, nearest
from simulator.spec.overlay.edits import holds_edit, seen
from simulator.spec.overlay.layers import Layer, Layered, Path
from simulator.spec.rows import Line, Rule, Share
from simulator.spec.shapes import Kind, Shape

__all__ = ["Laid", "Notes", "same"]

# Two probabilities closer than this are the same: the rest of 0.7 is 0.30000000000000004.
_SAME: Final = 1e-12


@dataclass
class Laid:
    """What laying one layer gave.

    Attributes
    ----------
    tree : Layered
        The sum; where something did not fit, as it was.
    problems : list of Problem
        What does not fit.
    idle : dict of path to Problem
        Edits that change nothing; whether that is an error depends on the other versions of the map.
    touched, replaced, added : set of path
        What was written at all; what of it dropped an earlier value whole; names that are new.
    """

    tree: Layered
    problems: list[Problem] = field(default_factory=list)
    idle: dict[Path, Problem] = field(default_factory=dict)
    touched: set[Path] = field(default_factory=set)
    replaced: set[Path] = field(default_factory=set)
    added: set[Path] = field(default_factory=set)


class Notes:
    """The notes of one walk: where values were written, and what is wrong."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.marks: dict[Path, Path] = {}
        self.found = Laid(Layered({}, layer.document))

    def problem(self, path: Path, message: str, fix: str = "") -> None:
        """Note what does not fit."""
        self.found.problems.append(Problem(message, self.layer.written(path), self.layer.place(path), fix))

    def unknown(self, path: Path, known: Iterable[str], why: str = "") -> None:
        """Note a name that is not there."""
        above = ".".join(path[:-1]) or "a model"
        self.problem(path, f"there is no {path[-1]!r} in {above}{why}", nearest(path[-1], known))

    def still(self, path: Path, old: Any) -> Any:
        """Note that nothing changes here; give back the old value."""
        message = f"this changes nothing: {'.'.join(path) or 'the model'} is {seen(old)} already"
        self.found.idle[path] = Problem(message, self.layer.written(path), self.layer.place(path))
        return old

    def mark(self, path: Path, at: Path | None = None) -> None:
        """Note that this layer wrote a value, for the places of later errors."""
        self.marks[path] = path if at is None else at
        self.found.touched.add(path)

    def drop(self, path: Path) -> None:
        """Note that a value is gone."""
        self.found.touched.add(path)
        self.found.replaced.add(path)

    def put(self, shape: Shape, old: Any, new: Any, path: Path) -> Any:
        """Write a whole value.

        Raises
        ------
        ValueError
            If an edit is hidden in it.
        """
        if shape.kind is not Kind.LEAF and holds_edit(new):
            raise ValueError(
                "an edit stands inside a value that replaces another whole; write it without set, scale, add"
            )
        if old is not None:
            if same(shape, old, new):
                return self.still(path, old)
            self.found.replaced.add(path)
        self.mark(path)
        return new


def same(shape: Shape, old: Any, new: Any) -> bool:
    """Tell whether two written values mean the same: `10 min` and `600 s`, a row with and without rest."""
    if old == new and type(old) is type(new) and shape.kind is not Kind.NEXT:
        return True
    try:
        first, second = (shape.reader.validate_python(value) for value in (old, new))
    except ValidationError:
        return False
    return _equal(first, second)


def _equal(first: Any, second: Any) -> bool:
    if isinstance(first, Share | Line) and type(first) is type(second):
        others = first.model_copy(update={"p": None, "rest": False})
        if others != second.model_copy(update={"p": None, "rest": False}):
            return False
        return math.isclose(first.p or 0.0, second.p or 0.0, rel_tol=0.0, abs_tol=_SAME)
    if isinstance(first, Rule) and isinstance(second, Rule):
        return first.condition == second.condition and _equal(first.then, second.then)
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        rules = any(isinstance(entry, Rule) for entry in first.values())
        if set(first) != set(second) or (rules and list(first) != list(second)):
            return False
        return all(_equal(first[name], second[name]) for name in first)
    return bool(first == second)
