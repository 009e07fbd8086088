"""What stands at each path of a model file: a record, a mapping with names, a row, a law, a number.

Read off the pydantic classes, so that the overlay and the messages know the language without a second
list of its words. All values here are as written, before pydantic has read them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter

from simulator.laws.law import Law
from simulator.spec import units
from simulator.spec.expressions import Expression
from simulator.spec.model import Model
from simulator.spec.people import Hours, Months, Weekdays
from simulator.spec.quantities import Condition, Duration, Parties
from simulator.spec.rows import Each, Line, Option, Row, Rule, Share, is_rules
from simulator.spec.touchpoint import Effect, Sells, Touchpoint
from simulator.spec.world import Event, Opening, Policy

__all__ = [
    "ALTERNATIVES",
    "LEAF",
    "MODEL",
    "ROW",
    "RULE",
    "Calendar",
    "Field",
    "Kind",
    "Shape",
    "fields_of",
    "shape_at",
    "shape_of",
]


class Kind(Enum):
    """How the overlay treats a value."""

    RECORD = "a mapping with fixed keys"
    NAMES = "a mapping with names"
    CALENDAR = "a mapping of calendar words"
    NEXT = "a row or rules"
    ROW = "a row"
    LAW = "a law"
    QUANTITY = "a number"
    FORMULA = "an expression"
    LEAF = "a value"


@dataclass(frozen=True)
class Calendar:
    """Keys that may name several parts of a week, a year or a day (`mon-fri`, `nov-feb`, `07-09`)."""

    parts: Callable[[str], tuple[int, ...]]
    word: Callable[[int], str]
    default: float | None
    """What a part is that is not named; None where it has no number."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One place of the language.

    Attributes
    ----------
    kind : Kind
        How the overlay treats it.
    hint : Any
        The annotation, for reading a written value.
    record : type or None
        The class of a record, or of the shares of a row.
    entry : Shape or None
        What a mapping with names or calendar words holds.
    calendar : Calendar or None
        How keys of calendar words read.
    """

    kind: Kind
    hint: Any = None
    record: type[BaseModel] | None = None
    entry: Shape | None = None
    calendar: Calendar | None = None

    @property
    def short(self) -> str | None:
        """The field that a record written as a single value means."""
        return _SHORT.get(self.record) if self.record is not None else None

    @cached_property
    def reader(self) -> TypeAdapter[Any]:
        """What reads a written value of this shape."""
        plain = _plain(self.hint)
        if isinstance(plain, type) and (issubclass(plain, BaseModel) or is_dataclass(plain)):
            return TypeAdapter(self.hint)  # these have settings of their own
        return TypeAdapter(self.hint, config=ConfigDict(arbitrary_types_allowed=True))


@dataclass(frozen=True)
class Field:
    """One key of a record; the default as a person would write it."""

    shape: Shape
    required: bool
    default: Any


# Groups of keys of which a record has one: writing a key of one group drops those of the others.
ALTERNATIVES: Final[Mapping[type[BaseModel], tuple[tuple[str, ...], ...]]] = {
    Touchpoint: (("next",), ("choose",), ("race",)),
    Sells: (("one_of",), ("each",)),
    Effect: (("to", "noise"), ("chance",)),
    Event: (("from", "to"), ("holiday", "before", "after")),
    Policy: (("reorder_point", "order_up_to"), ("reorder_point", "order_quantity"), ("base_stock",)),
}

_SHORT: Final[Mapping[type[BaseModel], str]] = {Option: "utility", Line: "p", Share: "p", Effect: "to"}


def _hour_parts(key: str) -> tuple[int, ...]:
    first, last = units.parse_hours(key)
    return tuple(range(first, last))


_CALENDARS: Final[tuple[tuple[Any, Calendar], ...]] = (
    (Weekdays, Calendar(units.parse_weekdays, lambda part: units.WEEKDAYS[part], 1.0)),
    (Months, Calendar(units.parse_months, lambda part: units.MONTHS[part - 1], 1.0)),
    (Hours, Calendar(_hour_parts, lambda part: f"{part:02}-{part + 1:02}", 1.0)),
    (Opening, Calendar(units.parse_weekdays, lambda part: units.WEEKDAYS[part], None)),
)


def _plain(hint: Any) -> Any:
    """Strip annotations."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def _mapping(hint: Any, plain: Any) -> Shape:
    value = get_args(plain)[1]
    held = _plain(value)
    for written, calendar in _CALENDARS:
        if hint == written:
            return Shape(Kind.CALENDAR, hint, entry=shape_of(value), calendar=calendar)
    if hint == Parties:  # shares that sum to 1 are one value
        return Shape(Kind.LEAF, hint)
    if held is Share or (held is Line and hint != Each):
        return Shape(Kind.ROW, hint, record=held)
    if held is Rule:
        return Shape(Kind.NEXT, hint)
    if held is Any or type(None) in get_args(held):  # null is a value here, so it cannot remove
        return Shape(Kind.LEAF, hint)
    return Shape(Kind.NAMES, hint, entry=shape_of(value))


