"""Checks of the evidence: what it speaks of is written, and its counts and ranges fit that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from simulator.errors import nearest
from simulator.spec.parts import Path
from simulator.spec.paths import join_path, split_path
from simulator.spec.quantities import Chance
from simulator.spec.rows import Line, Share, is_rules
from simulator.spec.shapes import MODEL, Kind, Shape, shape_at
from simulator.spec.view import Finding
from simulator.spec.world import Evidence

__all__ = ["check_evidence", "found_at", "is_chance", "read_range"]

_NUMBER: Final = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")
_CHANCE: Final = Shape(Kind.QUANTITY, Chance)
_ROW: Final = Shape(Kind.ROW)
_CHANCES: Final = (Chance, Chance | None)

# What the world decides, and so what one can be unsure of. Every probability is; the rest is a setting of
# the simulation or a decision of ours.
_FACTS: Final = (
    "personas.*.arrivals.rate",
    "personas.*.arrivals.growth",
    "personas.*.arrivals.weekday.*",
    "personas.*.arrivals.month.*",
    "personas.*.arrivals.hours.*",
    "personas.*.arrivals.holiday.*",
    "personas.*.traits.*",
    "personas.*.existing.count",
    "personas.*.existing.orders",
    "touchpoints.*.cost",
    "touchpoints.*.returns.fee",
    "products.*.price",
    "products.*.unit_cost",
    "inventory.*.on_hand",
    "inventory.*.holding_cost",
    "inventory.*.order_cost",
    "inventory.*.backorder_cost",
    "inventory.*.salvage",
    "teams.*.servers",
    "teams.*.cost",
    "events.*.arrivals.times",
    "events.*.price.*",
    "events.*.next.*.odds",
    "events.*.teams.*.servers",
)
_FACT_PATHS: Final = tuple(tuple(fact.split(".")) for fact in _FACTS)


def check_evidence(evidence: Mapping[str, Evidence], written: Mapping[str, Any]) -> Iterator[Finding]:
    """Find evidence for what is not written, and counts and ranges that do not fit what they speak of.

    Parameters
    ----------
    evidence : mapping of path to Evidence
        The model's evidence.
    written : mapping
        The model as written: nested mappings, lists and plain values.
    """
    for text, entry in evidence.items():
        base = ("evidence", text)
        try:
            path = split_path(text)
        except ValueError as error:
            yield Finding(base, str(error))
            continue
        missing = _missing(path, written)
        if missing is not None:
            yield Finding(base, *missing)
            continue
        value, shape = found_at(path, written)
        yield from _worth(base, join_path(path), entry, value, shape)
        yield from _range(base, entry, value, shape)
        yield from _is_fact(base, path, entry, value, shape)


def _missing(path: Path, written: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say where the path stops leading, or nothing if it leads to the end."""
    node: Any = written
    for depth, key in enumerate(path):
        if not isinstance(node, Mapping) or key not in node:
            known = list(map(str, node)) if isinstance(node, Mapping) else []
            where = join_path(path[:depth]) or "the model"
            return f"nothing is written there: {where} has no {key!r}", nearest(key, known)
        node = node[key]
    return None


def found_at(path: Path, written: Mapping[str, Any]) -> tuple[Any, Shape]:
    """Give what is written at a path, and what the language has there."""
    node: Any = written
    for key in path:
        node = node[key]
    if path[:1] == ("personas",) and path[2:3] == ("changes",):  # a persona's own version of the map
        written, path = written["personas"][path[1]]["changes"], path[3:]
    shape = shape_at(MODEL, written, path) or Shape(Kind.LEAF)
    if shape.kind is Kind.NEXT and not is_rules(node):
        shape = _ROW
    if shape.record in (Share, Line) and shape.kind is Kind.RECORD:
        shape = _CHANCE
        node = node.get("p", "rest") if isinstance(node, Mapping) else node
    return node, shape


def is_chance(shape: Shape) -> bool:
    """Tell whether a value there is a probability, which is drawn on the odds scale."""
    return shape.hint in _CHANCES


