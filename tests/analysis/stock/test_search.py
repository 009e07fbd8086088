from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from simulator.analysis.stock.aims import fitted
from simulator.analysis.stock.policy import Kind, Policy
from simulator.analysis.stock.search import Limit, cheapest
from simulator.analysis.stock.trials import Assortment, Outcome
from simulator.errors import InputError

UP_TO, QUANTITY = Kind.ORDER_UP_TO, Kind.ORDER_QUANTITY
BASE, ONCE = Kind.BASE_STOCK, Kind.ONCE


@dataclass
class Surface:
    """Trials whose cost is a formula, so that the cheapest is known."""

    cost: Callable[[Assortment], float]
    tried: list[Assortment] = field(default_factory=list)

    def outcomes(self, assortments: Sequence[Assortment], replications: int) -> list[Outcome]:
        """Give the same cost in every replication."""
        self.tried.extend(assortments)
        none = np.zeros((replications, 1), dtype=np.int64)
        return [
            Outcome(np.full(replications, self.cost(one)), none.astype(float), none, none, none, none)
            for one in assortments
        ]


def bowl(*centres: tuple[int, int]) -> Surface:
    """Cost the squared distance from known levels and lots, with products that pull at each other."""

    def cost(assortment: Assortment) -> float:
        off = [
            (one.level - level, one.lot - lot) for one, (level, lot) in zip(assortment, centres, strict=True)
        ]
        total = sum(3.0 * level**2 + 0.5 * lot**2 + level * lot for level, lot in off)
        return total + sum(0.8 * a[0] * b[0] for a, b in itertools.pairwise(off))

    return Surface(cost)


def test_the_lowest_point_is_found_from_far() -> None:
    """From a start far away every level and lot ends where the cost is least."""
    surface = bowl((17, 40), (3, 9))
    start = (Policy(UP_TO, 60, 5), Policy(QUANTITY, 0, 30))
    assert cheapest(surface, start, [1, 2]) == (Policy(UP_TO, 17, 40), Policy(QUANTITY, 3, 9))  # type: ignore[arg-type]
    assert all(one.level >= 0 and one.lot >= 1 for tried in surface.tried for one in tried)


def test_lots_that_mean_nothing_are_left_alone() -> None:
    """A base stock and what is bought once have one number each."""
    surface = bowl((8, 1), (30, 1))
    found = cheapest(surface, (Policy(BASE, 2), Policy(ONCE, 90)), [1])  # type: ignore[arg-type]
    assert found == (Policy(BASE, 8), Policy(ONCE, 30))
    assert {one.lot for tried in surface.tried for one in tried} == {1}


def test_a_shared_limit_is_kept_and_used_where_it_is_worth_most() -> None:
    """With room for 20 of 31 units units are exchanged until no exchange is cheaper."""

    def cost(assortment: Assortment) -> float:
        first, second = (one.level for one in assortment)
        return 9.0 * max(0, 21 - first) + 2.0 * max(0, 10 - second) + 0.01 * (first + second)

    limit = Limit(20, lambda assortment: float(sum(one.level for one in assortment)))
    surface = Surface(cost)
    start = fitted((Policy(BASE, 21), Policy(BASE, 10)), [limit], ["a", "b"])
    assert limit.allows(start)
    found = cheapest(surface, start, [1], [limit])  # type: ignore[arg-type]
    assert found == (Policy(BASE, 20), Policy(BASE, 0))
    assert all(limit.allows(tried) for tried in surface.tried)


def test_a_limit_below_the_smallest_policies_is_refused() -> None:
    """What not even one unit of each fits into cannot be met, and the message says what they take."""
    limit = Limit(1, lambda assortment: float(sum(one.level + one.lot for one in assortment)))
    with pytest.raises(InputError, match=r"limit of 1 cannot be met.*takes 4"):
        fitted((Policy(UP_TO, 5, 9), Policy(UP_TO, 5, 9)), [limit], ["a", "b"])


def test_policies_are_written_as_in_the_model() -> None:
    """Columns, words and the highest position of each kind."""
    assert Policy(UP_TO, 3, 7).as_dict() == {"reorder_point": 3, "order_up_to": 10}
    assert Policy(QUANTITY, 3, 7).as_dict() == {"reorder_point": 3, "order_quantity": 7}
    assert Policy(BASE, 4).as_dict() == {"base_stock": 4}
    assert Policy(ONCE, 4).as_dict() == {"on_hand": 4}
    assert Policy(BASE, 4).columns["reorder_point"] == 3
    assert str(Policy(QUANTITY, 3, 7)) == "at 3 order 7"
