"""What all charts share: colours, letters, the file they are written to, and the page of a terminal.

A chart is a `Figure` of its own, made without pyplot, and matplotlib's settings are put back. The same
chart gives the same bytes: an SVG carries no date and no random identifier.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from simulator.errors import InputError, nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "GRID",
    "INK",
    "KINDS",
    "QUIET",
    "SERIES",
    "Grid",
    "chart_bytes",
    "chart_kind",
    "colour",
    "date_axis",
    "drawing",
    "grid",
    "legend_below",
    "round_up",
    "terminal_chart",
    "write_chart",
]

INK: Final = "#1f2937"
QUIET: Final = "#6b7280"
GRID: Final = "#e5e7eb"
# Okabe and Ito's colours, told apart by people who see no red or green; yellow is too pale on white.
SERIES: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#4b5563")
KINDS: Final = ("svg", "png")

_DPI: Final = 160  # sharp on the screens of today
_STYLE: Final[Mapping[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "figure.dpi": _DPI,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so every machine draws the same
    "font.size": 9.5,
    "grid.color": GRID,
    "legend.frameon": False,
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # letters stay letters: to be read aloud, searched and copied
    "svg.hashsalt": "journey",
    "text.color": INK,
    "text.parse_math": False,  # a name with two dollar signs is a name
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
}


def colour(number: int) -> str:
    """Give the colour of the series of a number; they repeat after seven."""
    return SERIES[number % len(SERIES)]


class Grid:
    """A figure with its panels, row by row, where the style holds.

    Attributes
    ----------
    figure : Figure
    panels : list of Axes
    """

    def __init__(self, figure: Figure, panels: list[Axes]) -> None:
        self.figure = figure
        self.panels = panels


@contextmanager
def drawing() -> Iterator[None]:
    """Hold the common style while something is drawn or written."""
    import matplotlib

    settings: Any = dict(_STYLE)  # its keys are spelled out in the types of some versions only
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A name in a script the font lacks is drawn as boxes in a PNG, and as written in an SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@contextmanager
def grid(
    panels: int = 1,
    columns: int = 1,
    size: tuple[float, float] = (7.6, 3.2),
    sharex: bool = False,
    **options: Any,
) -> Iterator[Grid]:
    """Open a figure of equal panels for drawing.

    Parameters
    ----------
    panels : int
        How many there are.
    columns : int
        How many stand side by side.
    size : tuple of float
        Width and height of one panel in inches.
    sharex : bool
        One horizontal axis for all.
    **options
        For `Figure.subplots`.

    Yields
    ------
    Grid
    """
    from matplotlib.figure import Figure

    rows = -(-panels // columns)
    with drawing():
        figure = Figure(figsize=(size[0] * columns, size[1] * rows), layout="constrained")
        cells = figure.subplots(rows, columns, squeeze=False, sharex=sharex, **options).ravel().tolist()
        for empty in cells[panels:]:
            empty.remove()
        yield Grid(figure, cells[:panels])


def date_axis(panel: Axes, most: int = 8) -> None:
    """Write the dates below a panel in as few words as a reader needs, at so many ticks at most."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=most)  # type: ignore[no-untyped-call]  # untyped there
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # untyped there


def legend_below(grid: Grid, handles: list[Any], labels: list[str], columns: int = 4) -> None:
    """Write one legend for all panels below them, in at most so many columns as fit beside each other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = grid.figure
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # untyped there
    for count in range(min(columns, len(labels)), 0, -1):
        legend = figure.legend(handles, labels, loc="outside lower center", ncols=count)
        if count == 1 or legend.get_window_extent(renderer).width <= figure.bbox.width:
            return
        legend.remove()


def chart_kind(path: Path) -> str:
    """Tell which kind of chart a file's ending asks for, before anything is played.

    Raises
    ------
    InputError
        If it is none of `KINDS`, or its folder does not exist.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        said = f"{path.suffix!r} is no kind of chart" if path.suffix else "a chart needs an ending"
        raise InputError(f"{path}: {said}; write {nearest(kind, KINDS)} (as .svg or .png)")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    return kind


def chart_bytes(figure: Figure, kind: str) -> bytes:
    """Draw a figure as `svg` or `png`; the same figure gives the same bytes."""
    stream = io.BytesIO()
    metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
    with drawing():
        figure.savefig(stream, format=kind, dpi=_DPI, metadata=metadata)
    return stream.getvalue()


def write_chart(figure: Figure, path: Path) -> None:
    """Write a figure to a file, as its ending says.

    Raises
    ------
    InputError
        As :func:`chart_kind`.
    """
    path.write_bytes(chart_bytes(figure, chart_kind(path)))


def round_up(high: float, most: int = 6) -> list[float]:
    """List round numbers from 0 to at least `high`, for the axis of counts; at most so many steps.

    Examples
    --------
    >>> round_up(83.0)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    step = 1.0
    while high > most * step:
        leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
        step *= 2.5 if round(leading) == 2 else 2.0
    return [step * number for number in range(max(1, math.ceil(high / step)) + 1)]


@contextmanager
def terminal_chart(width: int, height: int) -> Iterator[tuple[Any, Text]]:
    """Open a page of text for drawing with plotext.

    plotext has one figure for the whole process; it is cleared before and after.

    Parameters
    ----------
    width, height : int
        In characters.

    Yields
    ------
    module, Text
        plotext itself, to draw with; and the text, which holds the chart when the block is left. Its
        colours are dropped where a terminal has none.
    """
    import plotext  # type: ignore[import-untyped]

    text = Text(no_wrap=True, overflow="crop")
    plotext.clear_figure()
    plotext.limitsize(False, False)
    plotext.plotsize(width, height)
    plotext.theme("clear")
    try:
        yield plotext, text
        text.append_text(Text.from_ansi(plotext.build().rstrip("\n")))
    finally:
        plotext.clear_figure()
