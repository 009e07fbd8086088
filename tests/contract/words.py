"""Draw the small words of a model: chances, laws, expressions, rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from simulator.spec.expressions import Name

T = TypeVar("T")

# Few and round, so that what is fixed ties: a service and a patience, a delivery and a wait for it.
TIMES: Final = ("0 s", "1 min", "5 min", "30 min", "2 h", "8 h", "1 day", "3 days")
SHORT: Final = TIMES[:5]


class Pen:
    """Writes parts of a model by a tape of bytes; zeros, and all behind the end, give the plainest one.

    One tape is one choice to Hypothesis, so that every example is a new model: of many small choices it
    would make most examples by copying parts of others.

    Parameters
    ----------
    tape : bytes
        Where every choice is read from.
    """

    def __init__(self, tape: bytes) -> None:
        self.tape = iter(tape)
        self.touchpoints: list[str] = []
        self.products: list[str] = []
        self.attributes: list[str] = ["consent"]
        self.traits: list[str] = []
        self.due: list[str] = []

    # ------------------------------------------------------------------ choices

    def number(self, low: int, high: int) -> int:
        """Choose a whole number; a range above 256 uses its lower part only."""
        return low + next(self.tape, 0) % (high - low + 1)

    def maybe(self, percent: int) -> bool:
        """Say yes so often."""
        return next(self.tape, 0) >= 256 * (100 - percent) // 100

    def one(self, options: Sequence[T]) -> T:
        """Choose one."""
        return options[self.number(0, len(options) - 1)]

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        """Choose some, none twice."""
        left = list(options)
        most = min(most, len(left))
        return [left.pop(self.number(0, len(left) - 1)) for _ in range(self.number(min(least, most), most))]

    def chance(self) -> float:
        """Choose a chance, now and then 0 or 1."""
        return self.one((0.5, 0.2, 0.35, 0.8, 1.0, 0.0))

    # ------------------------------------------------------------------ laws

    def time(self, times: Sequence[str] = TIMES, *, plain: bool = False) -> Any:
        """Write a law of durations: half of them fixed, the others of any family; plain ones know no date."""
        if self.maybe(50):
            return self.one(times)
        mean = self.one(times[1:])
        if self.due and not plain and self.maybe(25):
            return self.one(({"until": self.one(self.due)}, *map(self.left, self.due)))
        return self.one(
            (
                {"hazard": {"per_day": {"0-6 h": 0, "6-12 h": 3, "1-2 days": 0.5, "2+ days": 4}}},
                {"exponential": {"mean": mean}},
                {"gamma": {"mean": mean, "cv": 0.7}},
                {"gamma": {"mean": mean, "cv": 1.6}},
                {"lognormal": {"median": mean, "sigma": 0.8}},
                {"lognormal": {"mean": mean, "sigma": 0.3}},
                {"weibull": {"mean": mean, "shape": 1.4}},
                {"weibull": {"median": mean, "shape": 0.8}},
                {"uniform": {"min": "0 s", "max": mean}},
                {"triangular": {"min": "0 s", "mode": mean, "max": "4 days"}},
                {"empirical": {"q0": "0 s", "q30": "0 s", "q60": "1 min", "q100": "3 days"}},
            )
        )

    def left(self, date: str) -> Any:
        """Write a hazard on the time left to a planned date."""
        rates = {"0-8 h": self.one((2, 0, 9)), "8-24 h": 1.5, "2+ days": 0.4, "overdue": self.one((3, 1))}
        return {"hazard": {"clock": {"until": date}, "per_day": rates}}

    def count(self) -> Any:
        """Write a law of counts."""
        return self.one((1, 2, {"poisson": 1.4}, {"geometric": {"mean": 0.6}}, 3, 0))

    def value(self) -> Any:
        """Write a law of an attribute's first value."""
        return self.one(
            (
                0,
                0.5,
                {"normal": {"mean": 0.4, "sd": 0.3}},
                {"uniform": {"min": -1, "max": 2}},
                {"triangular": {"min": 0, "mode": 0.5, "max": 2}},
                {"empirical": {"q0": 0, "q50": 0, "q100": 1}},
            )
        )

    # ------------------------------------------------------------------ expressions

    def _at(self, root: str) -> str:
        return str(Name(root, self.one(self.touchpoints)))

    def _attribute(self) -> str:
        return str(Name("attribute", self.one(self.attributes)))

    def factor(self) -> str:
        """Write a number that is never negative, infinite or NaN."""
        any_ = self._attribute()
        options = [
            f"0.4 + max({any_}, -{any_})",
            f"1 + {self._at('visits')}",
            f"max(0, 2 - {self._at('waited_at')} / 1 h)",
            f"exp(-{self._at('since')} / 1 day)",
            "min(3, elapsed / 1 day)",
            "0.5 + orders",
            "0.1 + short",
            "0.2 + hour / 12",
            "1 + weekday",
            f"sigmoid({self._attribute()})",
            f"clip({self._attribute()}, 0.1, 2)",
            "log(2 + orders)",
            "waited / 1 h + 0.3",
        ]
        options += [f"20 / (1 + {Name('price', one)})" for one in self.products]
        options += [f"0.2 + min(3, {Name('stock', one)})" for one in self.products]
        options += [str(Name("persona", one)) for one in self.traits]
        options += [f"exp(-max(0 s, {Name('attribute', one)} - now) / 1 day)" for one in self.due]
        return self.one(options)

    def condition(self) -> str:
        """Write a condition."""
        options = [
            f"{self._at('visits')} < 2",
            f"{self._attribute()} > 0.4 and orders == 0",
            "hour >= 9 and hour < 18",
            "weekday == sat or weekday == mon",
            "elapsed > 8 h",
            f"{self._at('since')} < 2 h",
            f"{self._at('waited_at')} > 0 s",
            "not (orders > 1)",
            "hour <= 7 or orders > 0",
            "waited > 1 min",
            "short > 0",
            f"{self._attribute()} != 1",
        ]
        options += [f"{Name('stock', one)} > 0" for one in self.products]
        options += [f"{Name('price', one)} < 50" for one in self.products]
        options += [f"{Name('persona', one)} > 0.5" for one in self.traits]
        options += [f"{Name('attribute', one)} - now > 8 h" for one in self.due]
        return self.one(options)

    def utility(self) -> Any:
        """Write a utility, now and then with a delay."""
        moving = f"{self._attribute()} - 0.3 * {self._at('visits')}"
        written = self.one((0, 0.7, moving, f"log({self.factor()} + 0.1)"))
        return {"utility": written, "after": self.time()} if self.maybe(20) else written

    # ------------------------------------------------------------------ rows

    def share(self, p: float | str) -> Any:
        """Write one target of a row."""
        written: dict[str, Any] = {"p": p}
        if self.maybe(30):
            written["odds"] = self.factor()
        if self.maybe(30):
            written["after"] = self.time()
        return written if len(written) > 1 else p

    def row(self, places: Sequence[str], ends: Sequence[str], least: int = 0) -> dict[str, Any]:
        """Write a row to some places; an end takes the rest, so that no loop is without a way out."""
        end = self.one(ends)
        chosen = [place for place in self.some(places, least, 3) if place != end]
        written = {place: self.share(self.one((0.3, 0.25, 0.33, 0.3, 0.1, 0.0))) for place in chosen}
        if chosen and self.maybe(10 + 15 * least):
            return {chosen[0]: 1}
        if self.maybe(20):
            return {**written, end: {"p": "rest", "after": self.time()}}
        return {**written, end: "rest"}
