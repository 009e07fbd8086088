"""What a customer can see at a touchpoint: what each name is at the start, and what it can be at all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from simulator.laws.law import Law
from simulator.program.ranges import ANYTHING, Range, range_of, truth_of
from simulator.spec.expressions import Expression, Name, evaluate
from simulator.spec.load import Journey
from simulator.spec.model import CONSENT, Model
from simulator.spec.touchpoint import Effect, Touchpoint

__all__ = ["Eyes", "PersonaSight", "prices"]

_NOON: Final = 12.0


def prices(model: Model, product: str) -> Range:
    """Give the lowest and highest price of a product over all dates."""
    written = [event.price[product] for event in model.events.values() if product in event.price]
    every = [model.products[product].price, *written]
    return Range(min(every), max(every))


@dataclass(frozen=True)
class PersonaSight:
    """What one persona's customers carry and see, wherever they are.

    Parameters
    ----------
    journey : Journey
        The checked journey.
    persona : str
        Whose customers.
    """

    journey: Journey
    persona: str

    def at(self, touchpoint: str, *, completed: bool = True) -> Eyes:
        """Look from a touchpoint: at the end of a visit there, or (not completed) before it began."""
        return Eyes(self, touchpoint, completed)

    @property
    def touchpoints(self) -> Mapping[str, Touchpoint]:
        """The persona's own version of the map."""
        return self.journey.maps[self.persona].touchpoints

    def initial_law(self, attribute: str) -> Law:
        """Give the law of an attribute's first value; of a planned date, the time to it."""
        return self.journey.model.first_law(self.persona, attribute)

    def usual(self, law: Law | None) -> float:
        """Give the mean of a time in ms (the horizon for one without); to a planned date, as one comes."""
        if law is None:
            return 0.0
        left = self.initial_law(law.attribute).mean() if law.attribute else 0.0
        mean = law.given(left).mean()
        return mean if math.isfinite(mean) else float(self.journey.model.horizon_ms)

    def bounds(self, attribute: str) -> tuple[float, float]:
        """Give the bounds of an attribute, infinite where none is written."""
        declared = self.journey.model.attributes.get(attribute)
        low = declared.min if declared is not None else None
        high = declared.max if declared is not None else None
        return (-math.inf if low is None else low, math.inf if high is None else high)

    def initial(self, attribute: str) -> float:
        """Give the first value of an attribute, of a drawn one its mean."""
        low, high = self.bounds(attribute)
        return min(max(self.initial_law(attribute).mean(), low), high)

    def attribute(self, name: str) -> Range:
        """Bound an attribute over the whole journey."""
        return self._attributes.get(name) or self._first(name)

    @property
    def consents_at_once(self) -> bool:
        """Whether a customer may have consented on arrival."""
        return self._first(CONSENT).high >= 1.0

    def grants_consent(self, effect: Effect | None) -> bool:
        """Tell whether an effect may raise consent to 1."""
        if effect is None:
            return False
        if effect.to is None:
            return bool(effect.chance)
        return effect.noise is not None or range_of(effect.to, self._anywhere).high >= 1.0

    def _anywhere(self, name: Name) -> Range:
        return self.attribute(name.member) if name.root == "attribute" else ANYTHING

    def _first(self, name: str) -> Range:
        law = self.initial_law(name)
        if name in self.journey.model.dates:  # a date as late as the customer came, and more
            return Range(law.minimum(), math.inf)
        return Range(law.minimum(), law.maximum()).clipped(*self.bounds(name))

    def _effects(self) -> Iterator[tuple[str, Effect]]:
        existing = self.journey.model.personas[self.persona].existing
        if existing is not None:
            yield from existing.set.items()
        for touchpoint in self.touchpoints.values():
            yield from touchpoint.set.items()

    @cached_property
    def _attributes(self) -> dict[str, Range]:
        """The attributes that some visit changes, at all they may become."""
        found: dict[str, Range] = {}
        for name, effect in self._effects():
            bounds = self.bounds(name)
            constant = 1.0 if effect.to is None else effect.to.constant()
            if constant is None or effect.noise is not None:
                found[name] = Range(*bounds)
            else:
                after = Range(constant, constant).clipped(*bounds)
                found[name] = found.get(name, self._first(name)).hull(after)
        return found

    @cached_property
    def sells(self) -> bool:
        """Whether anything is sold on this persona's map."""
        return any(one.sells is not None for one in self.touchpoints.values())


