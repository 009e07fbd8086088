"""Laying rows: whole, or as edits of single targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulator.spec.overlay.edits import Edit, edit_of, edit_row, seen
from simulator.spec.overlay.layers import Path
from simulator.spec.shapes import Shape

if TYPE_CHECKING:
    from simulator.spec.overlay.walk import Walk

__all__ = ["lay_row"]


def lay_row(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    """Lay a row: whole, or as edits of single targets.

    Raises
    ------
    ValueError
        If it mixes edits and values, or edits what cannot be edited.
    """
    if not isinstance(new, dict):
        return walk.put(shape, old, new, path)
    if not new and old is not None:
        return walk.still(path, old)
    edits = {name: None if part is None else _edit(walk, part, (*path, name)) for name, part in new.items()}
    plain = [name for name, part in new.items() if part is not None and edits[name] is None]
    if not plain and new:
        return _edited(walk, old, edits, path)
    if len(plain) < len(new):
        other = next(name for name in new if name not in plain)
        raise ValueError(
            f"{plain[0]}: {seen(new[plain[0]])} is a value and {other}: {seen(new[other])} an edit; "
            "write every target, or only edits (set, scale, add, null)"
        )
    return walk.put(shape, old, new, path)


def _edit(walk: Walk, part: Any, path: Path) -> Edit | None:
    """Read the edit of one target; a sweep that names a target sets it."""
    return edit_of(part) or (Edit("set", part) if path in walk.layer.routes else None)


def _edited(walk: Walk, old: Any, edits: Mapping[str, Edit | None], path: Path) -> Any:
    if not isinstance(old, dict):
        raise ValueError(f"there is no row here to edit, but {seen(old)}; write the row whole")
    known = {name: edit for name, edit in edits.items() if name in old}
    for name in edits:
        if name not in known:
            walk.unknown((*path, name), old, f", which is {seen(old)}")
    if not known:
        return old
    try:
        out = edit_row(old, known)
    except ValueError as error:
        walk.problem((*path, *known) if len(known) == 1 else path, str(error))
        return old
    for name in known:
        here = (*path, name)
        if name not in out:
            walk.drop(here)
        elif out[name] == old[name]:
            walk.still(here, old[name])
        else:
            walk.mark(here)
    return out
