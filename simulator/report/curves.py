"""The line of an arrow: level where it meets a box, a smooth curve between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["Curve", "Point", "arrow_head", "draw_curve"]

Point = tuple[float, float]

_BULGE: Final = 46.0  # how far an arrow between two boxes of one column swings out


@dataclass(frozen=True)
class Curve:
    """A line through points: curves between columns, straight through a lane.

    Attributes
    ----------
    points : tuple of (x, y)
        The two ends, and between them two points for every lane.
    leave, arrive : int
        Which side of a box it leaves and reaches: 1 right, -1 left.
    """

    points: tuple[Point, ...]
    leave: int
    arrive: int

    @property
    def folded(self) -> bool:
        """Whether it leaves and arrives on the same side: both ends stand in one column."""
        return self.leave == self.arrive

    def first(self) -> tuple[Point, Point, Point, Point]:
        """Give the first curved piece as a Bézier: two ends and their handles between."""
        return self._bent(self.points[0], self.points[1])

    def at(self, t: float) -> Point:
        """Give a point of the first curved piece, t from 0 to 1."""
        a, b, c, d = self.first()
        u = 1.0 - t
        x, y = (
            u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t * t * t * d[i] for i in (0, 1)
        )
        return x, y

    def _bent(self, one: Point, other: Point) -> tuple[Point, Point, Point, Point]:
        if self.folded:
            far = max(one[0], other[0]) + self.leave * (_BULGE + abs(other[1] - one[1]) * 0.06)
            return one, (far, one[1]), (far, other[1]), other
        reach = (other[0] - one[0]) * 0.5
        return one, (one[0] + reach, one[1]), (other[0] - reach, other[1]), other


def draw_curve(curve: Curve) -> str:
    """Write a curve as the path of an SVG element."""
    (x, y), *_ = curve.points
    parts = [f"M{x:.1f} {y:.1f}"]
    for number, (one, other) in enumerate(pairwise(curve.points)):
        if number % 2:  # through a lane
            parts.append(f"L{other[0]:.1f} {other[1]:.1f}")
        else:
            _, b, c, d = curve._bent(one, other)
            parts.append(f"C{b[0]:.1f} {b[1]:.1f} {c[0]:.1f} {c[1]:.1f} {d[0]:.1f} {d[1]:.1f}")
    return " ".join(parts)


def arrow_head(curve: Curve, length: float, thickness: float) -> str:
    """Write the head at the end of a curve as the path of an SVG element."""
    x, y = curve.points[-1]
    half = 3.0 + thickness * 0.62
    return f"M{x:.1f} {y - half:.1f} L{x - curve.arrive * length:.1f} {y:.1f} L{x:.1f} {y + half:.1f} Z"
