"""The top of a journey model file."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Final

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from simulator import limits
from simulator.laws.law import Law
from simulator.spec import units
from simulator.spec.people import Attribute, Persona
from simulator.spec.quantities import Count, Date, Duration, Name, Text
from simulator.spec.rows import Written
from simulator.spec.stages import PRESETS
from simulator.spec.touchpoint import Detour, Touchpoint
from simulator.spec.world import (
    ContactCap,
    Event,
    Evidence,
    Holidays,
    Milestone,
    Product,
    Sessions,
    Shock,
    Stock,
    Team,
)

__all__ = ["CONSENT", "DAY", "Model"]

DAY: Final = 86_400_000
_ZERO: Final = Law.fixed(0.0)
CONSENT: Final = "consent"


def _scheme(value: Any) -> Any:
    """Read a stage scheme: the name of a preset, a list, or a mapping of stage to parent."""
    if isinstance(value, str):
        if value not in PRESETS:
            raise ValueError(
                f"{value!r} is no stage scheme; choose from {', '.join(PRESETS)}, or list the stages"
            )
        return dict(PRESETS[value])
    if isinstance(value, list):
        if len(set(map(str, value))) != len(value):
            raise ValueError("a stage is listed twice")
        return dict.fromkeys(value)
    return value


def _list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Model(Written):
    """A customer journey: who walks it, where they go, and what it is for."""

    model_config = ConfigDict(title="Journey model")

    name: Text = "journey"
    """What a report calls it."""
    about: Text | None = None
    """What this journey is, in a sentence or two."""
    start: Date
    """The first day; simulated time begins at midnight, naive local time."""
    horizon: Annotated[str, WithJsonSchema({"type": "string", "examples": ["26 weeks", "3 months"]})]
    """How long the simulation runs, the warm-up included; the end is exclusive."""
    warm_up: Duration = 0.0
    """Flows and rates count from here on."""
    follow_up: Duration | None = None
    """A customer counts in a rate when observed this long; default a quarter of the horizon."""
    currency: Text = "EUR"
    """The currency of every amount."""
    goal: Annotated[
        list[Name],
        BeforeValidator(_list),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ]
    """The touchpoints whose completed visit is a conversion."""
    stages: Annotated[
        dict[Name, Name | None],
        BeforeValidator(_scheme),
        WithJsonSchema({"anyOf": [{"enum": list(PRESETS)}, {"type": "array"}, {"type": "object"}]}),
    ] = {}
    """The columns of the map: a preset, a list, or a mapping of stage to parent."""
    max_steps: Annotated[int, Field(ge=1, le=limits.MAX_STEPS_CEILING)] = limits.MAX_STEPS
    """A customer who has entered more touchpoints than this is stopped."""
    max_generations: Count = limits.MAX_GENERATIONS
    """A line of referrals stops here."""

    products: dict[Name, Product] = {}
    """What is sold."""
    inventory: dict[Name, Stock] = {}
    """The stock of each product that can run out."""
    teams: dict[Name, Team] = {}
    """Who serves."""
    attributes: dict[Name, Attribute] = {}
    """The state every customer carries; `consent` is built in, initial 0."""
    contact_cap: ContactCap | None = None
    """How many messages one customer may get."""
    sessions: Sessions = Sessions()
    """What counts as a session."""
    holidays: Holidays | None = None
    """Whose public holidays count; a country, where all of it has the same."""
    events: dict[Name, Event] = {}
    """Dated changes of the world."""
    shocks: dict[Name, Shock] = {}
    """What moves many customers together, drawn anew in every replication."""
    personas: Annotated[dict[Name, Persona], Field(min_length=1)]
    """Who walks the journey."""
    touchpoints: Annotated[dict[Name, Touchpoint], Field(min_length=1)]
    """The places of the journey."""
    detours: dict[Name, Detour] = {}
    """Unexpected stops."""
    milestones: dict[Name, Milestone] = {}
    """Small goals on the way."""
    outcomes: Annotated[list[Name], Field(min_length=1)]
    """How a journey ends; an outcome is never left."""
    evidence: dict[str, Evidence] = {}
    """Where numbers come from, by path."""

    _horizon_ms: int = PrivateAttr(default=0)
    _grown_days: int = PrivateAttr(default=0)

    @field_validator("horizon")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        """Refuse a horizon where it is written; a calendar month needs the start to have a length."""
        start = info.data.get("start")
        if start is not None and units.parse_horizon(value, start) > limits.HORIZON_DAYS * DAY:
            raise ValueError(f"{value} is longer than {limits.HORIZON_DAYS:,} days")
        return value

    @model_validator(mode="after")
    def _times(self) -> Model:
        self._horizon_ms = units.parse_horizon(self.horizon, self.start)
        return self

    @property
    def dates(self) -> frozenset[str]:
        """The attributes that hold a planned date."""
        return frozenset(name for name, one in self.attributes.items() if one.planned is not None)

    def first_law(self, persona: str, attribute: str) -> Law:
        """Give the law of a persona's first value of an attribute; of a planned date, the time to it."""
        own, declared = self.personas[persona], self.attributes.get(attribute)
        if declared is not None and declared.planned is not None:
            return own.planned.get(attribute) or declared.planned
        return own.attributes.get(attribute) or (declared.first if declared is not None else _ZERO)

    @property
    def horizon_ms(self) -> int:
        """The end of the simulation, in milliseconds since the start; exclusive."""
        return self._horizon_ms

    @property
    def grown_days(self) -> int:
        """How long arrivals have been growing at the start; 0 unless the start was moved."""
        return self._grown_days

    @property
    def warm_up_ms(self) -> int:
        """The end of the warm-up, in milliseconds since the start."""
        return round(self.warm_up)

    @property
    def follow_up_ms(self) -> int:
        """How long a customer must be observed to count in a rate, in milliseconds."""
        return self._horizon_ms // 4 if self.follow_up is None else round(self.follow_up)

    @property
    def end(self) -> datetime.datetime:
        """The instant the simulation ends, exclusive."""
        return datetime.datetime.combine(self.start, datetime.time()) + datetime.timedelta(
            milliseconds=self._horizon_ms
        )
