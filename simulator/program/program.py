"""A compiled journey: the only thing engines and theory see.

*Structure* says who leads where; *values* are the numbers on it. Two journeys of the same structure can
be played with other values, and values may differ by replication: uncertainty, sweeps and sensitivity
stand on this.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.program.tables import NONE, Case, Entry, PersonaStart, ProductStock, Station

__all__ = ["Cell", "Entrance", "Names", "Program", "Sight", "Structure", "Values"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]


class Sight:
    """What a cell of a customer's view shows."""

    ATTRIBUTE: Final = 0
    TRAIT: Final = 1
    VISITS: Final = 2
    WAITED_AT: Final = 3
    SINCE: Final = 4
    PRICE: Final = 5
    STOCK: Final = 6
    WAITED: Final = 7
    ELAPSED: Final = 8
    ORDERS: Final = 9
    SHORT: Final = 10
    WEEKDAY: Final = 11
    HOUR: Final = 12
    NOW: Final = 13

    ROOTS: Final[Mapping[str, int]] = {
        "attribute": ATTRIBUTE,
        "persona": TRAIT,
        "visits": VISITS,
        "waited_at": WAITED_AT,
        "since": SINCE,
        "price": PRICE,
        "stock": STOCK,
        "waited": WAITED,
        "elapsed": ELAPSED,
        "orders": ORDERS,
        "short": SHORT,
        "weekday": WEEKDAY,
        "hour": HOUR,
        "now": NOW,
    }


class Cell(NamedTuple):
    """One number a customer's expressions can see; `number` is a touchpoint, trait, product, or 0."""

    sight: int
    number: int


class Entrance(NamedTuple):
    """A way customers come in: there already (0), by themselves (1) or brought (2), and where."""

    kind: int
    touchpoint: int


@dataclass(frozen=True)
class Names:
    """What the indices of a program stand for; every tuple is sorted."""

    personas: tuple[str, ...]
    touchpoints: tuple[str, ...]
    outcomes: tuple[str, ...]
    products: tuple[str, ...]
    attributes: tuple[str, ...]
    teams: tuple[str, ...]
    milestones: tuple[str, ...]
    traits: tuple[str, ...]

    def target(self, index: int) -> str:
        """Name a target: a touchpoint, or past them an outcome."""
        if index < 0:
            return {-2: "back", -3: "wait"}.get(index, "")
        count = len(self.touchpoints)
        return self.touchpoints[index] if index < count else self.outcomes[index - count]


@dataclass(frozen=True, eq=False)
class Structure:
    """Who leads where: int64 tables, a row's fields in `simulator.program.tables`.

    Engines keep what they work out of a structure for as long as it lives, whatever the values on it.
    """

    stations: Integers
    station_of: Integers  # (personas, touchpoints): which station a persona meets there
    rows: Integers
    entries: Integers
    rules: Integers
    clocks: Integers
    lines: Integers
    effects: Integers
    detours: Integers
    personas: Integers
    party_sizes: Integers
    products: Integers
    teams: Integers
    milestones: Integers
    edges: Integers
    resume_edges: Integers  # (touchpoints, targets) or empty: the edge by which a stop resumes
    cells: Integers
    attributes: Integers  # the key of each attribute's first value; 1 where it holds a date
    expressions: Integers  # spans of `code`
    code: Codes  # (operation, argument)
    laws: Integers  # family and span of `knots`
    timelines: Integers  # spans of `times`
    times: Integers
    cases: Integers  # customers of a log, by persona
    pasts: Integers
    shock_periods: Integers
    shock_days: Integers  # positions in `day_means`
    shock_levels: Integers  # positions in `levels`
    clock: Integers  # horizon, warm-up, follow-up, first weekday, max_steps, max_generations, cap, per, gap


@dataclass(frozen=True)
class Values:
    """The numbers on a structure; the rows are those of the table named."""

    weights: Floats  # entries
    clock_chances: Floats
    line_chances: Floats
    effect_chances: Floats
    detour_chances: Floats
    detour_resumes: Floats
    costs: Integers  # stations, 1e-6 of the currency
    restocks: Floats  # stations
    fees: Integers  # stations, 1e-6
    law_parameters: Floats  # (laws, 3)
    knots: Floats
    constants: Floats
    levels: Floats  # of timelines, beside `times`
    traits: Floats  # (personas, traits)
    attribute_minima: Floats
    attribute_maxima: Floats
    initials: Integers  # (personas, attributes): laws
    day_means: Floats  # (personas, days)
    hour_profiles: Floats  # (personas, 25)
    party_means: Floats  # personas: customers a party
    party_shares: Floats  # sizes of parties: the share of those up to it
    holding_costs: Integers  # products, 1e-6 per unit and day
    order_costs: Integers  # products
    backorder_costs: Integers  # products, 1e-6 per unit owed and day
    salvages: Integers  # products
    unit_costs: Integers  # products
    team_costs: Integers  # teams, 1e-6 per server and day
    case_values: Floats  # (cases, attributes); NaN: drawn as for one who comes
    shock_sigmas: Floats  # shocks: the sd of the logarithm of a factor
    shock_correlations: Floats  # shocks