@dataclass(frozen=True)
class Eyes:
    """What a customer sees at one touchpoint."""

    sight: PersonaSight
    touchpoint: str
    completed: bool

    def truth(self, condition: Expression | None) -> bool | None:
        """Say whether a condition always or never holds here; None if that is not certain."""
        return True if condition is None else truth_of(condition, self.range)

    def value(self, expression: Expression, instead: Mapping[Name, float] | None = None) -> float | None:
        """Evaluate at the values of the start; None for a trait the persona does not have.

        `instead` replaces some of these values.
        """
        values = {name: (instead or {}).get(name, self.start(name)) for name in expression.names}
        known = {name: value for name, value in values.items() if value is not None}
        return evaluate(expression, known.__getitem__) if len(known) == len(values) else None

    def start(self, name: Name) -> float | None:
        """Give what a name is at the start: nothing visited, nothing bought, noon of the first day."""
        model = self.sight.journey.model
        if name.root == "attribute":
            return self.sight.initial(name.member)
        if name.root == "persona":
            return model.personas[self.sight.persona].traits.get(name.member)
        if name.root == "price":
            return model.products[name.member].price
        if name.root == "stock":
            stock = model.inventory.get(name.member)
            return math.inf if stock is None else float(stock.on_hand)
        if name.root == "visits":
            return float(self.completed and name.member == self.touchpoint)
        if name.root == "weekday":
            return float(model.start.weekday())
        return {"hour": _NOON, "since": math.inf}.get(name.root, 0.0)

    def range(self, name: Name) -> Range:
        """Bound what a name can be here."""
        if name.root == "attribute":
            return self.sight.attribute(name.member)
        if name.root in ("persona", "price", "stock"):
            return self._of_the_world(name)
        if name.root in ("weekday", "hour"):
            return Range(0.0, 6.0 if name.root == "weekday" else 23.0)
        if name.root in ("elapsed", "now"):
            return Range(0.0, float(self.sight.journey.model.horizon_ms))
        return Range(*self._counted(name))

    def _of_the_world(self, name: Name) -> Range:
        model = self.sight.journey.model
        if name.root == "price":
            return prices(model, name.member)
        if name.root == "stock":
            return Range(0.0 if name.member in model.inventory else math.inf, math.inf)
        trait = model.personas[self.sight.persona].traits.get(name.member)
        return ANYTHING if trait is None else Range(trait, trait)

    def _counted(self, name: Name) -> tuple[float, float]:
        """Bound visits, waits, orders: from 0, and never more where nothing can add to them."""
        touchpoints = self.sight.touchpoints
        here = touchpoints[self.touchpoint]
        if name.root == "visits":
            return (1.0 if self.completed and name.member == self.touchpoint else 0.0), math.inf
        if name.root == "waited":
            return 0.0, (0.0 if self.completed and here.team is None else math.inf)
        if name.root == "waited_at":
            served = touchpoints[name.member].team is not None
            return 0.0, (math.inf if served else 0.0)
        if name.root == "short":
            return 0.0, (0.0 if self.completed and here.sells is None else math.inf)
        if name.root == "orders" and not self.sight.sells:
            if self.sight.journey.cases is not None:
                return 0.0, math.inf
            there = self.sight.journey.model.personas[self.sight.persona].existing
            existing = there.orders if there is not None else 0
            return 0.0, float(existing)
        return 0.0, math.inf
