"""Laying what stands in `next`: a row or rules over a row or rules. Only like over like merges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.errors import nearest
from simulator.spec.overlay.edits import edit_of, seen
from simulator.spec.overlay.layers import Path
from simulator.spec.overlay.rows import lay_row
from simulator.spec.rows import _ordered, is_rules
from simulator.spec.shapes import ROW, RULE, Shape

if TYPE_CHECKING:
    from simulator.spec.overlay.walk import Walk

__all__ = ["lay_next"]


def lay_next(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    """Lay a row or rules over a row or rules.

    Raises
    ------
    ValueError
        If it is not clear what is meant.
    """
    if not isinstance(new, dict):
        raise ValueError(f"next is a row or rules, not {seen(new)}")
    if is_rules(old):
        return _over_rules(walk, shape, old, new, path)
    if not is_rules(new):
        return lay_row(walk, ROW, old, new, path)
    if old is not None and "else" not in new:
        raise ValueError("next is a row here; rules laid over it replace it whole, so they need an else")
    return walk.put(shape, old, new, path)


def _over_rules(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    if not new:
        return walk.still(path, old)
    if is_rules(new) or all(part is None for part in new.values()):
        return _merge(walk, old, new, path)
    named = [name for name in new if name in old]
    if named:
        raise ValueError(f"{named[0]!r} is a rule here: change its if, then or before; null removes it")
    if any(edit_of(part) for part in new.values()):
        target = next(iter(new))
        raise ValueError(f"next has rules here; edit the row of one of them, such as else: {{{target}: …}}")
    return walk.put(shape, old, new, path)


def _merge(walk: Walk, old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Merge rules by name; those added or moved say which rule they stand before."""
    rules = _ordered({name: rule for name, rule in old.items() if name != "else"})
    before = list(rules)
    for name, part in new.items():
        if name != "else":
            _rule(walk, rules, name, part, (*path, name))
    moves = {name: rule.pop("before") for name, rule in rules.items() if "before" in rule}
    order = _place(walk, [name for name in rules if name not in moves], moves, path)
    if order == before:
        for name in moves:
            walk.still((*path, name, "before"), moves[name])
    row = old.get("else")
    if "else" in new:
        row = _else(walk, row, new["else"], (*path, "else"))
    return {**{name: rules[name] for name in order}, "else": row}


def _else(walk: Walk, old: Any, new: Any, path: Path) -> Any:
    if new is None:
        walk.problem(path, "else is required and cannot be removed")
        return old
    return walk.value(ROW, old, new, path)


def _rule(walk: Walk, rules: dict[str, Any], name: str, new: Any, path: Path) -> None:
    """Add, change or remove one rule."""
    if new is None:
        walk.remove(rules, name, path)
    elif not isinstance(new, dict) or edit_of(new):
        fix = "a row's targets stand under else, or under a rule's then"
        walk.problem(path, f"beside rules, {seen(new)} is no rule", fix)
    elif name in rules:
        rules[name] = dict(walk.value(RULE, rules[name], new, path))
    else:
        missing = [key for key in ("if", "then", "before") if new.get(key) is None]
        if missing:
            walk.unknown(path, rules, f", and a new rule needs {' and '.join(missing)}")
            return
        walk.mark(path)
        rules[name] = dict(walk.value(RULE, None, new, path))


def _place(walk: Walk, order: list[str], moves: Mapping[str, str], path: Path) -> list[str]:
    """Put each rule right before the one it names, whatever the order of the file."""
    waiting = dict(moves)
    taken: dict[str, str] = {}
    for name, other in moves.items():
        if other in taken:
            message = f"{taken[other]!r} and {name!r} both say before: {other}"
            walk.problem((*path, name, "before"), message, f"let one say before: {taken[other]}")
        taken[other] = name
    while ready := [name for name, other in waiting.items() if other == "else" or other in order]:
        for name in ready:
            other = waiting.pop(name)
            order.insert(len(order) if other == "else" else order.index(other), name)
    for name, other in waiting.items():
        known = [*order, *waiting, "else"]
        known.remove(name)
        walk.problem(
            (*path, name, "before"), f"there is no rule {other!r} to stand before", nearest(other, known)
        )
    return [*order, *waiting]
