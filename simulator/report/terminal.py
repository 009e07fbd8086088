"""Tables for a terminal: text by users is shown as written, never read as markup."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from simulator.results.estimate import Estimate

__all__ = [
    "WIDTH",
    "duration",
    "figures",
    "heading",
    "note",
    "number",
    "percent",
    "show",
    "side_by_side",
    "table",
]

WIDTH: Final = 80
# A longer name above a column takes several lines.
_WIDEST_NAME: Final = 24
# Wide enough to find out how wide a table would like to be.
_UNLIMITED: Final = 10_000


def show(parts: Iterable[RenderableType]) -> None:
    """Print tables and texts to standard output."""
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = WIDTH
    for part in parts:
        console.print(part)


def heading(text: str, more: str = "") -> Text:
    """Make a heading, with a remark in plain type."""
    return Text.assemble((text, "bold"), (f"  {more}" if more else "", "dim"))


def note(text: str) -> Text:
    """Make a remark under a table."""
    return Text(text, style="dim")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "", texts: int = 1) -> Table:
    """Make a table: the first columns are texts and may wrap, the others are figures."""
    grid = Table(
        box=SIMPLE_HEAD,
        title=Text(title) if title else None,
        title_justify="left",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for place, column in enumerate(columns):
        if place < texts:
            grid.add_column(Text(column), overflow="fold")
        else:
            grid.add_column(Text(column), justify="right", no_wrap=True)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def side_by_side(
    heading_: str, labels: Sequence[str], columns: Mapping[str, Sequence[str]]
) -> Iterator[Table]:
    """Share columns of figures out over as few tables as fit; all begin with the same labels."""
    shown: list[str] = []
    grid: Table | None = None
    for name in columns:
        wider = _beside(heading_, labels, {one: columns[one] for one in [*shown, name]})
        if grid is not None and not _fits(wider):
            yield grid
            shown, wider = [], _beside(heading_, labels, {name: columns[name]})
        grid = wider
        shown.append(name)
    if grid is not None:
        yield grid


def _beside(heading_: str, labels: Sequence[str], columns: Mapping[str, Sequence[str]]) -> Table:
    heads = ["\n".join(textwrap.wrap(name, _WIDEST_NAME)) for name in columns]
    return table([heading_, *heads], zip(labels, *columns.values(), strict=True))


def figures(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Table]:
    """Lay out a row a thing; where that is too wide, a column a thing, in as many tables as it takes."""
    wide = table(columns, rows)
    if _fits(wide):
        yield wide
    else:
        yield from side_by_side(columns[0], columns[1:], {row[0]: row[1:] for row in rows})


def _fits(grid: Table) -> bool:
    """Tell whether nothing of a table would be cut or folded."""
    console = Console(width=_UNLIMITED)
    return Measurement.get(console, console.options, grid).maximum <= WIDTH


def number(value: float | None, digits: int = 0) -> str:
    """Write a number with thousands apart; a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(estimate: Estimate, digits: int = 2) -> str:
    """Write a share with its interval: ``2.53 % [2.41, 2.65]``."""
    if estimate.value is None:
        return "–"
    text = f"{estimate.value * 100:.{digits}f} %"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{estimate.low * 100:.{digits}f}, {estimate.high * 100:.{digits}f}]"


def duration(seconds: float | None) -> str:
    """Write a duration in the unit a person would choose."""
    if seconds is None:
        return "–"
    for size, unit in ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.0f} s"
