"""The boxes of a map in SVG: a name, how many come here, a star for a goal, a face."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from simulator.report.lettering import fit
from simulator.report.picture import Box
from simulator.report.svg_shapes import BOX, MEDIA, OUTCOME, add, add_face, add_star

__all__ = ["about", "draw_box", "hundred", "percent"]


def draw_box(parent: Xml.Element, box: Box, left: float, top: float) -> None:
    """Draw a touchpoint or an outcome, its top left corner at (left, top)."""
    fill, border, ink = OUTCOME if box.media is None else MEDIA[box.media]
    group = add(parent, "g")
    add(group, "title", text=about(box))
    add(
        group,
        "rect",
        x=left,
        y=top,
        width=BOX[0],
        height=BOX[1],
        rx=BOX[1] / 2 if box.outcome else 10.0,
        fill=fill,
        stroke=border,
        stroke_width=2.8 if box.goal else 1.3,
    )
    if box.goal:
        add_star(group, left + 15.0, top + 16.0)
    _words(group, box, left, top, ink)
    if box.feeling is not None:
        add_face(group, left + BOX[0] - 14.0, top + 14.0, box.feeling)
    if box.enters > 0:
        _door(group, left, top, box.enters)


def _words(group: Xml.Element, box: Box, left: float, top: float, ink: str) -> None:
    start = left + (27.0 if box.goal else 14.0)
    end = left + BOX[0] - (26.0 if box.feeling is not None else 12.0)
    lines = fit(box.label, end - start, 13.0, 2)
    if len(lines) > 1:
        lines = fit(box.label, end - start, 12.0, 2)
    y = top + (22.0 if len(lines) == 1 else 16.0)
    for line in lines:
        size = "13" if len(lines) == 1 else "12"
        add(group, "text", x=start, y=y, font_size=size, font_weight="600", fill=ink, text=line)
        y += 13.5
    said = f"{hundred(box.share)} of 100" if box.outcome else f"{hundred(box.share)} per 100"
    if box.team:
        said += f" · {fit(box.team, 78.0, 10.5, 1)[0]}"
    y = top + (39.0 if len(lines) == 1 else 44.5)
    add(group, "text", x=left + 14.0, y=y, font_size="10.5", fill=ink, opacity="0.85", text=said)


def about(box: Box) -> str:
    """Say everything a map knows about a box, for those who hover over it."""
    if box.outcome:
        return f"{box.label}: {hundred(box.share)} of 100 customers end here"
    parts = [f"{box.label}: {hundred(box.share)} visits per 100 customers"]
    if box.feeling is not None:
        parts.append(f"satisfaction at {percent(box.feeling)} of its range")
    if box.team:
        parts.append(f"served by {box.team}")
    if box.contact:
        parts.append("a message we send")
    if box.goal:
        parts.append("a goal")
    return ", ".join(parts)


def _door(group: Xml.Element, left: float, top: float, share: float) -> None:
    """Mark where customers come in, with how many of 100 do here."""
    y = top + 9.0
    add(group, "path", d=f"M{left - 11:.1f} {y - 5:.1f} l8 5 l-8 5 z", fill="#475569")
    said = hundred(share)
    words = add(group, "text", x=left - 15.0, y=y + 3.5, font_size="10.5", font_weight="700", text=said)
    words.set("text-anchor", "end")
    words.set("fill", "#475569")


def percent(share: float) -> str:
    """Write a share: whole per cents from 10 on."""
    value = 100 * share
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.1f} %"


def hundred(share: float) -> str:
    """Write how many of 100 a share is."""
    value = 100 * share
    if value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.095 else f"{value:.2g}"
