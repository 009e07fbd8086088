"""One walk of a layer and the language together: written values in, written values out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from simulator.errors import nearest
from simulator.spec.overlay.calendars import lay_calendar
from simulator.spec.overlay.edits import edit_of, edit_value, seen
from simulator.spec.overlay.laid import Laid, Notes, same
from simulator.spec.overlay.layers import Layer, Layered, Path
from simulator.spec.overlay.rows import lay_row
from simulator.spec.overlay.rules import lay_next
from simulator.spec.shapes import ALTERNATIVES, LEAF, MODEL, Kind, Shape, fields_of
from simulator.spec.touchpoint import Touchpoint

__all__ = ["Walk", "lay"]

# A new one of these is whole when it has one of these keys; of others the required keys say so.
_ESSENTIAL: Final[Mapping[type[BaseModel], tuple[str, ...]]] = {Touchpoint: ("next", "choose", "race")}


def lay(base: Layered, layer: Layer) -> Laid:
    """Lay changes over a model's written data.

    Parameters
    ----------
    base : Layered
        A valid model, and what was laid over it before; it is not changed.
    layer : Layer
        The changes, without any `personas.<p>.changes`.

    Returns
    -------
    Laid
        The sum and everything noticed on the way. The order of keys has no influence.
    """
    walk = Walk(layer)
    data = walk.value(MODEL, base.data, layer.data, ())
    walk.found.tree = Layered(data, base.document, (*base.over, (layer, walk.marks)))
    return walk.found


class Walk(Notes):
    """Lay values of every shape; `old` is None where nothing is written."""

    def value(self, shape: Shape, old: Any, new: Any, path: Path, at: Path | None = None) -> Any:
        """Lay a value over another; what does not fit is noted and leaves the old one.

        Parameters
        ----------
        shape : Shape
            What stands here in the language.
        old, new : Any
            As written; `new` is not None.
        path : tuple of str
            From the top of the model.
        at : tuple of str, optional
            Where in the layer it is written, if under another key.
        """
        try:
            laid = _BY_KIND.get(shape.kind, _lay_single)(self, shape, old, new, path)
        except ValueError as error:
            self.problem(at or path, str(error))
            return old
        if at is not None and path in self.marks:
            self.mark(path, at)
        return laid

    def opened(self, old: Any, new: Any, path: Path, short: str | None = None) -> dict[str, Any]:
        """Give a copy of the old mapping to merge into.

        Raises
        ------
        ValueError
            If the new value is no mapping.
        """
        if not isinstance(new, dict):
            raise ValueError(f"expected a mapping, not {seen(new)}")
        if old is None:
            self.mark(path)
            return {}
        if not new:
            self.still(path, old)
        if isinstance(old, dict):
            return dict(old)
        return {short: old} if short else {}

    def remove(self, out: dict[str, Any], key: str, path: Path, *, required: bool = False) -> None:
        """Remove a key, which must be there."""
        if out.get(key) is None:
            self.unknown(path, [name for name in out if out[name] is not None], " to remove")
        elif required:
            self.problem(path, f"{key} is required and cannot be removed")
        else:
            del out[key]
            self.drop(path)

    def entry(self, out: dict[str, Any], key: str, shape: Shape, new: Any, path: Path) -> None:
        """Lay the value of one key."""
        laid = self.value(shape, out.get(key), new, path)
        if laid is not None:
            out[key] = laid

    def key(self, record: type[BaseModel], out: dict[str, Any], key: str, new: Any, path: Path) -> None:
        """Lay one key of a record."""
        fields = fields_of(record)
        known = fields.get(key)
        if known is None and record.model_config.get("extra") != "allow":
            self.problem(path, f"unknown key {key!r}", nearest(key, fields))
        elif new is None:
            self.remove(out, key, path, required=known is not None and known.required)
        elif known is None:
            self.entry(out, key, LEAF, new, path)
        else:
            plain = known.shape.kind in (Kind.QUANTITY, Kind.LEAF) and path[:-1] not in self.marks
            if out.get(key) is None and known.default is not None and plain:
                out[key] = known.default  # what is not written has its documented default
            self.entry(out, key, known.shape, new, path)

    def drop_alternatives(self, record: type[BaseModel], out: dict[str, Any], new: Any, path: Path) -> None:
        """Drop what the new keys stand instead of, such as `next` where `choose` is laid."""
        groups = ALTERNATIVES.get(record, ())
        chosen = [group for group in groups if any(new.get(word) is not None for word in group)]
        others = [word for group in groups if chosen and group not in chosen for word in group]
        for word in others:
            if any(word in group for group in chosen):
                continue
            if out.get(word) is not None and word not in new:
                del out[word]
                self.drop((*path, word))

    def may_add(self, entry: Shape, known: Iterable[str], new: Any, path: Path) -> bool:
        """Tell whether a name that is not there yet comes with all a new entry needs."""
        inside = any(route[: len(path)] == path and len(route) > len(path) for route in self.layer.routes)
        if _is_edit(entry, new) or (inside and entry.kind is Kind.RECORD):
            self.unknown(path, known)
            return False
        missing = _missing(entry, new)
        if missing:
            self.unknown(path, known, f", and a new one needs {missing}")
            return False
        self.found.added.add(path)
        self.mark(path)
        return True


def _is_edit(entry: Shape, new: Any) -> bool:
    """Tell an edit from a new entry, which may have a key of the same name: a touchpoint's `set`."""
    own = fields_of(entry.record) if entry.kind is Kind.RECORD and entry.record is not None else {}
    words = [key for key in new if key not in own] if isinstance(new, dict) else []
    return edit_of({word: new[word] for word in words}) is not None


