"""The written forms of single values: how text becomes a number with its unit.

Each type is an annotated Python type that pydantic validates; its JSON Schema shows what a person writes.
"""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from simulator.errors import nearest
from simulator.laws.law import Law
from simulator.spec import units
from simulator.spec.document import name_problem
from simulator.spec.expressions import Expression, Kind, parse_expression

__all__ = [
    "Amount",
    "Chance",
    "Condition",
    "Count",
    "CountLaw",
    "Date",
    "Duration",
    "Formula",
    "Growth",
    "Name",
    "Number",
    "NumberLaw",
    "PerDay",
    "Text",
    "TimeLaw",
    "law_keys",
]

RESERVED: Final = frozenset(
    ["rest", "else", "back", "wait", "if", "then", "before", "p", "after", "odds", "set", "scale", "add"]
)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a name is text, not {_seen(value)}")
    problem = name_problem(value)
    if problem:
        raise ValueError(problem)
    if value in RESERVED:
        raise ValueError(f"{value!r} is a reserved word; choose another name")
    return unicodedata.normalize("NFC", value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected text, not {_seen(value)}")
    return str(value)


def _seen(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping with " + ", ".join(repr(str(key)) for key in value)
    return "a list" if isinstance(value, list) else repr(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, not {_seen(value)}")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return float(value)


def _count(value: Any) -> int:
    number = _number(value)
    if number != int(number) or number < 0:
        raise ValueError(f"expected a whole number from 0, not {value!r}")
    return int(number)


def _chance(value: Any) -> float:
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError(f"a probability lies in 0–1, not {value!r}")
    return number


def _amount(value: Any) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError(f"an amount is 0 or more, not {value!r}")
    return number


def _written(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let a parser of text refuse mappings and lists in words."""

    def read(value: Any) -> Any:
        if isinstance(value, dict | list | bool) or value is None:
            raise ValueError(f"expected text such as the examples, not {_seen(value)}")
        return parse(value)

    return read


def _expression(kind: Kind) -> Callable[[Any], Expression]:
    def read(value: Any) -> Expression:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"expected an expression, not {_seen(value)}")
        return parse_expression(value, kind=kind)

    return read


# --------------------------------------------------------------------------- laws

_TIME_LAWS: Final[dict[str, tuple[Callable[..., Law], dict[str, str]]]] = {
    "exponential": (Law.exponential, {"mean": "time"}),
    "gamma": (Law.gamma, {"mean": "time", "cv": "number"}),
    "lognormal": (Law.lognormal, {"median?": "time", "mean?": "time", "sigma": "number"}),
    "weibull": (Law.weibull, {"mean?": "time", "median?": "time", "shape": "number"}),
    "uniform": (Law.uniform, {"min": "time", "max": "time"}),
    "triangular": (Law.triangular, {"min": "time", "mode": "time", "max": "time"}),
}
_COUNT_LAWS: Final[dict[str, tuple[Callable[..., Law], dict[str, str]]]] = {
    "poisson": (Law.poisson, {"mean": "number"}),
    "geometric": (Law.geometric, {"mean": "number"}),
}
_NUMBER_LAWS: Final[dict[str, tuple[Callable[..., Law], dict[str, str]]]] = {
    "normal": (Law.normal, {"mean?": "number", "sd": "number"}),
    "uniform": (Law.uniform, {"min": "number", "max": "number"}),
    "triangular": (Law.triangular, {"min": "number", "mode": "number", "max": "number"}),
}


def law_keys() -> frozenset[str]:
    """Name every law a person may write: the overlay lays a law over a law as one value."""
    return frozenset([*_TIME_LAWS, *_COUNT_LAWS, *_NUMBER_LAWS, "empirical"])


def _parameter(kind: str, value: Any) -> float:
    return float(_written(units.parse_duration)(value)) if kind == "time" else _number(value)


def _parameters(name: str, given: Any, wanted: dict[str, str]) -> dict[str, float]:
    names = {key.rstrip("?"): kind for key, kind in wanted.items()}
    if not isinstance(given, dict):
        raise ValueError(f"{name} needs {{{', '.join(names)}}}, not {_seen(given)}")
    unknown = [key for key in given if key not in names]
    if unknown:
        raise ValueError(f"{name} has no parameter {unknown[0]!r}; it has {', '.join(names)}")
    missing = [key for key in wanted if not key.endswith("?") and key not in given]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return {key: _parameter(names[key], value) for key, value in given.items()}


def _empirical(kind: str, given: Any) -> Law:
    if not isinstance(given, dict):
        raise ValueError("empirical needs quantiles such as {q0: 0 s, q50: 2 min, q100: 1 h}")
    knots: dict[float, float] = {}
    for key, value in given.items():
        if not key.startswith("q"):
            raise ValueError(f"empirical has quantiles q0 … q100, not {key!r}")
        try:
            percent = float(key[1:])
        except ValueError:
            raise ValueError(f"empirical has quantiles q0 … q100, not {key!r}") from None
        knots[percent / 100] = _parameter(kind, value)
    return Law.empirical(dict(sorted(knots.items())))


def _named_law(
    value: dict[str, Any], kind: str, laws: dict[str, tuple[Callable[..., Law], dict[str, str]]]
) -> Law:
    if len(value) != 1:
        raise ValueError(f"a law is one name with its parameters, not {_seen(value)}")
    ((name, given),) = value.items()
    if name == "empirical" and kind != "count":
        return _empirical(kind, given)
    if name not in laws:
        known = [*laws, "empirical"] if kind != "count" else [*laws]
        raise ValueError(f"{name!r} is no law here; {nearest(name, known)}")
    build, wanted = laws[name]
    if kind == "count" and not isinstance(given, dict):
        given = {"mean": given}
    parameters = _parameters(name, given, wanted)
    if name == "normal":
        parameters.setdefault("mean", 0.0)
    return build(**parameters)


def _time_law(value: Any) -> Law:
    if isinstance(value, Law):
        return value
    if isinstance(value, dict):
        return _named_law(value, "time", _TIME_LAWS)
    return Law.fixed(float(_written(units.parse_duration)(value)))


def _count_law(value: Any) -> Law:
    if isinstance(value, Law):
        return value
    return _named_law(value, "count", _COUNT_LAWS) if isinstance(value, dict) else Law.fixed(_count(value))


def _number_law(value: Any) -> Law:
    if isinstance(value, Law):
        return value
    return _named_law(value, "number", _NUMBER_LAWS) if isinstance(value, dict) else Law.fixed(_number(value))


def _law_schema(kind: str, plain: dict[str, Any], names: list[str]) -> dict[str, Any]:
    parameters = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    inner = {"anyOf": [parameters, {"type": "number"}]} if kind == "count" else parameters
    properties = dict.fromkeys(names, inner)
    law = {"type": "object", "properties": properties, "additionalProperties": False, "maxProperties": 1}
    return {"anyOf": [plain, law]}


_QUANTITY: Final[dict[str, Any]] = {"anyOf": [{"type": "string"}, {"const": 0}]}
_EXPRESSION: Final[dict[str, Any]] = {"type": ["string", "number"]}

Name = Annotated[str, BeforeValidator(_name)]
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Amount = Annotated[float, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Chance = Annotated[
    float, BeforeValidator(_chance), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
]
Date = Annotated[
    datetime.date,
    BeforeValidator(lambda value: value if isinstance(value, datetime.date) else units.parse_date(value)),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Duration = Annotated[
    float,
    BeforeValidator(_written(units.parse_duration)),
    WithJsonSchema({**_QUANTITY, "examples": ["10 min", "3 days"]}),
]
PerDay = Annotated[
    float,
    BeforeValidator(_written(units.parse_rate)),
    AfterValidator(_amount),
    WithJsonSchema({"type": "string", "examples": ["140 per day"]}),
]
Growth = Annotated[
    float,
    BeforeValidator(_written(units.parse_growth)),
    WithJsonSchema({"type": "string", "examples": ["1 % per month"]}),
]
Formula = Annotated[Expression, BeforeValidator(_expression(Kind.NUMBER)), WithJsonSchema(_EXPRESSION)]
Condition = Annotated[Expression, BeforeValidator(_expression(Kind.TRUTH)), WithJsonSchema(_EXPRESSION)]
TimeLaw = Annotated[
    Law,
    BeforeValidator(_time_law),
    WithJsonSchema(_law_schema("time", _QUANTITY, [*_TIME_LAWS, "empirical"])),
]
CountLaw = Annotated[
    Law,
    BeforeValidator(_count_law),
    WithJsonSchema(_law_schema("count", {"type": "integer", "minimum": 0}, list(_COUNT_LAWS))),
]
NumberLaw = Annotated[
    Law,
    BeforeValidator(_number_law),
    WithJsonSchema(_law_schema("number", {"type": "number"}, [*_NUMBER_LAWS, "empirical"])),
]
Factor = Annotated[float, BeforeValidator(_amount), Field(description="a factor; 1 changes nothing")]
