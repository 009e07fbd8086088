"""The numbers of the hand-written shop: rows, hours, rates, and what is known of a customer."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from benchmarks.by_hand.shop_world import DAY, day_of, during

__all__ = [
    "BACK",
    "CONSIDERATION",
    "FLOOR_HOURS",
    "QUARTILES",
    "SIMPLE",
    "SUPPORT_HOURS",
    "TIM_HOURS",
    "TRAITS",
    "TRUDY_HOURS",
    "WEEKS",
    "Customer",
    "Row",
    "month_of",
    "tim_mean",
    "trudy_mean",
]

Row = Mapping[str, float]

WEEKS: Final = 26
BACK: Final = "back"
# The dwell of the product page: quartiles in minutes.
QUARTILES: Final = (1 / 6, 1.0, 2.5, 5.0, 25.0)
SUPPORT_HOURS: Final = {**dict.fromkeys(range(5), (12, 19)), 5: (10, 14)}
FLOOR_HOURS: Final = {**dict.fromkeys(range(5), (10, 19)), 5: (10, 16)}
# Where an unexpected stop on Instagram may follow.
CONSIDERATION: Final = frozenset(
    ["product", "compare", "wishlist", "reminder", "chat", "question", "store", "competitor", "win_back"]
)
TRAITS: Final = {"tim": (0.3, 0.7), "trudy": (0.6, 0.8)}  # price sensitivity, expectation
SIMPLE: Final[Mapping[str, Row]] = {
    "paid_ad": {"home": 0.85, "left": 0.15},
    "home": {"product": 0.46, "signup": 0.02, "search": 0.05, "left": 0.47},
    "signup": {"product": 0.5, "left": 0.5},
    "reminder": {"product": 0.085, "cart": 0.02, BACK: 0.895},
    "chat": {"cart": 0.42, "product": 0.25, "left": 0.33},
    "question": {"cart": 0.2, "left": 0.8},
    "store": {"store_order": 0.25, "home": 0.1, "left": 0.65},
    "coupon_site": {"cart": 0.5, "competitor": 0.08, "left": 0.42},
    "cart_mail": {"cart": 0.09, BACK: 0.91},
    "delivery": {"returned": 0.17, "using_product": 0.83},
    "competitor": {"home": 0.06, "win_back": 0.3, "lost": 0.64},
    "win_back": {"home": 0.026, "lost": 0.974},
    "returned": {"product": 0.25, "left": 0.75},
    "newsletter": {"product": 0.02, "using_product": 0.5, "left": 0.48},
    "recommends": {"home": 0.3, "left": 0.7},
    "instagram": {"home": 0.12, "product": 0.01, "competitor": 0.06, "left": 0.81},
}


@dataclass(slots=True)
class Customer:
    """One customer."""

    persona: str
    arrived: float
    generation: int = 0
    satisfaction: float = 0.6
    budget: float = 160.0
    trip: float = 0.0  # when the hike is
    frustrated: bool = False
    consent: bool = False
    orders: int = 0
    waited: float = 0.0
    waited_at_chat: float = 0.0
    short: int = 0
    visits: Counter[str] = field(default_factory=Counter)
    left: dict[str, float] = field(default_factory=dict)
    wanted: dict[str, int] = field(default_factory=dict)
    contacts: deque[float] = field(default_factory=deque)
    bought: list[dict[str, int]] = field(default_factory=list)

    def feel(self, change: float) -> None:
        """Change the satisfaction within its bounds."""
        self.satisfaction = min(1.0, max(0.0, self.satisfaction + change))


def _cumulated(factors: Mapping[range, float]) -> list[float]:
    """Add up the factors of the hours; those not named count 1."""
    total, sums = 0.0, []
    for hour in range(24):
        total += next((factor for hours, factor in factors.items() if hour in hours), 1.0)
        sums.append(total)
    return sums


TIM_HOURS: Final = _cumulated({range(7): 0.2, range(12, 14): 1.3, range(19, 23): 2.0})
TRUDY_HOURS: Final = _cumulated({range(9): 0.1, range(10, 12): 1.6, range(20, 24): 0.3})


def month_of(day: int) -> int:
    """Count the months from January to a day."""
    return sum(day >= day_of(month, 1) for month in range(2, 8))


def tim_mean(day: int) -> float:
    """Expect so many of Tim's kind on a day."""
    mean: float = 13 * 1.005 ** (day / 30.4375) * (0.9, 0.9, 0.9, 0.9, 1.0, 1.2, 1.2)[day % 7]
    mean *= 0.9 if day < 55 else 1.15 if day >= 116 else 1.0
    mean *= 1.2 if during(day * DAY, (3, 16), (3, 29)) else 1.0
    return mean * (1.8 if during(day * DAY, (3, 19), (3, 22)) else 1.0)


def trudy_mean(day: int) -> float:
    """Expect so many of Trudy's kind on a day."""
    mean = 6 * (1.0, 1.0, 1.0, 1.0, 1.0, 1.4, 0.5)[day % 7]
    return mean * (1.8 if during(day * DAY, (3, 19), (3, 22)) else 1.0)
