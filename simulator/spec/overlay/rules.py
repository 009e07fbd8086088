"""Laying what stands in `next`: a row or rules over a row or rules. Only like over like merges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.errors import nearest
from simulator.spec.overlay.edits import edit_of, seen
from simulator.spec.overlay.layers import Path
from simulator.spec.overlay.rows import lay_row
from simulator.spec.rows import is_rules, ordered, placed
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
    rules = ordered({name: rule for name, rule in old.items() if name != "else"})
    before = list(rules)
    for name, part in new.items():
        if name != "else":
            _rule(walk, rules, name, part, (*path, name))
    moves = _moves(walk, rules, path)
    order = _place(walk, [name for name in rules if name not in moves], moves, path)
    if order == before:
        for name in moves:
            walk.still((*path, name, "before"), moves[name])
    row = old.get("else")
    if "else" in new:
        row = _else(walk, row, new["else"], (*path, "else"))
    return {**{name: rules[name] for name in order}, "else": row}


def _moves(walk: Walk, rules: Mapping[str, dict[str, Any]], path: Path) -> dict[str, str]:
    """Take from each rule what it stands before."""
    moves: dict[str, str] = {}
    for name, rule in rules.items():
        other = rule.pop("before", None)
        if isinstance(other, str):
            moves[name] = other
        elif other is not None:
            message = f"before names a rule, not {seen(other)}"
            walk.problem((*path, name, "before"), message, nearest("", [one for one in rules if one != name]))
    return moves


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
    taken: dict[str, str] = {}
    for name, other in moves.items():
        if other in taken:
            message = f"{taken[other]!r} and {name!r} both say before: {other}"
            walk.problem((*path, name, "before"), message, f"let one say before: {taken[other]}")
        taken[other] = name
    found, stuck = placed(order, moves)
    lost = [name for name in stuck if moves[name] not in stuck]
    for name in lost:
        known = [one for one in (*found, *stuck, "else") if one != name]
        message = f"there is no rule {moves[name]!r} to stand before"
        walk.problem((*path, name, "before"), message, nearest(moves[name], known))
    if stuck and not lost:
        message = f"{stuck[0]!r} says before: {moves[stuck[0]]}, and so on in a circle"
        walk.problem((*path, stuck[0], "before"), message, "write before: else in one of them")
    return [*found, *stuck]
