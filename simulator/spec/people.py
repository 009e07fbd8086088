"""Who walks the journey: personas, how they arrive, and who is there already."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from simulator.laws.law import Law
from simulator.spec import units
from simulator.spec.quantities import (
    Amount,
    Count,
    Growth,
    Name,
    Number,
    NumberLaw,
    Parties,
    PerDay,
    PlainTimeLaw,
    Text,
)
from simulator.spec.rows import Row, Written
from simulator.spec.touchpoint import Effects

__all__ = ["Arrivals", "Attribute", "Existing", "Persona", "PersonaCard"]


def _by(parse: Any, what: str) -> Any:
    """Read a mapping whose keys are calendar words: each key may name several (`mon-fri`)."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"{what} maps names to factors, such as the examples")
        factors: dict[Any, Any] = {}
        for key, factor in value.items():
            for one in (key,) if isinstance(key, int) else parse(key):
                if one in factors:
                    raise ValueError(f"{key!r} names a part of {what} a second time")
                factors[one] = factor
        return factors

    return read


def _hours_of(key: str) -> tuple[int, ...]:
    first, last = units.parse_hours(key)
    return tuple(range(first, last))


Weekdays = Annotated[
    dict[int, Amount],
    BeforeValidator(_by(units.parse_weekdays, "weekday")),
    WithJsonSchema(
        {"type": "object", "additionalProperties": {"type": "number"}, "examples": [{"sat": 1.3}]}
    ),
]
Months = Annotated[
    dict[int, Amount],
    BeforeValidator(_by(units.parse_months, "month")),
    WithJsonSchema(
        {"type": "object", "additionalProperties": {"type": "number"}, "examples": [{"dec": 1.6}]}
    ),
]
Hours = Annotated[
    dict[int, Amount],
    BeforeValidator(_by(_hours_of, "hours")),
    WithJsonSchema(
        {"type": "object", "additionalProperties": {"type": "number"}, "examples": [{"19-23": 2}]}
    ),
]


class Arrivals(Written):
    """How many of a persona arrive on each date: the factors of a day multiply the rate."""

    rate: PerDay
    """The mean of an ordinary day."""
    weekday: Weekdays = {}
    """Factors by weekday (mon … sun, mon-fri); what is not named is 1."""
    month: Months = {}
    """Factors by month (jan … dec); what is not named is 1."""
    holiday: dict[Name, Amount] = {}
    """Factors by public holiday; `any` is every holiday that is not named."""
    growth: Growth = 0.0
    """Growth of the rate, compounded, such as 1 % per month."""
    hours: Hours = {}
    """Factors by hour of the day, [from, to): they shape the day and never change its total."""
    parties: Parties | None = None
    """Shares of parties by size, for who comes together: at one instant, by one entrance, with the same first
    values and planned dates. The rate counts customers, however they come; default everybody comes alone."""

    @model_validator(mode="after")
    def _some_hour(self) -> Arrivals:
        if len(self.hours) == 24 and not any(self.hours.values()):
            raise ValueError("hours: every hour of the day has factor 0, so nobody could arrive")
        return self


class Existing(Written):
    """Customers already there when the simulation starts, in the middle of their stay."""

    count: Count
    """How many."""
    at: Name
    """Where they are; a touchpoint without team and race."""
    orders: Count = 0
    """How many orders each has made before."""
    set: Effects = {}
    """Their attributes at the start."""


class PersonaCard(Written):
    """Who this person is, in words; never read by an engine."""

    model_config = ConfigDict(extra="allow")

    age: Text | None = None
    """Age or range of ages."""
    gender: Text | None = None
    """Gender."""
    occupation: Text | None = None
    """Occupation."""
    location: Text | None = None
    """Where this person lives."""
    goals: list[Text] = []
    """What this person wants."""
    challenges: list[Text] = []
    """What stands in the way."""
    pain_points: list[Text] = []
    """What annoys this person."""
    interests: list[Text] = []
    """What this person likes."""
    personality: Text | None = None
    """Character in a few words."""
    prefers: Text | None = None
    """Preferred way to be spoken to."""


class Persona(Written):
    """A kind of customer: how many arrive, where they enter, what sets them apart."""

    name: Text | None = None
    """What a report calls this persona; default its key."""
    card: PersonaCard | None = None
    """Who this person is, in words."""
    traits: dict[Name, Number] = {}
    """Numbers that expressions read as persona.<trait>."""
    attributes: dict[Name, NumberLaw] = {}
    """This persona's own initial values of attributes."""
    planned: dict[Name, PlainTimeLaw] = {}
    """This persona's own planned dates: how long after coming each lies."""
    arrivals: Arrivals | None = None
    """How many arrive; without it nobody does (existing or referred only)."""
    enters: Row | None = None
    """Where they enter the journey."""
    existing: Existing | None = None
    """Customers of this persona already there at the start."""
    changes: dict[str, Any] = Field(default={}, repr=False)
    """This persona's own version of the map: an overlay of touchpoints and detours."""

    @model_validator(mode="after")
    def _entrance(self) -> Persona:
        if self.arrivals is not None and self.enters is None:
            raise ValueError("a persona that arrives needs enters: where the journey begins")
        return self


class Attribute(Written):
    """A number every customer carries."""

    initial: NumberLaw | None = None
    """The value on arrival: a number, or a law drawn for each customer."""
    planned: PlainTimeLaw | None = None
    """Instead of `initial`: the attribute holds a planned date, so long after the customer came."""
    min: Number | None = None
    """Never below this."""
    max: Number | None = None
    """Never above this."""

    @model_validator(mode="after")
    def _one_kind(self) -> Attribute:
        if (self.initial is None) == (self.planned is None):
            raise ValueError("an attribute needs initial, a number, or planned, a date")
        if self.planned is not None and (self.min is not None or self.max is not None):
            raise ValueError("a planned date has no min and max")
        return self

    @property
    def first(self) -> Law:
        """The law of the first value; of a planned date, the time to it."""
        law = self.initial if self.planned is None else self.planned
        assert law is not None
        return law

    @model_validator(mode="after")
    def _bounds(self) -> Attribute:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} lies above max {self.max}")
        return self
