"""Several ideas applied together, unless they change the same thing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.errors import ModelError, Problem
from simulator.spec.document import Document
from simulator.spec.overlay import Layer, Layered, Path, lay
from simulator.spec.overlay.edits import Edit, seen
from simulator.spec.scenario import Idea, combine

__all__ = ["applied_together", "collisions"]


@dataclass(frozen=True)
class _Write:
    """One value that an idea writes: for whom, where, what."""

    persona: str | None
    path: Path
    value: Any
    edit: str | None
    layer: Layer

    def meets(self, other: _Write) -> bool:
        """Say whether both write the same thing, so that the order would decide."""
        if self.persona is not None and other.persona is not None and self.persona != other.persona:
            return False
        if _is_within(self.path, other.path) or _is_within(other.path, self.path):
            # Two factors, or two amounts added, give the same in either order.
            return not (self.path == other.path and self.edit == other.edit and self.edit in ("scale", "add"))
        return False


def applied_together(base: Document, ideas: Sequence[Idea]) -> Idea:
    """Lay several ideas together; the order has no influence, because they change different things.

    Parameters
    ----------
    base : Document
        The model.
    ideas : sequence of Idea

    Raises
    ------
    ModelError
        If two of them change the same thing.
    """
    problems = [
        problem
        for first, second in itertools.combinations(ideas, 2)
        for problem in collisions(base, first, second)
    ]
    if problems:
        raise ModelError(dict.fromkeys(problems))
    return combine(ideas)


def collisions(base: Document, first: Idea, second: Idea) -> list[Problem]:
    """List what two ideas both change.

    Where one replaces a value whole and the other edits inside it, the edit would be lost or not, by the
    order; that is a collision too. Factors of the same number, and amounts added to it, go together.
    """
    if set(first.point) and first.layers[0].document is second.layers[0].document:
        return [Problem(f"{first.name!r} and {second.name!r} are two points of one sweep")]
    writes = [_writes(base, idea) for idea in (first, second)]
    problems = []
    for one, other in itertools.product(*writes):
        if one.meets(other):
            shorter = min(one.path, other.path, key=len)
            problems.append(
                Problem(
                    f"{first.name!r} and {second.name!r} both change {'.'.join(shorter)}: "
                    f"{_said(one)} ({one.layer.place(one.path)}) and {_said(other)}",
                    other.layer.written(other.path),
                    other.layer.place(other.path),
                    "write one scenario that says what holds with both",
                )
            )
    return problems[:1]


def _said(write: _Write) -> str:
    return str(Edit(write.edit, write.value)) if write.edit else seen(write.value)


def _is_within(inner: Path, outer: Path) -> bool:
    return inner[: len(outer)] == outer


def _writes(base: Document, idea: Idea) -> list[_Write]:
    """List what an idea writes: every value, and every place where it replaces a value whole."""
    found = [write for layer in idea.layers for write in _leaves(layer, layer.data, ())]
    tree = Layered(base.data, base)
    for layer in idea.layers:
        shared = layer.having({key: part for key, part in layer.data.items() if key != "personas"})
        if shared.data:
            laid = lay(tree, shared)
            tree = laid.tree
            known = {write.path for write in found}
            whole = sorted(path for path in laid.replaced if path not in known)
            found += [_Write(None, path, "a new value", None, layer) for path in whole]
    return found


def _leaves(layer: Layer, data: Mapping[str, Any], path: Path) -> Iterator[_Write]:
    for key, value in data.items():
        here = (*path, key)
        if isinstance(value, dict) and len(value) == 1 and {*value} <= {"set", "scale", "add"}:
            ((word, operand),) = value.items()
            yield _write(layer, here, operand, word)
        elif isinstance(value, dict) and value:
            yield from _leaves(layer, value, here)
        else:
            yield _write(layer, here, value, None)


def _write(layer: Layer, path: Path, value: Any, edit: str | None) -> _Write:
    """Read a change of a persona's own map as one of the map, for that persona alone."""
    if len(path) > 3 and path[0] == "personas" and path[2] == "changes":
        return _Write(path[1], path[3:], value, edit, layer)
    return _Write(None, path, value, edit, layer)
