"""From written data to instances of the pydantic classes, with every problem in a person's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from simulator.errors import ModelError, Place, Problem, nearest
from simulator.spec.expressions import Kind as ValueKind
from simulator.spec.overlay.edits import seen
from simulator.spec.overlay.layers import Path
from simulator.spec.quantities import ATTRIBUTE_KINDS
from simulator.spec.shapes import Kind, Shape, fields_of, shape_at

__all__ = ["PlaceOf", "context_of", "kinds_of", "problems_of", "validate"]

PlaceOf: TypeAlias = Callable[[Path], Place]
_Record = TypeVar("_Record", bound=BaseModel)

# A union tries every branch; what a branch of plain words says is noise beside what another says.
_NOISE: Final = frozenset(["literal_error", "none_required"])
_PYDANTICS: Final = "Value error, "
_EXPECTED: Final[Mapping[str, str]] = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "a mapping",
    "model_attributes_type": "a mapping",
    "model_type": "a mapping",
    "string_type": "text",
    "tuple_type": "a list of two",
}


def kinds_of(data: Any) -> dict[str, ValueKind]:
    """Tell which attributes of a model as written hold a planned date, a time."""
    attributes = data.get("attributes") if isinstance(data, Mapping) else None
    if not isinstance(attributes, Mapping):
        return {}
    return {
        str(name): ValueKind.TIME
        for name, one in attributes.items()
        if isinstance(one, Mapping) and one.get("planned") is not None
    }


def validate(
    record: type[_Record], data: Any, place_of: PlaceOf, kinds: Mapping[str, ValueKind] | None = None
) -> _Record:
    """Read written data as a class.

    Parameters
    ----------
    record : type
        A pydantic class of the language.
    data : Any
        As written.
    place_of : callable
        Where a path of `data` is written.
    kinds : mapping of str to Kind, optional
        Attributes that are not numbers; by default those the data itself declares so.

    Raises
    ------
    ModelError
        With every problem found, each at the path as written.
    """
    try:
        return record.model_validate(data, context=context_of(data, kinds))
    except ValidationError as error:
        raise ModelError(problems_of(record, data, place_of, error)) from None


def context_of(data: Any, kinds: Mapping[str, ValueKind] | None = None) -> dict[str, Any]:
    """Give what expressions must know of the whole model when one is read."""
    return {ATTRIBUTE_KINDS: kinds_of(data) if kinds is None else kinds}


def problems_of(
    record: type[BaseModel], data: Any, place_of: PlaceOf, error: ValidationError
) -> list[Problem]:
    """Put what pydantic found into a person's words, one problem per cause."""
    top = Shape(Kind.RECORD, record, record=record)
    found = [(_as_written(entry["loc"], data), entry) for entry in error.errors(include_url=False)]
    problems = dict.fromkeys(
        _problem(top, data, path, entry, place_of)
        for path, entry in found
        if not _is_noise(path, entry, found)
    )
    return sorted(problems, key=lambda problem: (problem.place, problem.path))


def _as_written(loc: Sequence[int | str], data: Any) -> Path:
    """Walk the data along pydantic's location, leaving out what is not in the data.

    Pydantic sees full forms (`next.else.then.home.p`) where a person wrote a short one (`next.home`),
    and puts names of union branches between.
    """
    path: list[str] = []
    for part in loc:
        if isinstance(data, dict) and str(part) in data:
            path.append(str(part))
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            path.append(str(part))
            data = data[part]
    return tuple(path)


def _is_noise(path: Path, entry: Any, found: Sequence[tuple[Path, Any]]) -> bool:
    return entry["type"] in _NOISE and any(
        other["type"] not in _NOISE and there[: len(path)] == path for there, other in found
    )


def _problem(top: Shape, data: Any, path: Path, entry: Any, place_of: PlaceOf) -> Problem:
    kind, context = entry["type"], entry.get("ctx", {})
    message, fix = str(entry["msg"]).removeprefix(_PYDANTICS), ""
    if kind == "missing":
        message = f"{entry['loc'][-1]} is missing"
    elif kind == "extra_forbidden":
        message, fix = f"unknown key {path[-1]!r}", nearest(path[-1], _keys(top, data, path[:-1]))
    elif kind == "literal_error":
        message = f"expected {context['expected']}, not {_shown(entry['input'])}"
        if isinstance(entry["input"], str):
            fix = nearest(
                entry["input"], context["expected"].replace(" or ", ", ").replace("'", "").split(", ")
            )
    elif kind in _EXPECTED:
        message = f"expected {_EXPECTED[kind]}, not {_shown(entry['input'])}"
    elif kind == "greater_than_equal":
        message = f"at least {context['ge']:,} is allowed, not {_shown(entry['input'])}"
    elif kind == "less_than_equal":
        message = f"at most {context['le']:,} is allowed, not {_shown(entry['input'])}"
    elif kind == "too_short":
        message = "at least one is needed"
    return Problem(message, path, place_of(path), fix)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else seen(value)


def _keys(top: Shape, data: Any, path: Path) -> list[str]:
    """Give the keys the language has at a path."""
    shape = shape_at(top, data, path)
    return list(fields_of(shape.record)) if shape is not None and shape.record is not None else []
