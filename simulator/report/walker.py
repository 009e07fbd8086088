"""A typical customer on one path of the tree: what he carries, and where he would go next.

The tree follows one customer a path: attributes start at their mean and change as every visit says,
noise at its mean; a chance to become 1 moves an attribute that far towards 1, so that consent is a
probability; stays last their mean; nobody queues, nothing is out of stock. What depends on the clock
(weekday, hour, opening hours) is averaged over the hours at which the persona arrives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from simulator.program.shares import basket_is_empty
from simulator.program.sight import PersonaSight
from simulator.spec.expressions import Expression, Name, evaluate
from simulator.spec.model import CONSENT
from simulator.spec.touchpoint import Effect, Touchpoint

__all__ = ["Moment", "Walker", "moments"]

_MOMENTARY: Final = ("weekday", "hour")


class Moment(NamedTuple):
    """An hour of the week and its share of the arrivals."""

    weight: float
    weekday: int
    hour: int


def moments(sight: PersonaSight) -> tuple[Moment, ...]:
    """Divide a week into its hours, as a persona's arrivals do."""
    arrivals = sight.journey.model.personas[sight.persona].arrivals
    weekday = arrivals.weekday if arrivals is not None else {}
    hours = arrivals.hours if arrivals is not None else {}
    raw = [
        (weekday.get(day, 1.0) * hours.get(hour, 1.0), day, hour) for day in range(7) for hour in range(24)
    ]
    total = sum(weight for weight, _, _ in raw)
    if total <= 0.0:
        return tuple(Moment(1.0 / len(raw), day, hour) for _, day, hour in raw)
    return tuple(Moment(weight / total, day, hour) for weight, day, hour in raw if weight > 0.0)


_NOON: Final = Moment(1.0, 0, 12)


@dataclass(frozen=True)
class Walker:
    """A typical customer.

    Attributes
    ----------
    sight : PersonaSight
        Whose world he lives in.
    hours : tuple of Moment
        When such customers come.
    attributes, visits, left : mapping
        What he carries; completed visits; when he last left each touchpoint (ms since arrival).
    orders, elapsed : float
        Orders made; time since arrival in ms.
    """

    sight: PersonaSight
    hours: tuple[Moment, ...]
    attributes: Mapping[str, float]
    visits: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, float] = field(default_factory=dict)
    orders: float = 0.0
    elapsed: float = 0.0

    @classmethod
    def of(cls, sight: PersonaSight) -> Walker:
        """Start a customer of a persona."""
        names = [CONSENT, *sight.journey.model.attributes]
        return cls(sight, moments(sight), {name: sight.initial(name) for name in names})

    # ------------------------------------------------------------------ seeing

    def sees(self, touchpoint: str, moment: Moment = _NOON) -> Callable[[Expression], float | None]:
        """Give what values expressions at a touchpoint have for him at a moment."""
        start = self.sight.at(touchpoint).start

        def look(name: Name) -> float:
            if name.root in _MOMENTARY:
                return float(moment.weekday if name.root == "weekday" else moment.hour)
            own = self._carried(name)
            if own is not None:
                return own
            known = start(name)
            return math.nan if known is None else known

        return lambda expression: evaluate(expression, look)

    def _carried(self, name: Name) -> float | None:
        if name.root == "attribute":
            return self.attributes.get(name.member, 0.0)
        if name.root == "visits":
            return float(self.visits.get(name.member, 0))
        if name.root == "since":
            left = self.left.get(name.member)
            return math.inf if left is None else self.elapsed - left
        return {"orders": self.orders, "elapsed": self.elapsed}.get(name.root)

    def moments_for(self, expressions: Iterator[Expression], *, timed: bool = False) -> tuple[Moment, ...]:
        """List the moments that make a difference: one where nothing depends on the clock."""
        if timed or any(name.root in _MOMENTARY for one in expressions for name in one.names):
            return self.hours
        return (_NOON,)

    # ------------------------------------------------------------------ walking

    def passes(self, name: str, touchpoint: Touchpoint, moment: Moment = _NOON) -> float:
        """Give the chance that the gate is open for him."""
        shut = touchpoint.only_if is not None and self.sees(name, moment)(touchpoint.only_if) != 1.0
        if shut:
            return 0.0
        return min(max(self.attributes.get(CONSENT, 0.0), 0.0), 1.0) if touchpoint.contact else 1.0

    def after(self, name: str, touchpoint: Touchpoint) -> Walker:
        """Complete a visit: stay, buy, change."""
        dwell = self.sight.usual(touchpoint.dwell)
        stayed = replace(
            self,
            elapsed=self.elapsed + dwell,
            visits={**self.visits, name: self.visits.get(name, 0) + 1},
            orders=self.orders + self._buys(name, touchpoint),
        )
        value = stayed.sees(name)
        changed = {key: stayed._changed(key, effect, value) for key, effect in touchpoint.set.items()}
        return replace(stayed, attributes={**self.attributes, **changed})

    def leaves(self, name: str, travel: float) -> Walker:
        """Leave a touchpoint and travel so long."""
        return replace(self, left={**self.left, name: self.elapsed}, elapsed=self.elapsed + travel)

    def _buys(self, name: str, touchpoint: Touchpoint) -> float:
        if touchpoint.sells is None:
            return 0.0
        return 1.0 - self.buys_nothing(name, touchpoint)

    def buys_nothing(self, name: str, touchpoint: Touchpoint) -> float:
        """Give the chance of an empty basket."""
        lines = touchpoint.sells.each if touchpoint.sells is not None else None
        return basket_is_empty(lines, self.sees(name)) if lines and touchpoint.empty is not None else 0.0

    def _changed(self, key: str, effect: Effect, value: Callable[[Expression], float | None]) -> float:
        now = self.attributes.get(key, 0.0)
        if effect.chance is not None:
            return now + (1.0 - now) * effect.chance
        found = value(effect.to) if effect.to is not None else now
        wanted = now if found is None or math.isnan(found) else found
        wanted += effect.noise.mean() if effect.noise is not None else 0.0
        low, high = self.sight.bounds(key)
        return min(max(wanted, low), high)
