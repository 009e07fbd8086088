"""What the colours, lines and numbers of a map mean, written below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree as Xml

from simulator.report.lettering import fit, width_of
from simulator.report.picture import ArrowKind, Picture
from simulator.report.svg_shapes import DASHES, MEDIA, WAY, add, add_face, add_star

__all__ = ["draw_legend", "legend_height"]

_SIZE: Final = 11.5
_ROW: Final = 21.0
_PAD: Final = 14.0

# A sign of some width, drawn at a place, and the words behind it.
_Entry = tuple[float, str, Callable[[Xml.Element, float, float], None]]


def legend_height(picture: Picture, width: float) -> float:
    """Give the height a legend needs in a width."""
    rows = max((row for row, _, _ in _placed(picture, width)), default=-1) + 1
    return 2 * _PAD + _ROW * (rows + len(_told(picture, width)))


def draw_legend(root: Xml.Element, picture: Picture, left: float, top: float, width: float) -> None:
    """Draw the legend into a width, in as many rows as it takes."""
    group = add(root, "g", font_size=f"{_SIZE}", fill="#4b5563")
    y = top + _PAD + 8.0
    rows = 0
    for row, x, (sign, said, draw) in _placed(picture, width):
        draw(group, left + x, y + row * _ROW)
        add(group, "text", x=left + x + sign, y=y + row * _ROW, text=said)
        rows = row + 1
    for number, line in enumerate(_told(picture, width)):
        add(group, "text", x=left, y=y + (rows + number) * _ROW, text=line)


def _placed(picture: Picture, width: float) -> Iterator[tuple[int, float, _Entry]]:
    """Break the entries into rows: row, distance from the left, entry."""
    row, x = 0, 0.0
    for entry in _entries(picture):
        size = entry[0] + width_of(entry[1], _SIZE) + 20.0
        if x and x + size > width:
            row, x = row + 1, 0.0
        yield row, x, entry
        x += size


def _entries(picture: Picture) -> Iterator[_Entry]:
    media = {box.media for box in picture.boxes}
    for name in MEDIA:
        if name in media:
            yield 22.0, name, _swatch(name)
    kinds = {arrow.kind for arrow in picture.arrows}
    for kind, said in (
        (ArrowKind.WAY, "decided"),
        (ArrowKind.ASIDE, "detour or side trip"),
        (ArrowKind.TURNED, "turned away, gave up or out of stock"),
    ):
        if kind in kinds:
            yield 32.0, said, _line(kind)
    if any(box.goal for box in picture.boxes):
        yield 18.0, "goal", lambda group, x, y: add_star(group, x + 6, y - 4)
    if picture.feeling:
        yield (
            22.0,
            f"{picture.feeling} after a visit",
            lambda group, x, y: add_face(group, x + 8, y - 4, 0.75),
        )


def _swatch(media: str) -> Callable[[Xml.Element, float, float], None]:
    fill, border, _ = MEDIA[media]

    def draw(group: Xml.Element, x: float, y: float) -> None:
        add(group, "rect", x=x, y=y - 10, width=16.0, height=12.0, rx=3.0, fill=fill, stroke=border)

    return draw


def _line(kind: ArrowKind) -> Callable[[Xml.Element, float, float], None]:
    def draw(group: Xml.Element, x: float, y: float) -> None:
        line = add(group, "path", d=f"M{x:.1f} {y - 4:.1f} h26", stroke=WAY, stroke_width="2.5")
        if DASHES[kind]:
            line.set("stroke-dasharray", DASHES[kind])

    return draw


def _told(picture: Picture, width: float) -> list[str]:
    said = (
        "Numbers in boxes: visits per 100 customers who come in; before a box: how many come in there. "
        "Width of a line: customers; percentages: of those who leave a place."
    )
    if picture.untaken:
        said += f" Not drawn: {picture.untaken} ways nobody takes."
    return fit(said, width, _SIZE, 4)
