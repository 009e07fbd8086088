"""What all charts share."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import InputError
from simulator.report.charts.style import (
    SERIES,
    chart_bytes,
    colour,
    grid,
    legend_below,
    terminal_chart,
    write_chart,
)


def figure(title: str = "Boots"):
    """Draw a line."""
    with grid(2, 2) as page:
        page.panels[0].plot([1, 2], [3, 4], color=colour(0), label=title)
        page.panels[1].set_title(title)
    return page.figure


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_same_bytes(kind: str) -> None:
    """The same chart gives the same bytes: no date, no random identifier."""
    assert chart_bytes(figure(), kind) == chart_bytes(figure(), kind)


def test_names_stay_letters() -> None:
    """A name is written as it is: dollar signs are no formula, and any script is kept."""
    text = chart_bytes(figure("a $50 $boot 特鲁迪 <b>"), "svg").decode()
    assert "a $50 $boot 特鲁迪 &lt;b&gt;" in text


def test_nothing_global_changes() -> None:
    """Drawing leaves matplotlib's settings as they were."""
    import matplotlib

    before = dict(matplotlib.rcParams)
    chart_bytes(figure(), "png")
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", ["fan.pngg", "fan", "missing/fan.svg"])
def test_wrong_file_is_refused(name: str, tmp_path: Path) -> None:
    """A chart is an SVG or PNG in a folder that exists."""
    with pytest.raises(InputError, match=r"svg|folder"):
        write_chart(figure(), tmp_path / name)


def test_colours_repeat() -> None:
    """There is a colour for every number."""
    assert colour(len(SERIES)) == colour(0)


def test_terminal_chart_fits() -> None:
    """A chart of text is as wide and high as asked, and leaves no mark on the next."""
    pages = []
    for _ in range(2):
        with terminal_chart(60, 12) as (plot, text):
            plot.plot([0, 1, 2], [0, 1, 4])
        pages.append(text.plain)
    assert pages[0] == pages[1]
    assert len(pages[0].splitlines()) == 12
    assert max(map(len, pages[0].splitlines())) <= 60


@pytest.mark.parametrize("names", [3, 9, 14])
def test_a_legend_stays_within_its_figure(names: int) -> None:
    """Entries that do not fit beside each other go below each other; none leaves the picture."""
    with grid(2, 2, (4.0, 2.0)) as page:
        handles = [page.panels[0].plot([0, 1], [0, place])[0] for place in range(names)]
        legend_below(page, handles, [f"what line {place} means" for place in range(names)], columns=8)
        page.figure.draw_without_rendering()
        (legend,) = page.figure.legends
        box, whole = legend.get_window_extent(), page.figure.bbox
        assert len(legend.get_texts()) == names
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert whole.y0 <= box.y0 < box.y1 <= whole.y1
