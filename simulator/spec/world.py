"""What surrounds the customers: products, stock, teams, dated events, milestones, evidence."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator

from simulator.spec import units
from simulator.spec.holidays import check_country, check_subdivision
from simulator.spec.quantities import (
    Amount,
    Chance,
    Count,
    Date,
    Duration,
    Factor,
    Name,
    PlainTimeLaw,
    Text,
    _amount,
    _written,
)
from simulator.spec.rows import Written

__all__ = [
    "ContactCap",
    "Event",
    "Evidence",
    "Holidays",
    "Milestone",
    "Policy",
    "Product",
    "Sessions",
    "Shock",
    "Stock",
    "Team",
]


class Sold(Written):
    """The dates between which a product can be bought."""

    since: Date | None = Field(default=None, alias="from")
    """First day (written `from`); default from the start."""
    to: Date | None = None
    """Last day, inclusive; default to the end."""


class Product(Written):
    """Something sold."""

    name: Text | None = None
    """What a report calls it; default its key."""
    price: Amount
    """Price of one unit, in the model's currency."""
    unit_cost: Amount = 0.0
    """What one unit costs us."""
    sold: Sold | None = None
    """Launch and end; outside these dates nobody asks for it."""


class Policy(Written):
    """When to order how much, by the position: stock on hand and on order, less what is owed."""

    reorder_point: Count | None = None
    """Order when the position is at or below this many units."""
    order_up_to: Count | None = None
    """Order so many that the position is this again: an (s, S) policy."""
    order_quantity: Count | None = None
    """Order this many, as often as the reorder point needs: an (r, Q) policy."""
    base_stock: Count | None = None
    """Order whatever is missing to this many units; in place of the three above."""
    review: Duration | None = None
    """Look at the position only so often; default after every change."""
    first_review: Duration = 0.0
    """When, after the start, the position is first looked at; with `review`."""

    @model_validator(mode="after")
    def _one_kind(self) -> Policy:
        given = tuple(word for word in _POLICY_WORDS if getattr(self, word) is not None)
        if given not in _POLICIES:
            kinds = ", or ".join(" and ".join(kind) for kind in _POLICIES)
            raise ValueError(f"a policy is {kinds}; here: {' and '.join(given) or 'none of them'}")
        if self.order_up_to is not None and self.order_up_to <= (self.reorder_point or 0):
            raise ValueError(
                f"order_up_to ({self.order_up_to}) must lie above reorder_point ({self.reorder_point})"
            )
        if self.order_quantity == 0:
            raise ValueError("order_quantity is at least 1")
        return self

    @model_validator(mode="after")
    def _times(self) -> Policy:
        if self.review is not None and round(self.review) < 1:
            raise ValueError("review is longer than no time; leave it out to look after every change")
        if self.review is None and "first_review" in self.model_fields_set:
            raise ValueError("first_review needs review, such as review: 7 days")
        return self


_POLICY_WORDS: Final = ("reorder_point", "order_up_to", "order_quantity", "base_stock")
_POLICIES: Final = (("reorder_point", "order_up_to"), ("reorder_point", "order_quantity"), ("base_stock",))


_MoneyRate = Annotated[
    float,
    BeforeValidator(_written(units.parse_money_rate)),
    WithJsonSchema({"type": "string", "examples": ["0.05 per day", "35 per hour"]}),
]


class Stock(Written):
    """The stock of one product; a product without an entry never runs out."""

    on_hand: Count
    """Units on the shelf at the start."""
    policy: Policy | None = None
    """When to order; without a policy nothing is ever ordered."""
    on_order: dict[Date, Count] = {}
    """Units ordered before the start, by the date on which they come."""
    lead_time: PlainTimeLaw | None = None
    """From order to delivery; default at once."""
    min_order: Count = 1
    """The supplier takes no smaller order."""
    case_size: Count = 1
    """The supplier delivers multiples of this; an order is rounded up."""
    holding_cost: _MoneyRate = 0.0
    """Cost of one unit on the shelf over time, such as 0.05 per day."""
    order_cost: Amount = 0.0
    """Cost of placing one order."""
    backorder_cost: _MoneyRate = 0.0
    """Cost of one unit owed over time, such as 1 per day."""
    salvage: Amount = 0.0
    """What a unit left over is worth in the end; only a stock that is bought once asks for it."""
    when_out: Literal["lost", "backorder"] = "lost"
    """What happens to a unit asked for in vain: the sale is lost, or the unit is owed."""

    @field_validator("min_order", "case_size")
    @classmethod
    def _at_least_one(cls, value: int) -> int:
        if value < 1:
            raise ValueError("expected a whole number from 1, not 0")
        return value


def _clock(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("hours map weekdays to opening hours, such as {mon-fri: 09:00-18:00}")
    opening: dict[int, Any] = {}
    for key, hours in value.items():
        for day in (key,) if isinstance(key, int) else units.parse_weekdays(key):
            if day in opening:
                raise ValueError(f"{key!r} names a weekday a second time")
            opening[day] = hours if isinstance(hours, tuple) else units.parse_clock_range(hours)
    return opening


Opening = Annotated[
    dict[int, tuple[int, int]],
    BeforeValidator(_clock),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "examples": [{"mon-fri": "09:00-18:00"}],
        }
    ),
]


