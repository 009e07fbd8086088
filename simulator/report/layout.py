"""Where the boxes of a map stand and how its arrows run: a layered layout.

Stages are columns, in order; a stage with many touchpoints becomes several. A long arrow gets a lane of
its own through every column it crosses; those to one outcome flow together below the boxes. The order
within a column comes from barycentre sweeps (Sugiyama, Tagawa and Toda 1981); heights minimise the
weighted squared distance to the neighbours, exactly, by pooling adjacent violators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from simulator.report.picture import Arrow, Box, Picture

__all__ = ["Column", "Lane", "Layout", "Route", "Slot", "columns_of", "lay_out", "spread"]

_ROWS: Final = 6  # a stage with more touchpoints is split into several columns
_LONGEST: Final = 12  # an arrow over more columns gets no lanes: it would only be clutter
_VISIBLE: Final = 0.01  # a fainter arrow gets no lanes, it runs behind the boxes
_SWEEPS: Final = 12


@dataclass(frozen=True)
class Lane:
    """A place kept free in one column: for one arrow, or for all that lead to one outcome."""

    whose: int | str
    column: int


Item = str | Lane  # the name of a box, or a lane


@dataclass(frozen=True)
class Column:
    """Boxes above each other; `stage` is None for outcomes and what has no stage."""

    stage: str | None
    items: tuple[str, ...]


@dataclass(frozen=True)
class Slot:
    """Where an item stands: its column and the height of its middle."""

    column: int
    y: float


@dataclass(frozen=True)
class Route:
    """How an arrow runs: the lanes between its ends, in the direction it goes.

    A bundled one leads to an outcome: from its first lane on it is part of that outcome's stream.
    """

    arrow: Arrow
    lanes: tuple[Slot, ...]
    bundled: bool = False


@dataclass(frozen=True)
class Layout:
    """A map laid out; heights in units of the sizes given, from 0 down."""

    columns: tuple[Column, ...]
    slots: Mapping[str, Slot]
    routes: tuple[Route, ...]
    height: float


def lay_out(picture: Picture, box: float, gap: float, lane: float) -> Layout:
    """Lay a map out.

    Parameters
    ----------
    picture : Picture
        What to lay out.
    box, gap, lane : float
        The height of a box, the space below it, the height of a lane.
    """
    columns = columns_of(picture)
    column_of = {name: number for number, column in enumerate(columns) for name in column.items}
    outcomes = {one.name for one in picture.boxes if one.outcome}
    chains = [_chain(number, arrow, column_of, outcomes) for number, arrow in enumerate(picture.arrows)]
    layers: list[list[Item]] = [list(column.items) for column in columns]
    for item in dict.fromkeys(item for chain in chains for item in chain):
        if isinstance(item, Lane):
            layers[item.column].append(item)
    neighbours = _neighbours(picture.arrows, chains)
    _order(layers, neighbours)
    sizes = {item: _size(item, box + gap, lane) for layer in layers for item in layer}
    heights = _heights(layers, neighbours, sizes)
    top = min((heights[item] - sizes[item] / 2 for item in heights), default=0.0)
    bottom = max((heights[item] + sizes[item] / 2 for item in heights), default=0.0)
    slots = {name: Slot(column, heights[name] - top) for name, column in column_of.items()}
    routes = tuple(
        Route(
            arrow,
            tuple(Slot(one.column, heights[one] - top) for one in chain if isinstance(one, Lane)),
            bundled=len(chain) > 2 and arrow.target in outcomes,
        )
        for arrow, chain in zip(picture.arrows, chains, strict=True)
    )
    return Layout(tuple(columns), slots, routes, bottom - top)


def _size(item: Item, box: float, lane: float) -> float:
    if isinstance(item, str):
        return box
    return lane if isinstance(item.whose, int) else 2 * lane


# --------------------------------------------------------------------------- columns


def columns_of(picture: Picture) -> list[Column]:
    """Make columns: what has no stage, the stages in order, the outcomes."""
    depth = _depths(picture)
    places = [box for box in picture.boxes if not box.outcome]
    staged = [box for box in places if box.stage is not None]
    columns: list[Column] = []
    loose = [box for box in places if box.stage is None]
    if staged:
        columns.extend(_split(None, loose, depth))
        for stage in _stages(picture, staged):
            columns.extend(_split(stage, [box for box in staged if box.stage == stage], depth))
    else:
        for level in sorted({depth[box.name] for box in loose}):
            columns.extend(_split(None, [box for box in loose if depth[box.name] == level], depth))
    outcomes = tuple(box.name for box in picture.boxes if box.outcome)
    return [*columns, Column(None, outcomes)]


def _stages(picture: Picture, staged: Iterable[Box]) -> list[str]:
    used = {box.stage for box in staged}
    known = [stage for stage in picture.stages if stage in used]
    return [*known, *sorted(stage for stage in used if stage is not None and stage not in known)]


def _split(stage: str | None, boxes: Sequence[Box], depth: Mapping[str, int]) -> list[Column]:
    if not boxes:
        return []
    names = [box.name for box in sorted(boxes, key=lambda box: depth[box.name])]
    parts = -(-len(names) // _ROWS)
    size = -(-len(names) // parts)
    return [Column(stage, tuple(names[first : first + size])) for first in range(0, len(names), size)]


def _depths(picture: Picture) -> dict[str, int]:
    """Count the fewest steps from where customers come in; what nobody enters comes last."""
    onward: dict[str, list[str]] = defaultdict(list)
    for arrow in picture.arrows:
        onward[arrow.source].append(arrow.target)
    depth: dict[str, int] = {}
    front = [box.name for box in picture.boxes if box.enters > 0]
    level = 0
    while front:
        depth.update(dict.fromkeys(front, level))
        level += 1
        front = [one for one in dict.fromkeys(t for name in front for t in onward[name]) if one not in depth]
    return {box.name: depth.get(box.name, level) for box in picture.boxes}


def _chain(number: int, arrow: Arrow, column_of: Mapping[str, int], outcomes: Collection[str]) -> list[Item]:
    """List what an arrow meets: its source, a lane in every column between, its target."""
    first, last = column_of[arrow.source], column_of[arrow.target]
    step = 1 if last > first else -1
    between = range(first + step, last, step)
    if arrow.target in outcomes:
        return [arrow.source, *(Lane(arrow.target, column) for column in between), arrow.target]
    if first == last or arrow.flow < _VISIBLE or len(between) > _LONGEST:
        return [arrow.source, arrow.target]
    return [arrow.source, *(Lane(number, column) for column in between), arrow.target]


# --------------------------------------------------------------------------- order and heights

Neighbours = Mapping[Item, list[tuple[Item, float]]]


def _neighbours(arrows: Sequence[Arrow], chains: Sequence[list[Item]]) -> Neighbours:
    pulls: dict[tuple[Item, Item], float] = defaultdict(float)
    for arrow, chain in zip(arrows, chains, strict=True):
        weight = arrow.flow + 1e-3
        for one, other in pairwise(chain):
            # Between two lanes a bend costs most, so long arrows run straight.
            pulls[one, other] += weight * (8.0 if isinstance(one, Lane) and isinstance(other, Lane) else 1.0)
    found: dict[Item, list[tuple[Item, float]]] = defaultdict(list)
    for (one, other), pull in pulls.items():
        found[one].append((other, pull))
        found[other].append((one, pull))
    return found


def _order(layers: Sequence[list[Item]], neighbours: Neighbours) -> None:
    """Order every column by the weighted mean place of the neighbours, back and forth."""
    place = {item: (k + 0.5) / len(layer) for layer in layers for k, item in enumerate(layer)}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else list(reversed(layers)):
            mean = {item: _mean(place, neighbours.get(item, []), place[item]) for item in layer}
            layer.sort(key=lambda item: (_is_stream(item), mean[item]))
            place.update({item: (k + 0.5) / len(layer) for k, item in enumerate(layer)})


def _is_stream(item: Item) -> bool:
    """Streams to the outcomes run below the boxes."""
    return isinstance(item, Lane) and isinstance(item.whose, str)


def _mean(place: Mapping[Item, float], near: Iterable[tuple[Item, float]], own: float) -> float:
    total, weight = own * 1e-6, 1e-6
    for item, pull in near:
        total += place[item] * pull
        weight += pull
    return total / weight


def _heights(
    layers: Sequence[Sequence[Item]], neighbours: Neighbours, sizes: Mapping[Item, float]
) -> dict[Item, float]:
    heights: dict[Item, float] = {}
    for layer in layers:
        middle, y = sum(sizes[item] for item in layer) / 2, 0.0
        for item in layer:
            heights[item] = y + sizes[item] / 2 - middle
            y += sizes[item]
    for sweep in range(2 * _SWEEPS):
        for layer in layers if sweep % 2 == 0 else list(reversed(layers)):
            wanted = [_mean(heights, neighbours.get(item, []), heights[item]) for item in layer]
            pulls = [sum(pull for _, pull in neighbours.get(item, [])) + 1e-6 for item in layer]
            found = spread(wanted, pulls, [sizes[item] for item in layer])
            heights.update(zip(layer, found, strict=True))
    return heights


def spread(wanted: Sequence[float], weights: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Place items as near as possible to where they want to be, in order, without overlap.

    Minimises the sum of weight · (place − wanted)² subject to place[i+1] − place[i] ≥ the mean of the two
    sizes: an isotonic regression after shifting each item by the sizes before it.

    Parameters
    ----------
    wanted, weights, sizes : sequence of float
        Of each item, from the top down.

    Returns
    -------
    list of float
        The middle of each item.

    Examples
    --------
    >>> spread([0.0, 0.0], [1.0, 1.0], [2.0, 2.0])
    [-1.0, 1.0]
    """
    shifts, shift = [], 0.0
    for k, size in enumerate(sizes):
        shift += (sizes[k - 1] + size) / 2 if k else 0.0
        shifts.append(shift)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, weight, offset in zip(wanted, weights, shifts, strict=True):
        mean, total, count = want - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, number = blocks.pop()
            mean = (before * heavy + mean * total) / (heavy + total)
            total, count = heavy + total, number + count
        blocks.append((mean, total, count))
    flat = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(flat, shifts, strict=True)]
