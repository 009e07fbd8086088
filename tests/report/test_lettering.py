"""Text that fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.report.lettering import fit, width_of


@given(st.text(min_size=1, max_size=80), st.integers(1, 3))
def test_every_line_fits(text: str, lines: int) -> None:
    """Whatever the text, there are at most so many lines and none is wider than the room."""
    found = fit(text, 90.0, 12.0, lines)
    assert len(found) <= lines
    assert all(width_of(line, 12.0) <= 90.0 for line in found)


def test_wide_characters_count_as_wide() -> None:
    """Chinese takes a full em a character; combining marks take nothing."""
    assert width_of("顾客", 10.0) == 20.0
    assert width_of("e\u0301", 10.0) == width_of("e", 10.0)
    assert fit("顾客在网上商店下订单并付款", 60.0, 10.0, 2) == ["顾客在网上商", "店下订单并…"]
