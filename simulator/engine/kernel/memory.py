"""The kernel's memory: one program's image and every region a replication needs, laid end to end."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.kernel import layout as at
from simulator.engine.log import Log
from simulator.engine.tally import SHAPES, STOCK, shape_of
from simulator.program.image import HEAD, Image, Part, image_of, lay_values
from simulator.program.kinds import WIDEST
from simulator.program.program import Program, Values
from simulator.spec.model import CONSENT

__all__ = ["Memory", "Room", "size_of"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Room:
    """How much room each region has; too little is found out while playing, and doubled."""

    places: int = 128
    heap: int = 1024
    purses: int = 64
    depth: int = 2
    arrivals: int = 256
    log: int = 0


class Memory:
    """The kernel's two arrays for one structure, as they are before anything is played.

    Parameters
    ----------
    program : Program
        A journey of that structure; its values are laid down first.
    room : Room
        How much room each region has.
    """

    def __init__(self, program: Program, room: Room) -> None:
        self.room = room
        self.structure, self.names, self.days = program.structure, program.names, program.days
        self.values = program.values
        self.shapes = {name: shape_of(program, axes) for name, axes in SHAPES.items()}
        image = image_of(program)
        self.ints: list[Any] = [image.ints]
        self.floats: list[Any] = [image.floats]
        self.head = image.ints[:HEAD].copy()
        self.size, self.float_size = len(image.ints), len(image.floats)
        self._scalars(program, image)
        self._customers()
        self._regions(program)
        image.ints[:HEAD] = self.head
        self.m: Ints = np.concatenate(self.ints)
        self.f: Floats = np.concatenate(self.floats)
        self.ints, self.floats = [], []  # they hold as much again

    def _add(self, head: int, array: NDArray[Any]) -> None:
        """Lay a region at the end of `m` and note where it begins."""
        self.head[head] = self.size
        self.ints.append(array.astype(np.int64).ravel())
        self.size += array.size

    def _add_floats(self, head: int, size: int) -> None:
        self.head[head] = self.float_size
        self.floats.append(np.zeros(size))
        self.float_size += size

    def _scalars(self, program: Program, image: Image) -> None:
        head, names = self.head, self.names
        clock = program.structure.clock
        scalars = (at.HORIZON, at.WARM_UP, at.FOLLOW_UP, at.WEEKDAY, at.MAX_STEPS, at.MAX_GENERATIONS)
        for position, value in zip((*scalars, at.CAP, at.CAP_PER, at.GAP), clock, strict=True):
            head[position] = value
        sizes = image.ints[image.ints[Part.SIZES] :][:8].tolist()
        _, head[at.TOUCHPOINTS], head[at.OUTCOMES], head[at.PRODUCTS] = sizes[:4]
        head[at.ATTRIBUTES], head[at.CELLS], head[at.MILESTONES], head[at.RETURNABLES] = sizes[4:]
        head[at.EDGES], head[at.DAYS] = len(program.structure.edges), program.days
        head[at.TILLS] = len(program.tills)
        head[at.CONSENT] = names.attributes.index(CONSENT)

    def _customers(self) -> None:
        """Lay out a customer: his fields, then what depends on the size of the program."""
        head, room = self.head, self.room
        touchpoints, clocks = int(head[at.TOUCHPOINTS]), self._most_clocks()
        position = head[at.AT_TOUCHED] = at.MET + at.MET_WIDTH * touchpoints
        position += touchpoints
        head[at.FRAME_STRIDE] = at.F_FIRST + 2 * clocks
        for place, size in (
            (at.AT_MILESTONES, head[at.MILESTONES]),
            (at.AT_WANTED, head[at.PRODUCTS]),
            (at.AT_ORDERS, head[at.RETURNABLES]),
            (at.AT_CONTACTS, max(0, head[at.CAP])),
            (at.AT_FRAMES, room.depth * head[at.FRAME_STRIDE] if clocks else 0),
        ):
            head[place] = position
            position += int(size)
        head[at.STRIDE], head[at.PLACES], head[at.DEPTH_ROOM] = position, room.places, room.depth
        blank = np.zeros(position, dtype=np.int64)
        blank[at.MET + at.MET_LEFT : head[at.AT_TOUCHED] : at.MET_WIDTH] = at.NEVER
        blank[head[at.AT_ORDERS] : head[at.AT_ORDERS] + head[at.RETURNABLES]] = -1
        self._add(at.PEOPLE, np.tile(blank, room.places))
        self._add(at.FREE, np.arange(room.places)[::-1])
        head[at.FREE_TOP] = room.places
        self._add_floats(at.SIGHT, room.places * int(head[at.CELLS]))

    def _most_clocks(self) -> int:
        stations = self.structure.stations
        races = stations[stations[:, at.ST_DECISION] == 1]
        return int((races[:, at.ST_LAST_RULE] - races[:, at.ST_FIRST_RULE]).max(initial=0))

    def _regions(self, program: Program) -> None:
        head, room = self.head, self.room
        self._add(at.HEAP, np.zeros((room.heap + 1) * at.EVENT))
        head[at.HEAP_ROOM] = room.heap
        self._add(at.TEAMS, self._teams(program.values))
        self._add(at.SHELVES, self._shelves())
        stride = 1 + 2 * len(self.names.products)
        purses = np.zeros((room.purses, stride), dtype=np.int64)
        first = self.size
        purses[:, 0] = [first + (i + 1) * stride for i in range(room.purses - 1)] + [-1]
        self._add(at.PURSES, purses)
        head[at.PURSE_FREE] = first
        self._add(at.LOG, np.zeros(room.log * at.LOG_ROW))
        head[at.LOG_ROOM] = room.log
        self._add_floats(at.LOG_SIGHT, room.log * len(self.names.attributes))
        self._add(at.ENDS, np.zeros(room.log * at.ENDS_ROW))
        self._add_floats(at.ENDS_SIGHT, room.log * len(self.names.attributes))
        self._add(at.BASKET, np.zeros(3 * len(self.names.products)))
        self._add(at.WAITING, np.zeros(room.places))
        self._add_floats(at.WRONG, 1)
        self._add(at.ARRIVALS_OF_DAY, np.zeros(at.ARRIVAL * room.arrivals + 1))
        head[at.ARRIVALS_ROOM] = room.arrivals
        self._lanes()
        head[at.WOKEN_HEAD] = head[at.WOKEN_TAIL] = -1
        for name, shape in self.shapes.items():
            self._add(at.COUNTS[name], np.zeros(shape, dtype=np.int64))

    def _lanes(self) -> None:
        """Lay out the scratch memory of customers side by side; see `simulator.engine.kernel.lanes`."""
        self._add(at.LANES, np.zeros(at.LANE_WIDTH * (at.LANE_RUNS + 3 * WIDEST)))
        self._add_floats(at.LANE_FLOATS, at.LANE_WIDTH * (1 + 2 * WIDEST))

    def _teams(self, values: Values) -> Ints:
        structure = self.structure
        teams = np.zeros((len(structure.teams), at.TEAM), dtype=np.int64)
        for row, rule in zip(teams, structure.teams, strict=True):
            for column, timeline in ((at.T_SERVERS, rule[0]), (at.T_OPEN, rule[1])):
                row[column] = values.levels[structure.timelines[timeline, 0]]
        teams[:, at.T_HEAD] = teams[:, at.T_TAIL] = -1
        return teams

    def _shelves(self) -> Ints:
        products = self.structure.products
        shelves = np.zeros((len(products), at.SHELF), dtype=np.int64)
        shelves[:, at.S_ON_HAND] = products[:, at.G_ON_HAND]
        shelves[:, at.S_HEAD] = shelves[:, at.S_TAIL] = -1
        return shelves

    def fresh(self, program: Program) -> Memory:
        """Give a copy to play a program of this structure in."""
        memory = copy.copy(self)
        memory.m, memory.f = self.m.copy(), self.f.copy()
        if program.values is not self.values:
            lay_values(program, memory.m, memory.f)
            teams = self._teams(program.values).ravel()
            memory.m[self.head[at.TEAMS] : self.head[at.TEAMS] + teams.size] = teams
        return memory

    def counts(self) -> dict[str, Ints]:
        """Read the books."""
        found = {}
        for name, shape in self.shapes.items():
            first = int(self.m[at.COUNTS[name]])
            found[name] = self.m[first : first + math.prod(shape)].reshape(shape).copy()
        found["stock"] = self._stock()
        return found

    def _stock(self) -> Ints:
        """Read the shelves, in the order of `STOCK`."""
        products, first = self.structure.products, int(self.m[at.SHELVES])
        shelves = self.m[first : first + at.SHELF * len(products)].reshape(len(products), at.SHELF)
        kinds = {
            "initial": products[:, at.G_ON_HAND],
            "ordered": shelves[:, at.S_ORDERED],
            "received": shelves[:, at.S_RECEIVED],
            "restocked": shelves[:, at.S_RESTOCKED],
            "shipped": shelves[:, at.S_SHIPPED],
            "on_hand": shelves[:, at.S_ON_HAND],
            "on_order": shelves[:, at.S_ON_ORDER],
            "owed": shelves[:, at.S_OWED],
            "orders": shelves[:, at.S_ORDERS],
            "unit_ms": shelves[:, at.S_UNIT_MS],
            "owed_ms": shelves[:, at.S_OWED_MS],
            "out_ms": shelves[:, at.S_OUT_MS],
            "cycles": shelves[:, at.S_CYCLES],
            "short_cycles": shelves[:, at.S_SHORT_CYCLES],
        }
        return np.column_stack([kinds[kind] for kind in STOCK]).reshape(len(products), len(STOCK)).copy()

    def take_log(self) -> Log:
        """Read the log, and begin it anew."""
        log = Log(
            *self._logged(at.LOG, at.LOG_SIZE, at.LOG_SIGHT, at.LOG_ROW),
            *self._logged(at.ENDS, at.ENDS_SIZE, at.ENDS_SIGHT, at.ENDS_ROW),
        )
        self.m[at.LOG_SIZE] = self.m[at.ENDS_SIZE] = 0
        return log

    def _logged(self, region: int, size: int, sight: int, width: int) -> tuple[Ints, Floats]:
        rows, attributes = int(self.m[size]), len(self.names.attributes)
        first, eyes = int(self.m[region]), int(self.m[sight])
        written = self.m[first : first + rows * width].reshape(rows, width)
        seen = self.f[eyes : eyes + rows * attributes].reshape(rows, attributes)
        return written.copy(), seen.copy()


def size_of(program: Program, room: Room) -> int:
    """Give the bytes of the memory of a replication with so much room, where customers share something."""
    least = Memory(program, Room(places=1, heap=1, purses=1, depth=room.depth, arrivals=1, log=0))
    head, products = least.head, len(program.names.products)
    place = int(head[at.STRIDE] + head[at.CELLS]) + 2  # and his place among the free, and those who wait
    more = (room.places - 1) * place + (room.heap - 1) * at.EVENT + (room.purses - 1) * (1 + 2 * products)
    more += (room.arrivals - 1) * at.ARRIVAL
    return int(least.m.nbytes + least.f.nbytes + 8 * more)
