"""Boxes and arrows of a map in SVG, once everything has its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as Xml

from simulator.report.curves import Curve, arrow_head, draw_curve
from simulator.report.layout import Layout, Route, Slot
from simulator.report.lettering import width_of
from simulator.report.picture import Arrow, ArrowKind, Box, Picture
from simulator.report.svg_boxes import about, draw_box, hundred, percent
from simulator.report.svg_shapes import BOX, DASHES, STREAM, TOP, WAY, add

__all__ = ["Drawing"]

_WIDEST: Final = 16.0  # an arrow everybody takes
_LABELLED: Final = 0.02  # arrows from this flow on say their share
_FADED: Final = 0.01  # arrows below this flow stay in the background


class Drawing:
    """Boxes and arrows once everything has its place."""

    def __init__(self, picture: Picture, layout: Layout, lefts: Sequence[float]) -> None:
        self.picture = picture
        self.boxes = {box.name: box for box in picture.boxes}
        self.layout = layout
        self.lefts = lefts
        self.streams = self._streams()
        self.numbers = {id(route): number for number, route in enumerate(layout.routes)}
        self.ports = self._ports()
        self.written: list[tuple[float, float, float, float]] = [
            (self.left(name), self.middle(name) - BOX[1] / 2, *BOX) for name in layout.slots
        ]

    def left(self, name: str) -> float:
        """Give the left edge of a box."""
        return self.lefts[self.layout.slots[name].column]

    def middle(self, name: str) -> float:
        """Give the height of the middle of a box."""
        return TOP + self.layout.slots[name].y

    def onto(self, root: Xml.Element) -> None:
        """Draw faint arrows first, then streams and strong arrows, then boxes, then words."""
        behind, streams = add(root, "g", fill="none"), add(root, "g", fill="none")
        before, boxes = add(root, "g", fill="none"), add(root, "g")
        words = add(root, "g", font_size="11", font_weight="600")
        routes = sorted(self.layout.routes, key=lambda route: route.arrow.flow)
        curves = [(route, self._curve(route)) for route in routes if route.arrow.source != route.arrow.target]
        for route in routes:
            if route.arrow.source == route.arrow.target:
                self._loop(before, route.arrow)
        for route, curve in curves:
            self._arrow(behind if route.arrow.flow < _FADED else before, route, curve)
        for box in self.picture.boxes:
            if box.outcome:
                self._stream(streams, box)
            draw_box(boxes, box, self.left(box.name), self.middle(box.name) - BOX[1] / 2)
        for route, curve in reversed(curves):
            if route.arrow.flow >= _LABELLED and route.arrow.share < 0.9995:
                self._label(words, route.arrow, curve)

    # ------------------------------------------------------------------ arrows

    def _sides(self, arrow: Arrow) -> tuple[int, int]:
        """On which side an arrow leaves and arrives: 1 right, -1 left."""
        source, target = self.layout.slots[arrow.source].column, self.layout.slots[arrow.target].column
        if source == target:
            return 1, 1
        return (1, -1) if target > source else (-1, 1)

    def _ports(self) -> dict[tuple[int | str, str], float]:
        """Give every end of an arrow its height on the side of its box, in the order of the other ends."""
        ends: dict[tuple[str, int], list[tuple[float, float, int | str, str]]] = defaultdict(list)
        for number, route in enumerate(self.layout.routes):
            arrow = route.arrow
            if arrow.source == arrow.target:
                continue
            lanes = [slot.y for slot in route.lanes]
            leave, arrive = self._sides(arrow)
            source, target = self.layout.slots[arrow.source].y, self.layout.slots[arrow.target].y
            size = _thickness(arrow.flow)
            ends[arrow.source, leave].append((lanes[0] if lanes else target, size, number, "source"))
            if not route.bundled:
                ends[arrow.target, arrive].append((lanes[-1] if lanes else source, size, number, "target"))
        for name, stream in self.streams.items():
            if stream:
                ends[name, -1].append((stream[-1][0].y, _thickness(stream[-1][1]), name, "target"))
        ports: dict[tuple[int | str, str], float] = {}
        for (name, _), listed in ends.items():
            listed.sort(key=lambda end: (end[0], str(end[2])))
            sizes = [size + 3.0 for _, size, _, _ in listed]
            squeeze = min(1.0, (BOX[1] - 10.0) / sum(sizes))
            y = self.middle(name) - sum(sizes) * squeeze / 2
            for (_, _, whose, end), size in zip(listed, sizes, strict=True):
                ports[whose, end] = y + size * squeeze / 2
                y += size * squeeze
        return ports

    def _streams(self) -> dict[str, list[tuple[Slot, float]]]:
        """Find the lanes of every outcome from left to right, with all that flows in each."""
        found: dict[str, dict[Slot, float]] = {box.name: {} for box in self.picture.boxes if box.outcome}
        for route in self.layout.routes:
            for slot in route.lanes if route.bundled else ():
                lanes = found[route.arrow.target]
                lanes[slot] = lanes.get(slot, 0.0) + route.arrow.flow
        return {name: sorted(lanes.items(), key=lambda one: one[0].column) for name, lanes in found.items()}

    def _stream(self, parent: Xml.Element, box: Box) -> None:
        """Draw the stream of all who are bound for an outcome; it grows from column to column."""
        stream = self.streams[box.name]
        if not stream:
            return
        group = add(parent, "g", stroke=STREAM, opacity="0.75")
        add(group, "title", text=about(box))
        total = _thickness(stream[-1][1])
        end = (self.left(box.name) - _head_length(total), self.ports[box.name, "target"])
        for place, (slot, flow) in enumerate(stream):
            left, y = self.lefts[slot.column], TOP + slot.y
            last = place + 1 == len(stream)
            following = (
                end if last else (self.lefts[stream[place + 1][0].column], TOP + stream[place + 1][0].y)
            )
            right = left + BOX[0]
            bend = draw_curve(Curve(((right, y), following), 1, -1))
            path = (
                f"M{left:.1f} {y:.1f} L{right:.1f} {y:.1f} {bend.partition(' C')[1]}{bend.partition(' C')[2]}"
            )
            add(group, "path", d=path, stroke_width=_thickness(flow), stroke_linejoin="round")
        head = arrow_head(Curve(((end[0] - 1, end[1]), end), 1, -1), _head_length(total), total)
        add(group, "path", d=head, fill=STREAM, stroke="none")

    def _curve(self, route: Route) -> Curve:
        arrow, number = route.arrow, self.numbers[id(route)]
        leave, arrive = self._sides(arrow)
        start = self.left(arrow.source) + (BOX[0] if leave > 0 else 0.0)
        points = [(start, self.ports[number, "source"])]
        if route.bundled:
            slot = route.lanes[0]
            return Curve((*points, (self.lefts[slot.column] + 1.0, TOP + slot.y)), leave, arrive)
        for slot in route.lanes:
            left, y = self.lefts[slot.column], TOP + slot.y
            points.extend([(left, y), (left + BOX[0], y)] if leave > 0 else [(left + BOX[0], y), (left, y)])
        end = self.left(arrow.target) + (BOX[0] if arrive > 0 else 0.0)
        end += arrive * _head_length(_thickness(arrow.flow))
        return Curve((*points, (end, self.ports[number, "target"])), leave, arrive)

    def _arrow(self, parent: Xml.Element, route: Route, curve: Curve) -> None:
        arrow, colour = route.arrow, self._colour(route.arrow)
        width = _thickness(arrow.flow)
        group = add(parent, "g", opacity=f"{_opacity(arrow):.2f}")
        add(group, "title", text=self._told(arrow))
        line = add(group, "path", d=draw_curve(curve), stroke=colour, stroke_width=width)
        if DASHES[arrow.kind]:
            line.set("stroke-dasharray", DASHES[arrow.kind])
            line.set("stroke-linecap", "round" if arrow.kind is ArrowKind.TURNED else "butt")
        if not route.bundled:
            add(group, "path", d=arrow_head(curve, _head_length(width), width), fill=colour)

    def _loop(self, parent: Xml.Element, arrow: Arrow) -> None:
        """Draw an arrow from a box to itself, above it."""
        top, right = self.middle(arrow.source) - BOX[1] / 2, self.left(arrow.source) + BOX[0]
        group = add(parent, "g", opacity=f"{_opacity(arrow):.2f}", stroke=WAY)
        add(group, "title", text=self._told(arrow))
        width, x = min(_thickness(arrow.flow), 5.0), right - 62.0
        path = f"M{x:.1f} {top:.1f} c-4 -22 40 -22 36 -5"
        line = add(group, "path", d=path, stroke_width=width)
        if DASHES[arrow.kind]:
            line.set("stroke-dasharray", DASHES[arrow.kind])
        head = f"M{x + 30:.1f} {top - 6:.1f} h12 l-6 6 z"
        add(group, "path", d=head, fill=WAY, stroke="none")
        said = add(group, "text", x=x - 6.0, y=top - 8.0, font_size="11", font_weight="600", stroke="none")
        said.text = percent(arrow.share)
        said.set("fill", "#374151")
        said.set("text-anchor", "end")

    def _colour(self, arrow: Arrow) -> str:
        target = self.boxes[arrow.target]
        if target.outcome:
            return STREAM
        if target.media == "competitor":
            return "#e08a86"
        return "#4d9a6a" if target.goal else WAY

    def _told(self, arrow: Arrow) -> str:
        ends = f"{self.boxes[arrow.source].label} → {self.boxes[arrow.target].label}"
        return f"{ends}: {percent(arrow.share)} of those who leave; {hundred(arrow.flow)} per 100 customers"

    def _label(self, parent: Xml.Element, arrow: Arrow, curve: Curve) -> None:
        """Write an arrow's share beside it, where there is room."""
        said = percent(arrow.share)
        width = width_of(said, 11.0)
        for t in (0.5, 0.36, 0.64, 0.24, 0.76):
            x, y = curve.at(t)
            place = (x - width / 2 - 2, y - 8, width + 4, 16.0)
            if not any(_overlap(place, other) for other in self.written):
                self.written.append(place)
                add(
                    parent,
                    "text",
                    x=x,
                    y=y + 4,
                    text_anchor="middle",
                    fill="#374151",
                    stroke="#ffffff",
                    stroke_width="3.5",
                    stroke_linejoin="round",
                    paint_order="stroke",
                    text=said,
                )
                return


# --------------------------------------------------------------------------- sizes and words


def _thickness(flow: float) -> float:
    return max(1.0, _WIDEST * min(flow, 1.2))


def _head_length(thickness: float) -> float:
    return 6.0 + thickness * 0.45


def _opacity(arrow: Arrow) -> float:
    if arrow.flow < _FADED:
        return 0.16 + 0.2 * arrow.flow / _FADED
    return min(0.85, 0.5 + 2.0 * arrow.flow)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
