from __future__ import annotations

from typing import Any

import pytest

from simulator.program.compile import compile_journey


def sale(**odds: float) -> dict[str, Any]:
    """Write an event of three days with dated odds; `__` stands for a dot."""
    factors = {path.replace("__", "."): {"odds": factor} for path, factor in odds.items()}
    return {"from": "2026-01-10", "to": "2026-01-12", "next": factors}


@pytest.mark.parametrize(
    "written",
    [
        {"home__shop": 2.0, "home__else__shop": 1.5},
        {"home__else__shop": 1.5, "home__shop": 2.0},
        {"home__shop": 1.5, '"home"__shop': 2.0},
    ],
    ids=["row and rule", "rule and row", "two spellings"],
)
def test_odds_written_twice_in_one_event_multiply(build, written: dict[str, float]) -> None:
    """A target that one event names by its row and by its rule has both factors, as from two events.

    Catches a factor that takes the place of the other.
    """
    both = compile_journey(build(events={"sale": sale(**written)}))
    first, second = ({path: factor} for path, factor in written.items())
    apart = {"sale": sale(**first), "fair": sale(**second)}
    assert both.hash == compile_journey(build(events=apart)).hash
    assert both.hash == compile_journey(build(events={"sale": sale(home__shop=3.0)})).hash
    assert both.hash != compile_journey(build(events={"sale": sale(**second)})).hash
