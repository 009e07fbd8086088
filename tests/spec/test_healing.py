from __future__ import annotations

import copy
from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.spec.load import journey_from_data

MODEL: dict[str, Any] = {
    "start": "2026-01-05",
    "horizon": "4 weeks",
    "goal": ["order"],
    "products": {"boots": {"price": 100}},
    "personas": {"tim": {"arrivals": {"rate": "5 per day"}, "enters": {"home": 1}}},
    "touchpoints": {
        "home": {"dwell": "2 min", "next": {"cart": 0.5, "left": "rest"}},
        "cart": {"next": {"order": 0.5, "left": "rest"}},
        "order": {"sells": {"one_of": {"boots": 1}}, "next": {"left": 1}},
    },
    "outcomes": ["left"],
}


def problems(**changes: Any) -> list[str]:
    """Load the model with values replaced by path, and give what is said."""
    data = copy.deepcopy(MODEL)
    for path, value in changes.items():
        place = data
        *above, last = path.split("__")
        for key in above:
            place = place[key]
        place[last] = value
    with pytest.raises(ModelError) as caught:
        journey_from_data(data)
    return [str(problem) for problem in caught.value.problems]


def test_names_are_compared_beside_an_unreadable_value() -> None:
    """A duration nobody can read does not hide a target that does not exist."""
    found = problems(touchpoints__home__dwell="2 minz", touchpoints__cart__next={"ordr": 0.5, "left": "rest"})
    assert len(found) == 2
    assert "minz" in found[0]
    assert "'ordr'" in found[1]


def test_what_was_taken_out_is_not_missed() -> None:
    """A touchpoint that cannot be read is not also called unknown where others lead to it."""
    assert len(problems(touchpoints__cart__next={"order": 0.7, "left": 0.7})) == 1


def test_an_unreadable_product_is_not_also_unknown() -> None:
    """A product with a wrong price is not also missed by those who sell it."""
    assert len(problems(products__boots__price="cheap")) == 1


def test_a_row_of_one_wrong_share_hides_nothing() -> None:
    """Where everybody's only way in is wrong, a goal that does not exist is told too."""
    found = problems(personas__tim__enters={"home": 1.2}, goal=["ordr"])
    assert len(found) == 2
    assert "1.2" in found[0]
    assert "'ordr'" in found[1]


def test_a_needed_value_that_cannot_be_read_stands_alone() -> None:
    """Without a horizon nothing else can be judged, and nothing else is said."""
    assert len(problems(horizon="4 weekz")) == 1


def test_much_nonsense_takes_no_second_look() -> None:
    """A file of a thousand wrong keys gets its thousand problems and no guess beyond them."""
    wrong = {f"place{k}": {"nxt": 1, "next": {"left": 1}} for k in range(1000)}
    assert len(problems(touchpoints={**MODEL["touchpoints"], **wrong})) == 1000