class Team(Written):
    """People who serve; one first-come queue, wherever its customers stand."""

    name: Text | None = None
    """What a report calls it; default its key."""
    servers: Count
    """How many serve at the same time."""
    hours: Opening | None = None
    """Opening hours by weekday, [from, to); default always open."""
    queue: Count | None = None
    """How many may wait; default any number."""
    cost: _MoneyRate = 0.0
    """Cost of one server while open, such as 35 per hour."""


class ContactCap(Written):
    """At most so many messages to one customer within a sliding time."""

    count: Count
    """How many messages."""
    per: Duration
    """Within how long."""


class _ArrivalFactor(Written):
    times: Factor
    """Arrivals of these days are multiplied by this."""
    personas: list[Name] = []
    """Only these personas; default all."""


class _OddsFactor(Written):
    odds: Factor
    """The weight of this target is multiplied by this."""


class _Servers(Written):
    servers: Count
    """How many serve on these days."""


class Holidays(Written):
    """Whose public holidays are meant by `arrivals.holiday` and by events with `holiday`."""

    country: Text
    """ISO 3166 code of a country, such as DE."""
    subdivision: Text | None = None
    """ISO 3166 code of a part of it, such as BY; its own holidays count too."""

    @field_validator("country")
    @classmethod
    def _known(cls, value: str) -> str:
        check_country(value)
        return value

    @field_validator("subdivision")
    @classmethod
    def _part(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and "country" in info.data:
            check_subdivision(info.data["country"], value)
        return value


def _names(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Event(Written):
    """Something dated that changes the world: a sale, a holiday, a new price, a competitor's launch."""

    name: Text | None = None
    """What a report calls it; default its key."""
    since: Date | None = Field(default=None, alias="from")
    """First day (written `from`); default from the start."""
    to: Date | None = None
    """Last day, inclusive; default to the end."""
    holiday: Annotated[
        list[Name],
        BeforeValidator(_names),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = []
    """Instead of dates: the public holidays on which it holds, every year, by name; `any` is all of them."""
    before: Duration = 0.0
    """It begins so many days before the holiday."""
    after: Duration = 0.0
    """It ends so many days after the holiday."""
    arrivals: _ArrivalFactor | None = None
    """More or fewer arrivals."""
    price: dict[Name, Amount] = {}
    """Prices on these days."""
    next: dict[str, _OddsFactor] = {}
    """Odds of targets, by touchpoint.target or touchpoint.rule.target."""
    teams: dict[Name, _Servers] = {}
    """Servers on these days."""

    @model_validator(mode="after")
    def _dates(self) -> Event:
        dated = self.since is not None or self.to is not None
        if dated == bool(self.holiday):
            wrong = "has both dates and a holiday" if dated else "has no date"
            raise ValueError(f"an event {wrong}; write from, to or both, or holiday")
        if self.since is not None and self.to is not None and self.to < self.since:
            raise ValueError(f"it ends ({self.to}) before it begins ({self.since})")
        for word, part in (("before", self.before), ("after", self.after)):
            if part and dated:
                raise ValueError(f"{word} counts from a holiday, and this event has dates")
            if part % units.DAY:
                raise ValueError(f"{word} counts whole days, such as 3 days")
        return self


class Shock(Written):
    """What moves many customers together: weeks that are better or worse than others, for no known reason."""

    on: Annotated[
        list[str],
        Field(min_length=1),
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ]
    """What it multiplies: arrivals (of everybody, or personas.<persona>.arrivals), the odds of a target
    (touchpoints.<touchpoint>.next.<target>), a hazard (touchpoints.<touchpoint>.race.<clock>)."""
    per: Literal["day", "week", "month"] = "week"
    """How long one factor holds; weeks begin on Monday."""
    sd: Annotated[
        float, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 10})
    ]
    """The standard deviation of the factor, whose mean is 1."""
    correlation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """How alike two periods that follow each other are, from 0 to below 1."""


class Milestone(Written):
    """A small goal on the way: reached at the first completed visit to one of these touchpoints."""

    at: list[Name]
    """The touchpoints that count."""
    within: Duration | None = None
    """So long after arrival at most; default the model's follow_up."""
    target: Chance | None = None
    """The share of customers hoped for."""

    @model_validator(mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("at"), str):
            return {**value, "at": [value["at"]]}
        return value


class Sessions(Written):
    """What counts as a session: visits less than `gap` apart on `channels`."""

    gap: Duration = 30 * 60_000.0
    """A visit this long after the one before begins a new session."""
    channels: list[Name] = []
    """The channels whose visits count; default every owned touchpoint where we are present."""


class Evidence(Written):
    """Where a number comes from and how sure we are of it."""

    source: Text | None = None
    """Who says so."""
    grade: Literal["measured", "benchmark", "expert", "guess"] | None = None
    """How good it is."""
    worth: (
        Annotated[float, BeforeValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})] | None
    ) = None
    """As good as having observed so many customers."""
    range: tuple[Any, Any] | None = None
    """The central 90 % of what it may be."""
    collected: dict[str, Text] = {}
    """When and how it was collected."""
    note: Text | None = None
    """Anything else worth knowing."""
