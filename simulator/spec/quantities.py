"""The written forms of single values: how text becomes a number with its unit.

Each type is an annotated Python type that pydantic validates; its JSON Schema shows what a person writes.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from simulator import limits
from simulator.errors import nearest
from simulator.laws.law import Law
from simulator.spec import units
from simulator.spec.document import name_problem
from simulator.spec.expressions import Expression, Kind, parse_expression

__all__ = [
    "ATTRIBUTE_KINDS",
    "Amount",
    "Assigned",
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
    "Parties",
    "PerDay",
    "PlainTimeLaw",
    "Text",
    "TimeLaw",
    "law_keys",
]

# In the context of a validation: which attributes hold a time, by name, so that expressions know.
ATTRIBUTE_KINDS: Final = "attribute_kinds"

# Rounding of shares that a person wrote with a few digits.
_EXACT: Final = 1e-9

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


def _expression(kind: Kind | None) -> Callable[[Any, ValidationInfo], Expression]:
    def read(value: Any, info: ValidationInfo) -> Expression:
        if isinstance(value, Expression):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f"expected an expression, not {_seen(value)}")
        found = parse_expression(value, kind=kind, attribute_kinds=(info.context or {}).get(ATTRIBUTE_KINDS))
        if found.kind is Kind.TRUTH and kind is None:  # what an attribute becomes: a number or a time
            return parse_expression(value, kind=Kind.NUMBER)
        return found

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
    return frozenset([*_TIME_LAWS, *_COUNT_LAWS, *_NUMBER_LAWS, "empirical", "until", "hazard"])


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


_BAND: Final = re.compile(r"\s*([0-9.]+)\s*(?:-\s*([0-9.]+)|\+)\s*([^\W\d]\w*)\s*")
_BANDS: Final = "bands such as 0-7 days, 7-30 days and 30+ days"


def _band(key: str) -> tuple[float, float]:
    """Read `0-7 days` or `30+ days`, in ms."""
    match = _BAND.fullmatch(key)
    if match is None:
        raise ValueError(f"per_day maps {_BANDS} to rates, not {key!r}")
    low, high, unit = match.groups()
    since = units.parse_duration(f"{low} {unit}")
    until = math.inf if high is None else units.parse_duration(f"{high} {unit}")
    if until <= since:
        raise ValueError(f"the band {key!r} ends before it begins")
    return since, until


def _bands(rates: Any) -> list[tuple[float, float]]:
    """Turn bands with rates a day into where each band begins and its rate per ms; gaps have rate 0."""
    if not isinstance(rates, dict) or not rates:
        raise ValueError(f"per_day maps {_BANDS} to rates, not {_seen(rates)}")
    found = sorted((*_band(key), _amount(rate), key) for key, rate in rates.items())
    steps: list[tuple[float, float]] = []
    end, before = 0.0, ""
    for since, until, rate, key in found:
        if since < end:
            raise ValueError(f"the bands {before!r} and {key!r} overlap")
        if since > end:
            steps.append((end, 0.0))
        steps.append((since, rate / units.DAY))
        end, before = until, key
    return steps if end == math.inf else [*steps, (end, 0.0)]


def _until(given: Any) -> str:
    """Read the name of a planned date."""
    if not isinstance(given, str):
        raise ValueError(f"until names an attribute with a planned date, not {_seen(given)}")
    return _name(given)


def _hazard(given: Any) -> Law:
    """Read `{clock: age | {until: attribute}, per_day: {0-7 days: 0.02, …}}`."""
    if not isinstance(given, dict) or "per_day" not in given:
        raise ValueError(
            "hazard needs per_day: {0-7 days: 0.02, 7+ days: 0.01}, and may have clock: age or {until: …}"
        )
    unknown = [key for key in given if key not in ("clock", "per_day")]
    if unknown:
        raise ValueError(f"hazard has no parameter {unknown[0]!r}; it has clock, per_day")
    clock, rates = given.get("clock", "age"), given["per_day"]
    if isinstance(clock, dict) and list(clock) == ["until"]:
        attribute = _until(clock["until"])
        overdue = _amount(rates["overdue"]) if isinstance(rates, dict) and "overdue" in rates else 0.0
        early = rates
        if isinstance(rates, dict):
            early = {key: rate for key, rate in rates.items() if key != "overdue"} or {"0+ days": 0}
        return Law.hazard(_bands(early), attribute=attribute, overdue=overdue / units.DAY)
    if clock != "age":
        raise ValueError(f"a clock is age or {{until: attribute}}, not {_seen(clock)}")
    if isinstance(rates, dict) and "overdue" in rates:
        raise ValueError("overdue is for a clock of {until: …}; an age is never past")
    return Law.hazard(_bands(rates))


def _named_law(
    value: dict[str, Any], kind: str, laws: dict[str, tuple[Callable[..., Law], dict[str, str]]]
) -> Law:
    if len(value) != 1:
        raise ValueError(f"a law is one name with its parameters, not {_seen(value)}")
    ((name, given),) = value.items()
    if name == "empirical" and kind != "count":
        return _empirical(kind, given)
    if kind == "time" and name == "until":
        return Law.until(_until(given))
    if kind == "time" and name == "hazard":
        return _hazard(given)
    if name not in laws:
        known = [*laws, *({"count": (), "time": ("empirical", "until", "hazard")}.get(kind, ("empirical",)))]
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


def _plain_time_law(value: Any) -> Law:
    law = _time_law(value)
    if law.is_dated:
        raise ValueError("this time depends on nobody's planned date; write another law")
    if not law.is_sure:
        raise ValueError("this time may never end; give the hazard a last band such as 30+ days")
    return law


def _count_law(value: Any) -> Law:
    if isinstance(value, Law):
        return value
    return _named_law(value, "count", _COUNT_LAWS) if isinstance(value, dict) else Law.fixed(_count(value))


def _number_law(value: Any) -> Law:
    if isinstance(value, Law):
        return value
    return _named_law(value, "number", _NUMBER_LAWS) if isinstance(value, dict) else Law.fixed(_number(value))


def _parties(value: Any) -> dict[int, float]:
    """Read the shares of parties by size; one may be the rest."""
    if not isinstance(value, dict) or not value:
        raise ValueError(f"expected shares by size, such as {{1: 0.9, 2: rest}}, not {_seen(value)}")
    shares = {_party(size): share if share == "rest" else _chance(share) for size, share in value.items()}
    if len(shares) < len(value):
        raise ValueError("a size stands here twice")
    given = math.fsum(share for share in shares.values() if share != "rest")
    rests = [size for size, share in shares.items() if share == "rest"]
    if len(rests) > 1 or given > 1 + _EXACT or (not rests and given < 1 - _EXACT):
        raise ValueError(f"the shares sum to {given:g}; they must sum to 1, or one size takes the rest")
    shares |= dict.fromkeys(rests, max(0.0, 1.0 - given))
    return {size: float(shares[size]) for size in sorted(shares) if shares[size]}


def _party(written: Any) -> int:
    size = _count(int(written) if isinstance(written, str) and written.isdecimal() else written)
    if not 1 <= size <= limits.PARTY:
        raise ValueError(f"a party has 1 to {limits.PARTY:,} people, not {size}")
    return size


_UNTIL_SCHEMA: Final[dict[str, Any]] = {"type": "string", "examples": ["planned_arrival"]}
_WAIT_SCHEMAS: Final[dict[str, Any]] = {
    "until": _UNTIL_SCHEMA,
    "hazard": {
        "type": "object",
        "properties": {
            "clock": {
                "anyOf": [
                    {"const": "age"},
                    {"type": "object", "properties": {"until": _UNTIL_SCHEMA}, "required": ["until"]},
                ]
            },
            "per_day": {
                "type": "object",
                "additionalProperties": {"type": "number", "minimum": 0},
                "examples": [{"0-7 days": 0.02, "7+ days": 0.01}],
            },
        },
        "required": ["per_day"],
        "additionalProperties": False,
    },
}


def _law_schema(kind: str, plain: dict[str, Any], names: list[str]) -> dict[str, Any]:
    parameters = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
    inner = {"anyOf": [parameters, {"type": "number"}]} if kind == "count" else parameters
    properties = dict.fromkeys(names, inner) | (_WAIT_SCHEMAS if kind == "time" else {})
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
Parties = Annotated[
    dict[int, float],
    BeforeValidator(_parties),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": "rest"}]
            },
            "examples": [{"1": 0.9, "2": "rest"}],
        }
    ),
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
PlainTimeLaw = Annotated[
    Law,
    BeforeValidator(_plain_time_law),
    WithJsonSchema(_law_schema("time", _QUANTITY, [*_TIME_LAWS, "empirical"])),
]
Assigned = Annotated[Expression, BeforeValidator(_expression(None)), WithJsonSchema(_EXPRESSION)]
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
