"""The map as SVG: stages as columns, touchpoints as boxes, arrows as wide as the flow of customers.

One file, no scripts, no fonts or pictures from elsewhere. Built as a tree of elements, so a name can
never become markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as Xml

from simulator.report.layout import Layout, lay_out
from simulator.report.lettering import fit
from simulator.report.picture import Picture
from simulator.report.svg_drawing import Drawing
from simulator.report.svg_legend import draw_legend, legend_height
from simulator.report.svg_shapes import BOX, INK, QUIET, TOP, add

__all__ = ["draw_svg"]

# Sizes in pixels.
_GAP: Final = 26.0  # below a box
_LANE: Final = 16.0
_BETWEEN: Final = 118.0  # columns
_INSIDE: Final = 100.0  # columns of the same stage
_MARGIN: Final = 36.0

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif"


def draw_svg(picture: Picture) -> str:
    """Draw a map.

    Parameters
    ----------
    picture : Picture
        What to draw.

    Returns
    -------
    str
        An SVG document; the same text for the same picture.
    """
    layout = lay_out(picture, BOX[1], _GAP, _LANE)
    lefts = _lefts(layout)
    width = max(lefts[-1] + BOX[0] + 2 * _MARGIN, 760.0)
    below = TOP + layout.height + 18.0
    height = below + legend_height(picture, width - 2 * _MARGIN)
    root = Xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "role": "img",
            "font-family": _FONT,
        },
    )
    add(root, "title", text=f"Journey map: {picture.title}")
    add(root, "rect", width="100%", height="100%", fill="#ffffff")
    _head(root, picture)
    _stage_bands(root, layout, lefts, below)
    Drawing(picture, layout, lefts).onto(root)
    draw_legend(root, picture, _MARGIN, below, width - 2 * _MARGIN)
    Xml.indent(root, space=" ")
    return Xml.tostring(root, encoding="unicode") + "\n"


def _lefts(layout: Layout) -> list[float]:
    """Give the left edge of every column; those of one stage stand closer."""
    lefts = [_MARGIN + 22.0]
    for one, other in pairwise(layout.columns):
        same = one.stage is not None and one.stage == other.stage
        lefts.append(lefts[-1] + BOX[0] + (_INSIDE if same else _BETWEEN))
    return lefts


def _head(root: Xml.Element, picture: Picture) -> None:
    add(root, "text", x=_MARGIN, y=40.0, font_size="21", font_weight="700", fill=INK, text=picture.title)
    add(root, "text", x=_MARGIN, y=62.0, font_size="13", fill=QUIET, text=picture.subtitle)


def _stage_bands(root: Xml.Element, layout: Layout, lefts: Sequence[float], below: float) -> None:
    """Shade the stages and write their names above."""
    spans: list[tuple[str, float, float]] = []
    for column, left in zip(layout.columns, lefts, strict=True):
        if column.stage is None:
            continue
        if spans and spans[-1][0] == column.stage:
            spans[-1] = (column.stage, spans[-1][1], left + BOX[0])
        else:
            spans.append((column.stage, left, left + BOX[0]))
    for stage, left, right in spans:
        pad = 24.0
        add(
            root,
            "rect",
            x=left - pad,
            y=80.0,
            width=right - left + 2 * pad,
            height=below - 80.0 - 8.0,
            rx=14.0,
            fill="#f8fafc",
            stroke="#eef2f7",
        )
        said = fit(stage.upper() if stage.isascii() else stage, right - left, 12.0, 1)[0]
        middle = (left + right) / 2
        add(
            root,
            "text",
            x=middle,
            y=103.0,
            font_size="12",
            font_weight="700",
            letter_spacing="0.06em",
            text_anchor="middle",
            fill=QUIET,
            text=said,
        )