def _missing(entry: Shape, new: Any) -> str:
    """Say what a new entry lacks to be whole."""
    record = entry.record
    if entry.kind is not Kind.RECORD or record is None or not isinstance(new, dict):
        return ""
    essential = _ESSENTIAL.get(record, ())
    if essential and not any(new.get(word) is not None for word in essential):
        return " or ".join(essential)
    lacking = [key for key, field in fields_of(record).items() if field.required and new.get(key) is None]
    return " and ".join(lacking)


def _lay_record(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    record, short = shape.record, shape.short
    assert record is not None
    if short and edit_of(new):
        new = {short: new}
    elif short and not isinstance(new, dict):
        return walk.put(shape, old, new, path)
    out = walk.opened(old, new, path, short)
    walk.drop_alternatives(record, out, new, path)
    for key, part in new.items():
        walk.key(record, out, key, part, (*path, key))
    if short and old is not None and not isinstance(old, dict) and set(out) == {short}:
        return out[short]
    return out


def _lay_names(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    entry = shape.entry
    assert entry is not None
    out = walk.opened(old, new, path)
    for name, part in new.items():
        here = (*path, name)
        if part is None:
            walk.remove(out, name, here)
        elif name in out or walk.may_add(entry, out, part, here):
            walk.entry(out, name, entry, part, here)
    return out


def _lay_single(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    edit = edit_of(new)
    if edit is None:
        return walk.put(shape, old, _inside(walk, shape, old, new, path), path)
    if shape.kind is not Kind.LEAF and edit.word == "set":
        return walk.put(shape, old, edit.operand, path)
    if old is None:
        raise ValueError(f"there is nothing to {edit.word}: {path[-1]} is not written; write its value")
    edited = edit_value(shape, old, edit)
    if same(shape, old, edited):
        return walk.still(path, old)
    walk.mark(path)
    return edited


def _inside(walk: Walk, shape: Shape, old: Any, new: Any, path: Path) -> Any:
    """Let a sweep reach a parameter inside a law, which is one value otherwise."""
    routes = walk.layer.routes
    if shape.kind is not Kind.LAW or not any(len(r) > len(path) and r[: len(path)] == path for r in routes):
        return new
    ((name, parameters),) = new.items()
    held = old.get(name) if isinstance(old, dict) else None
    if held is None:
        raise ValueError(f"there is no {name} here, but {seen(old)}")
    if not isinstance(parameters, dict):
        return new
    return {name: {**(held if isinstance(held, dict) else {"mean": held}), **parameters}}


_Layer: TypeAlias = Callable[[Walk, Shape, Any, Any, Path], Any]
_BY_KIND: Final[Mapping[Kind, _Layer]] = {
    Kind.RECORD: _lay_record,
    Kind.NAMES: _lay_names,
    Kind.CALENDAR: lay_calendar,
    Kind.NEXT: lay_next,
    Kind.ROW: lay_row,
}
