"""The small shapes of a map in SVG: elements, a star, a face; colours and dashes."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as Xml

from simulator.report.picture import ArrowKind

__all__ = [
    "BOX",
    "DASHES",
    "INK",
    "MEDIA",
    "OUTCOME",
    "QUIET",
    "STREAM",
    "TOP",
    "WAY",
    "add",
    "add_face",
    "add_star",
]

BOX: Final = (156.0, 52.0)  # width and height in pixels
TOP: Final = 124.0  # above the boxes: the title and the names of the stages

INK: Final = "#1f2937"
QUIET: Final = "#6b7280"
WAY: Final = "#6f8fc0"
STREAM: Final = "#a9b2bf"
OUTCOME: Final = ("#f3f4f6", "#9ca3af", "#374151")
# fill, border and ink of a box by whose place it is; the ink has a contrast of at least 7 on the fill
MEDIA: Final = {
    "owned": ("#e0edff", "#3b78d8", "#12305f"),
    "paid": ("#fff0d1", "#d58a11", "#5a3705"),
    "earned": ("#def5e3", "#37a05a", "#11472a"),
    "competitor": ("#ffe3e3", "#d9534f", "#6b1512"),
}
DASHES: Final = {ArrowKind.WAY: "", ArrowKind.ASIDE: "9 5", ArrowKind.TURNED: "1.5 5"}
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def add(parent: Xml.Element, tag: str, *, text: str | None = None, **attributes: str | float) -> Xml.Element:
    """Add an element; an attribute's underscore is a hyphen, a number is written to a tenth."""
    written = {
        name.rstrip("_").replace("_", "-"): value if isinstance(value, str) else f"{value:.1f}"
        for name, value in attributes.items()
    }
    child = Xml.SubElement(parent, tag, written)
    if text is not None:
        child.text = _UNPRINTABLE.sub("\ufffd", text)
    return child


def add_star(group: Xml.Element, x: float, y: float) -> None:
    """Draw the star of a goal."""
    points = [
        (0, -7), (1.9, -2.4), (6.7, -2.2), (2.9, 0.8), (4.2, 5.7),
        (0, 2.9), (-4.2, 5.7), (-2.9, 0.8), (-6.7, -2.2), (-1.9, -2.4),
    ]  # fmt: skip
    written = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in points)
    add(group, "polygon", points=written, fill="#e0a100")


def add_face(group: Xml.Element, x: float, y: float, level: float) -> None:
    """Draw a small face: its mouth and colour say how satisfied people are after a visit."""
    level = min(max(level, 0.0), 1.0)
    colour = f"hsl({round(level * 120)}, 62%, 72%)"
    bend = (level - 0.5) * 8.0
    add(group, "circle", cx=x, cy=y, r=8.0, fill=colour, stroke="#4b5563", stroke_width="0.8")
    for side in (-2.8, 2.8):
        add(group, "circle", cx=x + side, cy=y - 2.2, r=1.1, fill=INK)
    mouth = f"M{x - 3.8:.1f} {y + 2.8 - bend / 4:.1f} q3.8 {bend:.1f} 7.6 0"
    add(group, "path", d=mouth, fill="none", stroke=INK, stroke_width="1.2", stroke_linecap="round")