def shape_of(hint: Any) -> Shape:
    """Tell the shape of an annotation.

    Of a union the first part that is more than a plain value counts: a row or the word `wait` is a row.
    """
    plain = _plain(hint)
    if get_origin(plain) in (typing.Union, types.UnionType):
        parts = [shape_of(part) for part in get_args(plain) if part is not type(None)]
        kind = next((part for part in parts if part.kind is not Kind.LEAF), parts[0])
        return Shape(kind.kind, hint, kind.record, kind.entry, kind.calendar)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        return Shape(Kind.RECORD, hint, record=plain)
    if get_origin(plain) is dict:
        return _mapping(hint, plain)
    return Shape(_scalar(hint, plain), hint)


def _scalar(hint: Any, plain: Any) -> Kind:
    if plain is Law:
        return Kind.LAW
    if plain is Expression:
        return Kind.FORMULA if hint != Condition else Kind.LEAF
    return Kind.QUANTITY if plain in (int, float) else Kind.LEAF


@cache
def fields_of(record: type[BaseModel]) -> Mapping[str, Field]:
    """Give the keys of a record as a person writes them (`from`, `if`)."""
    hints = typing.get_type_hints(record, include_extras=True)
    fields: dict[str, Field] = {}
    for name, info in record.model_fields.items():
        written = info.alias or name
        if name == "rest":
            continue  # set by the word `rest`, never written as a key
        default = None if info.is_required() else info.get_default(call_default_factory=False)
        if default and hints[name] == Duration:
            default = units.format_duration(default)
        required = info.is_required() or (record is Rule and written == "if")
        fields[written] = Field(shape_of(hints[name]), required, default)
    if record is Rule:
        fields["before"] = Field(Shape(Kind.LEAF, str), False, None)
    return fields


MODEL: Final = Shape(Kind.RECORD, Model, record=Model)
ROW: Final = Shape(Kind.ROW, Row, record=Share)
RULE: Final = Shape(Kind.RECORD, Rule, record=Rule)
LEAF: Final = Shape(Kind.LEAF, Any)


def _below(shape: Shape, key: str, raw: Any) -> Shape | None:
    """Give the shape under a key; `raw` is the value at the shape itself."""
    if shape.kind is Kind.ROW:
        return Shape(Kind.RECORD, shape.record, record=shape.record)
    if shape.kind is Kind.NEXT:
        if not is_rules(raw):
            return _below(ROW, key, raw)
        return ROW if key == "else" else RULE
    if shape.kind is Kind.RECORD and shape.record is not None:
        field = fields_of(shape.record).get(key)
        return field.shape if field else None
    return shape.entry


def shape_at(top: Shape, raw: Any, path: tuple[str, ...]) -> Shape | None:
    """Walk the language and the written data together; None where the language has no such place."""
    shape: Shape | None = top
    for key in path:
        if shape is None:
            return None
        shape = _below(shape, key, raw)
        raw = raw.get(key) if isinstance(raw, dict) else None
    return shape
