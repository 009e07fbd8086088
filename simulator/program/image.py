"""The image of a program: every table laid end to end in two flat arrays, for compiled code.

Compiled functions take `ints` and `floats` and find a field at
``ints[ints[TABLE] + row * WIDTH + field]``. The first numbers of `ints` are where each table begins.
Two arrays instead of forty keep calls cheap, from Python as from compiled code. Values may differ by
replication: they are all of `floats` and the tables `VALUES_IN_INTS`, so other values on the same structure
are a copy of numbers and nothing else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import subject_of
from simulator.program.kinds import Looks, station_kinds
from simulator.program.program import Program, Structure
from simulator.program.tables import MilestoneAt, Station
from simulator.spec.expressions import Op

__all__ = ["HEAD", "Image", "Part", "image_of", "lay_values"]


class Part(IntEnum):
    """Where the first position of each table stands at the head of `ints`."""

    # tables of `ints`
    STATIONS = 0
    STATION_OF = 1
    ROWS = 2
    ENTRIES = 3
    RULES = 4
    CLOCKS = 5
    LINES = 6
    EFFECTS = 7
    DETOURS = 8
    PERSONAS = 9
    PRODUCTS = 10
    TEAMS = 11
    MILESTONES = 12
    EDGES = 13
    RESUME_EDGES = 14
    CELLS = 15
    ATTRIBUTES = 16
    EXPRESSIONS = 17
    CODE = 18
    LAWS = 19
    TIMELINES = 20
    TIMES = 21
    CLOCK = 22
    COSTS = 23
    FEES = 24
    INITIALS = 25
    SIZES = 26  # personas, touchpoints, outcomes, products, attributes, cells, milestones, returnable
    MILESTONES_AT = 27  # of each touchpoint, a span of MILESTONES
    RETURNABLE = 28  # of each touchpoint, a number if its orders can be given back
    ARRIVED = 29  # (personas, days): the family of a day's customers
    ARRIVALS = 30  # (personas, days): the subject of their number
    EXISTING = 31  # personas: the family of those who are there at the start
    ORDERS = 32  # products: the family of its orders
    ENTRANCE_OF = 33  # (3, touchpoints): the number of a way to come in, by kind of customer
    TILL_OF = 34  # touchpoints: the number of one that sells or is a goal
    KINDS = 35  # stations: see `simulator.program.kinds`
    LOOKS = 36  # expressions: where the cells stand that one looks at
    ROW_LOOKS = 37  # rows: the same, and whether all weights are fixed
    SEEN = 38  # (cell, sight, number)
    CASES = 39
    PASTS = 40
    PARTY_SIZES = 41
    # tables of `floats`
    WEIGHTS = 42
    CLOCK_CHANCES = 43
    LINE_CHANCES = 44
    EFFECT_CHANCES = 45
    DETOUR_CHANCES = 46
    DETOUR_RESUMES = 47
    RESTOCKS = 48
    LAW_PARAMETERS = 49
    KNOTS = 50
    CONSTANTS = 51
    LEVELS = 52
    TRAITS = 53
    ATTRIBUTE_MINIMA = 54
    ATTRIBUTE_MAXIMA = 55
    DAY_MEANS = 56
    HOUR_PROFILES = 57
    PARTY_MEANS = 58
    PARTY_SHARES = 59
    CASE_VALUES = 60


_FIRST_OF_FLOATS: Final = Part.WEIGHTS
_FLOATS: Final = tuple(part for part in Part if part >= _FIRST_OF_FLOATS)
# Amounts of money, and which law gives the first value of an attribute.
VALUES_IN_INTS: Final = (Part.COSTS, Part.FEES, Part.INITIALS)

# The head of `ints`: where each part begins, then room for an engine's own positions.
HEAD: Final = 192


class Image(NamedTuple):
    """A program as two flat arrays."""

    ints: NDArray[np.int64]
    floats: NDArray[np.float64]


# The image of each structure met, with the values it was first met with.
_IMAGES: Final[WeakKeyDictionary[Structure, Image]] = WeakKeyDictionary()


def image_of(program: Program) -> Image:
    """Lay a program's tables end to end, in arrays of its own.

    The structure is laid down once, however many values are played on it. Spans of expressions, laws and
    timelines are turned into positions in the two arrays, so that compiled code adds nothing up.
    """
    known = _IMAGES.get(program.structure)
    if known is None:
        known = _IMAGES[program.structure] = _laid_down(program)
    image = Image(known.ints.copy(), np.empty_like(known.floats))
    lay_values(program, *image)
    return image


def lay_values(program: Program, ints: NDArray[np.int64], floats: NDArray[np.float64]) -> None:
    """Write a program's values over those of another one of the same structure.

    Parameters
    ----------
    program : Program
        Whose values.
    ints, floats : ndarray
        Begin with the image of a program of the same structure.
    """
    for part in VALUES_IN_INTS:
        table = _table(program, part)
        ints[ints[part] : ints[part] + table.size] = table.ravel()
    position = 0
    for part in _FLOATS:
        table = _table(program, part)
        floats[position : position + table.size] = table.ravel()
        position += table.size


def _laid_down(program: Program) -> Image:
    structure = program.structure
    parts = {part: _table(program, part) for part in Part}
    heads = np.zeros(HEAD, dtype=np.int64)
    position = HEAD
    for part in Part:
        if part == _FIRST_OF_FLOATS:
            position = 0
        heads[part] = position
        position += parts[part].size
    parts[Part.EXPRESSIONS] = structure.expressions * 2 + heads[Part.CODE]
    parts[Part.CODE] = _code(structure.code, int(heads[Part.CONSTANTS]))
    laws = structure.laws.copy()
    laws[:, 1:] += heads[Part.KNOTS]
    parts[Part.LAWS] = laws
    for part in (Part.LOOKS, Part.ROW_LOOKS):
        parts[part][:, :2] = parts[part][:, :2] * 3 + heads[Part.SEEN]
    parts[Part.TIMELINES] = np.column_stack(
        [structure.timelines + heads[Part.TIMES], structure.timelines[:, :1] + heads[Part.LEVELS]]
    )
    ints = [parts[part].ravel() for part in Part if part < _FIRST_OF_FLOATS]
    floats = [parts[part].ravel() for part in _FLOATS]
    return Image(np.concatenate([heads, *ints]), np.concatenate(floats).astype(np.float64))


def _table(program: Program, part: Part) -> NDArray[Any]:
    """Find a table by its name, or make one that only an image has."""
    if part in _MADE:
        return _MADE[part](program)
    name = part.name.lower()
    has = program.structure if hasattr(program.structure, name) else program.values
    found: NDArray[Any] = getattr(has, name)
    return found


def _timelines(program: Program) -> NDArray[np.int64]:
    return np.zeros((len(program.structure.timelines), 3), dtype=np.int64)


def _sizes(program: Program) -> NDArray[np.int64]:
    names = program.names
    counted = (names.personas, names.touchpoints, names.outcomes, names.products, names.attributes)
    sizes = [*map(len, counted), len(program.structure.cells), len(names.milestones)]
    return np.array([*sizes, int(_returnable(program).max(initial=-1)) + 1], dtype=np.int64)


def _milestones_at(program: Program) -> NDArray[np.int64]:
    """Milestones are sorted by touchpoint, so those of one are a span."""
    column = program.structure.milestones[:, MilestoneAt._fields.index("touchpoint")]
    touchpoints = np.arange(len(program.names.touchpoints))
    sides = [np.searchsorted(column, touchpoints, side=side) for side in ("left", "right")]
    return np.column_stack(sides).astype(np.int64)


def _returnable(program: Program) -> NDArray[np.int64]:
    """Give a number to each touchpoint whose orders some station takes back; -1 for the others."""
    column = program.structure.stations[:, Station._fields.index("returns_of")]
    numbers = np.full(len(program.names.touchpoints), -1, dtype=np.int64)
    sources = np.unique(column[column >= 0])
    numbers[sources] = np.arange(len(sources))
    return numbers


def _by_date(kind: str) -> Callable[[Program], NDArray[np.int64]]:
    """Name a subject for each persona and date."""

    def lay(program: Program) -> NDArray[np.int64]:
        dates = [(program.start + datetime.timedelta(days=day)).isoformat() for day in range(program.days)]
        rows = [[subject_of(kind, persona, date) for date in dates] for persona in program.names.personas]
        return np.array(rows, dtype=np.int64)

    return lay


def _existing(program: Program) -> NDArray[np.int64]:
    return np.array([subject_of("existing", name) for name in program.names.personas], dtype=np.int64)


def _orders(program: Program) -> NDArray[np.int64]:
    return np.array([subject_of("order", name) for name in program.names.products], dtype=np.int64)


_MADE: Final[dict[Part, Callable[[Program], NDArray[np.int64]]]] = {
    Part.TIMELINES: _timelines,
    Part.SIZES: _sizes,
    Part.MILESTONES_AT: _milestones_at,
    Part.RETURNABLE: _returnable,
    Part.ARRIVED: _by_date("arrived"),
    Part.ARRIVALS: _by_date("arrivals"),
    Part.EXISTING: _existing,
    Part.ORDERS: _orders,
    Part.ENTRANCE_OF: lambda program: program.entrance_of,
    Part.TILL_OF: lambda program: program.till_of,
    Part.KINDS: lambda program: station_kinds(program.structure, Looks(program.structure)),
    Part.LOOKS: lambda program: Looks(program.structure).expressions,
    Part.ROW_LOOKS: lambda program: Looks(program.structure).rows,
    Part.SEEN: lambda program: Looks(program.structure).seen,
}


def _code(code: NDArray[np.int32], constants: int) -> NDArray[np.int64]:
    """Turn the argument of each constant into its position in `floats`."""
    moved = code.astype(np.int64)
    moved[moved[:, 0] == int(Op.CONSTANT), 1] += constants
    return moved
