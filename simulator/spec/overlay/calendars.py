"""Laying factors by weekday, month or hour: `fri` over `mon-fri`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import Problem
from simulator.spec.overlay.layers import Path
from simulator.spec.shapes import Calendar, Shape

if TYPE_CHECKING:
    from simulator.spec.overlay.walk import Walk

__all__ = ["lay_calendar"]


def lay_calendar(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    """Lay calendar words over calendar words; old keys that overlap are taken apart first.

    Raises
    ------
    ValueError
        If a key does not read, or two new keys name the same part.
    """
    calendar, entry = shape.calendar, shape.entry
    assert calendar is not None
    assert entry is not None
    out = walk.opened(old, new, path)
    wanted = {key: calendar.parts(key) for key in new}
    parts = [part for key in wanted for part in wanted[key]]
    if len(set(parts)) < len(parts):
        raise ValueError(f"{', '.join(wanted)} name the same part twice")
    for key in [key for key in out if set(calendar.parts(key)) & set(parts)]:
        held = out.pop(key)
        out.update({calendar.word(part): held for part in calendar.parts(key)})
    for key, value in new.items():
        words = [calendar.word(part) for part in wanted[key]]
        if value is None:
            _remove(walk, out, words, (*path, key))
        else:
            _lay_key(walk, calendar, entry, out, words, value, (*path, key))
    return out


def _remove(walk: Walk, out: dict[str, Any], words: list[str], path: Path) -> None:
    missing = [word for word in words if out.pop(word, None) is None]
    if missing:
        walk.unknown(path, out, f": {', '.join(missing)} is not named, so it cannot be removed")
    walk.drop(path)


def _lay_key(
    walk: Walk, calendar: Calendar, entry: Shape, out: dict[str, Any], words: list[str], new: Any, path: Path
) -> None:
    """Lay one written key over every part it names; it is idle if nothing changes in any."""
    idle: list[Problem] = []
    for word in words:
        here = (*path[:-1], word)
        if word not in out and calendar.default is not None and path[:-2] not in walk.marks:
            out[word] = calendar.default  # what is not named has this factor
        out[word] = walk.value(entry, out.get(word), new, here, at=path)
        still = walk.found.idle.pop(here, None)
        if still is not None:
            idle.append(still)
    if len(idle) == len(words):
        walk.found.idle[path] = Problem(idle[0].message, walk.layer.written(path), walk.layer.place(path))