def _worth(base: Path, where: str, entry: Evidence, value: Any, shape: Shape) -> Iterator[Finding]:
    if entry.worth is None:
        return
    row = shape.kind is Kind.ROW and isinstance(value, Mapping)
    if not row and not is_chance(shape):
        yield Finding(
            (*base, "worth"),
            f"worth counts observed customers, and {where} is neither a row nor a probability",
            "write range: [low, high]",
        )
    elif entry.range is not None:
        yield Finding((*base, "worth"), "worth and range both say how sure this is", "write one of them")
    elif entry.worth == 0:
        yield Finding((*base, "worth"), "worth nothing is no evidence", "write 1 or more, or leave it out")


def _range(base: Path, entry: Evidence, value: Any, shape: Shape) -> Iterator[Finding]:
    if entry.range is None:
        return
    try:
        read_range(value, entry.range, shape)
    except ValueError as error:
        yield Finding((*base, "range"), str(error))


def _is_fact(base: Path, path: Path, entry: Evidence, value: Any, shape: Shape) -> Iterator[Finding]:
    """Refuse to draw what is a setting or a decision, and a probability that cannot move."""
    if entry.range is None and entry.worth is None:
        return
    own = path[3:] if path[:1] == ("personas",) and path[2:3] == ("changes",) else path
    word = "range" if entry.range is not None else "worth"
    target = own[:1] == ("milestones",)
    if target or (shape.kind is Kind.QUANTITY and not is_chance(shape) and not _fits(own)):
        message = f"{join_path(path)} is a setting or a decision of ours, not a fact one can be unsure of"
        yield Finding((*base, word), message, "leave worth and range out, or try values with a sweep")
    elif is_chance(shape) and entry.range is not None and value in (0, 1):
        message = f"a probability written {value} has no odds that could be drawn"
        yield Finding((*base, word), message, "write what you think most likely")


def _fits(path: Path) -> bool:
    """Tell whether a path is one of the facts."""
    return any(
        len(path) == len(fact) and all(word in ("*", key) for word, key in zip(fact, path, strict=True))
        for fact in _FACT_PATHS
    )


def read_range(written: Any, given: tuple[Any, Any], shape: Shape) -> tuple[float, float]:
    """Read the range of a number, in the unit the number is written in.

    Parameters
    ----------
    written : number or str
        The value as written, such as 0.35, `140 per day` or `10 min`.
    given : pair
        Low and high; a plain number has the unit of `written`.
    shape : Shape
        What the language has there.

    Returns
    -------
    tuple of float
        Low and high in the units of the program: milliseconds, per day, or plain.

    Raises
    ------
    ValueError
        If there is no single number to have a range, or the two are no range of it.
    """
    if shape.kind is not Kind.QUANTITY:
        raise ValueError(f"a range belongs to one number; here stands {shape.kind.value}")
    if written == "rest":
        raise ValueError(
            "rest is what the others leave; give the range of another target, or worth of the row"
        )
    low, high = (_measured(written, each, shape) for each in given)
    if not low < high:
        raise ValueError(f"the range {given[0]} to {given[1]} is empty; low lies below high")
    if low <= 0 or (is_chance(shape) and high >= 1):
        between = "between 0 and 1" if is_chance(shape) else "above 0"
        raise ValueError(f"the range {given[0]} to {given[1]} must lie {between}")
    return low, high


def _measured(written: Any, value: Any, shape: Shape) -> float:
    """Read one end of a range in the unit of what is written."""
    if isinstance(written, str) and isinstance(value, int | float) and not isinstance(value, bool):
        number = _NUMBER.match(written)
        value = f"{value!r}{written[number.end() :] if number else ''}"
    reader: TypeAdapter[Any] = TypeAdapter(shape.hint)
    try:
        return float(reader.validate_python(value))
    except ValidationError as error:
        raise ValueError(f"a range like {written!r} is needed: {_words(error)}") from None


def _words(error: ValidationError) -> str:
    return error.errors()[0]["msg"].removeprefix("Value error, ")