@dataclass(frozen=True, eq=False)
class Program:
    """A compiled journey; two are the same when their hashes are.

    Attributes
    ----------
    title, scenario : str
        What it is called; the base has the scenario "".
    start : date
        The date of time 0.
    names, structure, values
        What indices mean, who leads where, the numbers.
    expression_paths : tuple of str
        Where each expression was written, for messages.
    cost_once, cost_monthly : float
        What the scenario itself costs.
    """

    title: str
    scenario: str
    start: datetime.date
    currency: str
    names: Names
    structure: Structure
    values: Values
    expression_paths: tuple[str, ...]
    cost_once: float = 0.0
    cost_monthly: float = 0.0

    @property
    def horizon(self) -> int:
        """The end of the simulation in ms, exclusive."""
        return int(self.structure.clock[0])

    @property
    def warm_up(self) -> int:
        """The end of the warm-up in ms."""
        return int(self.structure.clock[1])

    @property
    def follow_up(self) -> int:
        """How long a customer must be observed to count in a rate, in ms."""
        return int(self.structure.clock[2])

    @property
    def days(self) -> int:
        """The number of dates of the horizon."""
        return int(self.values.day_means.shape[1])

    @property
    def dated(self) -> tuple[bool, ...]:
        """Whether each attribute holds a planned date: then it is a time, and no mean of it is kept."""
        return tuple(bool(dated) for dated in self.structure.attributes[:, 1].tolist())

    def with_values(self, values: Values) -> Program:
        """Give the journey with other numbers on the same structure: another draw of what is uncertain.

        Engines keep what they have worked out of the structure, so this costs a copy of the numbers.

        Parameters
        ----------
        values : Values
            Arrays of the same shapes and types as this program's.

        Raises
        ------
        ValueError
            If an array has another shape or type.
        """
        for field in fields(values):
            mine, other = getattr(self.values, field.name), getattr(values, field.name)
            if (mine.shape, mine.dtype) != (other.shape, other.dtype):
                raise ValueError(
                    f"{field.name} is {other.dtype} {other.shape}; "
                    f"this structure has {mine.dtype} {mine.shape}"
                )
        return replace(self, values=values)

    @cached_property
    def customers(self) -> float:
        """The mean number of customers of a replication, those who are referred apart."""
        return float(self.values.day_means.sum()) + self.existing

    @property
    def existing(self) -> int:
        """How many customers are there at the start."""
        return int(self.structure.personas[:, PersonaStart._fields.index("existing")].sum())

    @cached_property
    def shares(self) -> bool:
        """Whether one customer's journey can touch another's: teams or stock that can run out."""
        team, limited = Station._fields.index("team"), ProductStock._fields.index("limited")
        served = bool((self.structure.stations[:, team] >= 0).any())
        return served or bool(self.structure.products[:, limited].any())

    @cached_property
    def sells(self) -> bool:
        """Whether anything is sold anywhere; without, there are no orders and there is no revenue."""
        first, last = (Station._fields.index(name) for name in ("first_line", "last_line"))
        return bool((self.structure.stations[:, first] < self.structure.stations[:, last]).any())

    @cached_property
    def entrances(self) -> tuple[Entrance, ...]:
        """Every way customers come in, in order."""
        structure, found = self.structure, set[Entrance]()
        seen_last = structure.cases[:, Case._fields.index("touchpoint")]
        found |= {Entrance(0, touchpoint) for touchpoint in np.unique(seen_last).tolist()}
        for row in structure.personas.tolist():
            start = PersonaStart._make(row)
            found |= {Entrance(1, target) for target in self._targets(start.enters)}
            if start.existing and start.first_case < 0:
                found.add(Entrance(0, start.existing_at))
        for row in structure.stations.tolist():
            found |= {Entrance(2, target) for target in self._targets(Station._make(row).referral_enters)}
        return tuple(sorted(found))

    def _targets(self, row: int) -> list[int]:
        if row < 0:
            return []
        first, last = self.structure.rows[row, :2].tolist()
        found: list[int] = self.structure.entries[first:last, Entry._fields.index("target")].tolist()
        return found

    @cached_property
    def tills(self) -> tuple[int, ...]:
        """The touchpoints that sell something to somebody or are a goal, in order."""
        stations = [Station._make(row) for row in self.structure.stations.tolist()]
        counted = (one.touchpoint for one in stations if one.first_line < one.last_line or one.goal)
        return tuple(sorted(set(counted)))

    @cached_property
    def entrance_of(self) -> Integers:
        """The number of each entrance, shape (3, touchpoints), by kind of customer; -1 for none."""
        numbers = np.full((3, len(self.names.touchpoints)), NONE, dtype=np.int64)
        for number, (kind, touchpoint) in enumerate(self.entrances):
            numbers[kind, touchpoint] = number
        return numbers

    @cached_property
    def till_of(self) -> Integers:
        """The number of each till, shape (touchpoints,); -1 for none."""
        numbers = np.full(len(self.names.touchpoints), NONE, dtype=np.int64)
        numbers[list(self.tills)] = np.arange(len(self.tills))
        return numbers

    @cached_property
    def hash(self) -> str:
        """The content of structure, values and names: equal journeys have equal hashes."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (self.structure, self.values):
            for field in fields(part):
                array = getattr(part, field.name)
                digest.update(f"{field.name} {array.dtype} {array.shape}\n".encode())
                digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(repr((self.names, self.start)).encode())
        return digest.hexdigest()
