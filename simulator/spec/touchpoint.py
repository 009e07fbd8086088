"""What a touchpoint is: everything that can happen to a customer in one visit."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, model_validator

from simulator.spec.quantities import (
    Amount,
    Assigned,
    Chance,
    Condition,
    CountLaw,
    Name,
    NumberLaw,
    PlainTimeLaw,
    Text,
    TimeLaw,
)
from simulator.spec.rows import ROW_TOLERANCE, Choice, Each, Next, OneOf, Race, Row, Written

__all__ = [
    "BackInStock",
    "Card",
    "Detour",
    "Effect",
    "Referral",
    "Returns",
    "Sells",
    "Substitutes",
    "Touchpoint",
]


class Card(Written):
    """Words on a map: what a customer does, thinks and feels here. Never read by an engine."""

    model_config = ConfigDict(extra="allow")

    doing: Text | None = None
    """What the customer does."""
    thinking: Text | None = None
    """What the customer thinks."""
    feeling: Text | None = None
    """What the customer feels."""
    expects: Text | None = None
    """What the customer expects."""
    pain_points: list[Text] = []
    """What hurts here."""
    opportunities: list[Text] = []
    """What could be better here."""


class Effect(Written):
    """What a visit does to one attribute: `to` an expression, with noise; or 1 with a chance."""

    to: Assigned | None = None
    """The attribute's new value, from the values before this `set`; a time for a planned date."""
    noise: NumberLaw | None = None
    """A random amount added to `to`."""
    chance: Chance | None = None
    """Sets 1 with this chance and otherwise leaves the attribute as it is."""

    @model_validator(mode="after")
    def _one_kind(self) -> Effect:
        if (self.to is None) == (self.chance is None):
            raise ValueError("an effect is an expression, {to, noise} or {chance}")
        if self.chance is not None and self.noise is not None:
            raise ValueError("noise belongs to {to}, not to {chance}")
        return self


def _effect(value: Any) -> Any:
    return value if isinstance(value, dict | Effect) else {"to": value}


Effects = dict[str, Annotated[Effect, BeforeValidator(_effect)]]


class Sells(Written):
    """The basket of a purchase: one line of several, or each line by itself."""

    one_of: OneOf | None = None
    """Exactly one line is drawn."""
    each: Each | None = None
    """Every line is drawn by itself, in name order; none drawn is an empty basket."""

    @model_validator(mode="after")
    def _one_kind(self) -> Sells:
        if (self.one_of is None) == (self.each is None):
            raise ValueError("sells needs one_of or each")
        return self


def _substitutes(value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Hold that nobody takes more than one product instead of another, and none instead of itself."""
    for product, others in value.items():
        total = math.fsum(others.values())
        if total > 1 + ROW_TOLERANCE:
            raise ValueError(f"the chances to replace {product!r} sum to {total:.10g}; at most 1 is possible")
        if product in others:
            raise ValueError(f"{product!r} cannot replace itself")
    return value


Substitutes = Annotated[dict[Name, dict[Name, Chance]], AfterValidator(_substitutes)]


class BackInStock(Written):
    """A place on the product's list: a delivery wakes as many customers as it has units."""

    give_up: TimeLaw
    """How long the customer waits at most."""
    then: Row
    """Where one goes who gave up."""
    woken: Row | None = None
    """Where one goes who is woken; default: to this touchpoint again, asking for the same."""


class Returns(Written):
    """The customer's last order made at `of` and not yet returned is given back, once."""

    of: Name
    """The selling touchpoint whose orders come back here."""
    restock: Chance = 1.0
    """The chance that a unit can be sold again; else it is written off."""
    fee: Amount = 0.0
    """Our cost of one return."""


class Referral(Written):
    """New customers brought by this one."""

    count: CountLaw
    """How many are brought at each completed visit."""
    enters: Row
    """Where they enter the journey."""
    after: PlainTimeLaw | None = None
    """The time until each arrives; default at once."""
    personas: Row | None = None
    """Who they are; default the referrer's persona."""


class Touchpoint(Written):
    """A place of the journey: one visit is gate, cost, wait, dwell, sell, set, refer, decide."""

    name: Text | None = None
    """What a report calls it; default its key."""
    stage: Name | None = None
    """Its column on the map, from `stages`."""
    stages: dict[Name, Name] = {}
    """Its stage in other schemes, such as {emotion: expectation}."""
    channel: Name | None = None
    """The channel it belongs to, such as website or email."""
    media: Literal["owned", "paid", "earned", "competitor"] = "owned"
    """Whose place it is."""
    place: Literal["online", "offline"] | None = None
    """Online or offline."""
    started_by: Literal["customer", "us"] | None = None
    """Who starts the contact."""
    present: bool = True
    """False: nobody of ours is there."""
    card: Card | None = None
    """Words for the map."""

    contact: bool = False
    """A message we send: it needs consent of at least 1 and room under the contact cap."""
    only_if: Condition | None = None
    """The gate: a visit begins only when this holds."""
    otherwise: Row | None = None
    """Where a closed gate leads."""

    cost: Amount = 0.0
    """What a visit costs us, in the model's currency."""
    team: Name | None = None
    """Who serves here."""
    patience: TimeLaw | None = None
    """How long a customer waits in the queue; default for ever."""
    on_abandon: Row | None = None
    """Where one goes whose patience is over or who finds the queue full."""
    on_closed: Row | Literal["wait"] | None = None
    """Where one goes outside the team's hours; `wait` queues before the closed door."""
    dwell: TimeLaw | None = None
    """How long the stay (or the service) takes; default no time."""

    sells: Sells | None = None
    """What is bought here."""
    empty: Row | None = None
    """Where an empty basket leads."""
    substitutes: Substitutes = {}
    """What is taken instead of a product that is out, with which chance; else nothing is."""
    on_stockout: Row | None = None
    """Where one goes who got nothing for want of stock; `wait` joins the list of `back_in_stock`."""
    back_in_stock: BackInStock | None = None
    """The list of those who want to know when the product is back."""
    returns: Returns | None = None
    """An order given back here."""
    set: Effects = {}
    """What the visit does to attributes, all at once."""
    refers: Referral | None = None
    """New customers brought here."""

    next: Next | None = None
    """Where the customer goes: a row of probabilities, or if/then rules."""
    choose: Choice | None = None
    """Where the customer goes: a choice model on utilities (multinomial logit)."""
    race: Race | None = None
    """Where the customer goes: the first clock to ring."""

    @model_validator(mode="before")
    @classmethod
    def _closed_wait(cls, value: Any) -> Any:
        """Refuse an `on_closed` word other than wait in words of its own."""
        if (
            isinstance(value, dict)
            and isinstance(value.get("on_closed"), str)
            and value["on_closed"] != "wait"
        ):
            raise ValueError(f"on_closed is a row or wait, not {value['on_closed']!r}")
        return value

    @model_validator(mode="after")
    def _one_decision(self) -> Touchpoint:
        given = [word for word in ("next", "choose", "race") if getattr(self, word) is not None]
        if len(given) != 1:
            seen = " and ".join(given) or "none"
            raise ValueError(f"a touchpoint decides by one of next, choose or race; here: {seen}")
        return self


class Detour(Written):
    """The unexpected stop on leaving any touchpoint of some stages."""

    to: Name
    """The touchpoint where the customer stops."""
    during: list[Name]
    """The stages on whose touchpoints it may happen."""
    p: Chance
    """The chance at each leaving."""
    resume: Chance = 0.0
    """The chance to go on to the stored destination afterwards."""
