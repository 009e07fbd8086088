from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import ModelError
from simulator.spec.document import parse_document
from simulator.spec.people import Arrivals
from simulator.spec.validation import validate


def read(parties: str) -> Any:
    """Read arrivals with parties as a person writes them."""
    document = parse_document(f"rate: 20 per day\nparties: {parties}\n", "t.yaml")
    return validate(Arrivals, document.data, document.place)


def test_one_size_may_take_the_rest() -> None:
    """Shares are by size, from the smallest; a size of no share is none."""
    assert read("{4: 0.25, 1: rest, 9: 0}").parties == {1: 0.75, 4: 0.25}
    assert read("{1: 0.7, 2: 0.3}").parties == {1: 0.7, 2: 0.3}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{1: 0.7, 2: 0.2}", "the shares sum to 0.9; they must sum to 1, or one size takes the rest"),
        ("{1: 0.7, 2: 0.6, 3: rest}", "the shares sum to 1.3"),
        ("{1: rest, 2: rest}", "the shares sum to 0; they must sum to 1, or one size takes the rest"),
        ("{0: 0.5, 1: rest}", "a party has 1 to 10,000 people, not 0"),
        ("{20000: 0.5, 1: rest}", "a party has 1 to 10,000 people, not 20000"),
        ("{1.5: 0.5, 1: rest}", "1.5"),
        ("{many: 0.5, 1: rest}", "many"),
        ("{1: 1.5, 2: -0.5}", "a probability lies in 0–1, not 1.5"),
        ("{01: 0.5, 1: rest}", "a size stands here twice"),
        ("[1, 2]", "expected shares by size, such as {1: 0.9, 2: rest}, not a list"),
        ("{}", "expected shares by size, such as {1: 0.9, 2: rest}"),
        ("2", "expected shares by size, such as {1: 0.9, 2: rest}, not 2"),
    ],
)
def test_wrong_parties_are_refused_in_words(written: str, expected: str) -> None:
    """Shares that do not sum to 1, sizes that are none: each says what is wrong, and where."""
    with pytest.raises(ModelError) as caught:
        read(written)
    (problem,) = map(str, caught.value.problems)
    assert problem.startswith("t.yaml:2 ")
    assert expected in problem
