"""The image of a program: every table laid end to end in two flat arrays, for compiled code.

Compiled functions take `ints` and `floats` and find a field at
``ints[ints[TABLE] + row * WIDTH + field]``. The first numbers of `ints` are where each table begins.
Two arrays instead of forty keep calls cheap, from Python as from compiled code. Values that may differ
by replication are in `floats` alone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.program.program import Program
from simulator.spec.expressions import Op

__all__ = ["Image", "Part", "image_of"]


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
    # tables of `floats`
    WEIGHTS = 26
    CLOCK_CHANCES = 27
    LINE_CHANCES = 28
    EFFECT_CHANCES = 29
    DETOUR_CHANCES = 30
    DETOUR_RESUMES = 31
    RESTOCKS = 32
    LAW_PARAMETERS = 33
    KNOTS = 34
    CONSTANTS = 35
    LEVELS = 36
    TRAITS = 37
    ATTRIBUTE_MINIMA = 38
    ATTRIBUTE_MAXIMA = 39
    DAY_MEANS = 40
    HOUR_PROFILES = 41


_FIRST_OF_FLOATS = Part.WEIGHTS


class Image(NamedTuple):
    """A program as two flat arrays."""

    ints: NDArray[np.int64]
    floats: NDArray[np.float64]


def image_of(program: Program) -> Image:
    """Lay a program's tables end to end.

    Spans of expressions, laws and timelines are turned into positions in the two arrays, so that
    compiled code adds nothing up.
    """
    structure = program.structure
    parts = {part: _table(program, part) for part in Part}
    heads = np.zeros(len(Part), dtype=np.int64)
    position = len(Part)
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
    parts[Part.TIMELINES] = np.column_stack(
        [structure.timelines + heads[Part.TIMES], structure.timelines[:, :1] + heads[Part.LEVELS]]
    )
    ints = [parts[part].ravel() for part in Part if part < _FIRST_OF_FLOATS]
    floats = [parts[part].ravel() for part in Part if part >= _FIRST_OF_FLOATS]
    return Image(np.concatenate([heads, *ints]), np.concatenate(floats).astype(np.float64))


def _table(program: Program, part: Part) -> NDArray[np.int64] | NDArray[np.float64]:
    """Find a table by its name; timelines take one more column here."""
    name = part.name.lower()
    structure, values = program.structure, program.values
    if part == Part.TIMELINES:
        return np.zeros((len(structure.timelines), 3), dtype=np.int64)
    found = getattr(structure, name) if hasattr(structure, name) else getattr(values, name)
    return found  # type: ignore[no-any-return]


def _code(code: NDArray[np.int32], constants: int) -> NDArray[np.int64]:
    """Turn the argument of each constant into its position in `floats`."""
    moved = code.astype(np.int64)
    moved[moved[:, 0] == int(Op.CONSTANT), 1] += constants
    return moved
