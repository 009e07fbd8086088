"""Where things stand on a map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from simulator.report.layout import columns_of, lay_out, spread
from simulator.report.picture import Arrow, ArrowKind, Box, Picture

ITEM = st.tuples(st.floats(-50, 50), st.floats(0.1, 5), st.floats(1, 20))


@given(st.lists(ITEM, min_size=1, max_size=6))
def test_spread_is_the_nearest_arrangement_without_overlap(items: list[tuple[float, float, float]]) -> None:
    """No two overlap, and a general optimiser finds nothing nearer to where they want to be."""
    wanted, weights, sizes = (np.array(one) for one in zip(*items, strict=True))
    found = np.array(spread(wanted.tolist(), weights.tolist(), sizes.tolist()))
    gaps = (sizes[1:] + sizes[:-1]) / 2
    assert (np.diff(found) >= gaps - 1e-9).all()

    def far(places: np.ndarray) -> float:
        return float((weights * (places - wanted) ** 2).sum())

    start = np.concatenate([[0.0], np.cumsum(gaps)]) + wanted.mean()
    apart = [{"type": "ineq", "fun": lambda places: np.diff(places) - gaps}] if len(items) > 1 else []
    other = minimize(far, start, method="SLSQP", constraints=apart)
    assert far(found) <= other.fun * (1 + 1e-6) + 1e-6


def boxes(*stages: str | None) -> tuple[Box, ...]:
    """Make a box in each stage."""
    return tuple(Box(f"b{place}", "b", stage, "owned") for place, stage in enumerate(stages))


def test_columns_follow_the_stages() -> None:
    """What has no stage comes first, then the stages in the model's order, then the outcomes."""
    end = Box("end", "end", None, None)
    shown = Picture("t", "s", ("x", "unused", "y"), (end, *boxes("y", "x", None)), ())
    assert [(one.stage, one.items) for one in columns_of(shown)] == [
        (None, ("b2",)),
        ("x", ("b1",)),
        ("y", ("b0",)),
        (None, ("end",)),
    ]


def test_without_stages_columns_are_steps() -> None:
    """A model without stages is laid out by the fewest steps from where customers come in."""
    first = Box("a", "a", None, "owned", enters=1.0)
    others = tuple(Box(name, name, None, "owned") for name in "bc")
    ways = tuple(Arrow(a, b, ArrowKind.WAY, 0.5, 1.0) for a, b in ("ab", "bc", "ca"))
    shown = Picture("t", "s", (), (*others, first, Box("end", "end", None, None)), ways)
    assert [one.items for one in columns_of(shown)] == [("a",), ("b",), ("c",), ("end",)]


def test_a_crowded_stage_becomes_several_columns() -> None:
    """Twenty touchpoints of a stage make four columns of five, each with its boxes apart."""
    shown = Picture("t", "s", ("x",), (*boxes(*["x"] * 20), Box("end", "end", None, None)), ())
    layout = lay_out(shown, 50.0, 20.0, 16.0)
    assert [len(one.items) for one in layout.columns] == [5, 5, 5, 5, 1]
    for column in layout.columns:
        heights = sorted(layout.slots[name].y for name in column.items)
        assert np.diff(heights) == pytest.approx([70.0] * (len(heights) - 1))


def test_arrows_to_an_outcome_flow_together_below_the_boxes() -> None:
    """All who leave share one lane a column, under every touchpoint of it."""
    ways = tuple(Arrow(f"b{place}", "end", ArrowKind.WAY, 0.3, 1.0) for place in range(3))
    shown = Picture("t", "s", ("x", "y", "z"), (*boxes("x", "y", "z"), Box("end", "end", None, None)), ways)
    layout = lay_out(shown, 50.0, 20.0, 16.0)
    first, second, last = layout.routes
    assert [slot.column for slot in first.lanes] == [1, 2]
    assert first.lanes[1:] == second.lanes
    assert last.lanes == ()
    assert [first.bundled, second.bundled, last.bundled] == [True, True, False]
    assert all(slot.y > layout.slots[f"b{slot.column}"].y for slot in first.lanes)
