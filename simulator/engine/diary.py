"""One customer's diary: every visit he made, in the order he began them.

A customer is an address, so he can be replayed: where customers share nothing he is played alone,
otherwise among all the others, until his journey is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from simulator.engine.arrivals import Coming, arrivals_of_day
from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.journey import Hook, Journeys
from simulator.engine.reference.run import simulate
from simulator.engine.reference.world import World
from simulator.engine.shocks import shocked
from simulator.program.program import Program
from simulator.spec.model import DAY

__all__ = ["Diary", "Met", "Page", "arrivals", "diaries", "diary"]

_KINDS: Final = ("existing", "arrived", "referred")


class Met(NamedTuple):
    """A customer known before anything is played; ordered as they come in."""

    time: int
    rank: int  # the address as unsigned 64 bits: the order of those who arrive at the same millisecond
    subject: int
    persona: int
    kind: str
    leader: int  # the first of his party


class Page(NamedTuple):
    """One visit, and what was bought on it: units by product."""

    visit: Visit
    bought: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Diary:
    """One customer's visits.

    Attributes
    ----------
    subject : int
        His address (int64).
    persona : int
        Whose version of the map he walks.
    kind : str
        ``existing``, ``arrived`` or ``referred``.
    arrived : int
        When he came in, in ms since the start.
    pages : tuple of Page
        Every visit that ended before the horizon, by the time it began.
    """

    subject: int
    persona: int
    kind: str
    arrived: int
    pages: tuple[Page, ...]

    @property
    def visits(self) -> list[Visit]:
        """The visits alone."""
        return [page.visit for page in self.pages]

    @property
    def address(self) -> str:
        """The address as 16 hexadecimal digits."""
        return f"{self.subject % (1 << 64):016x}"


class _OverError(Exception):
    """The journey asked for is over: nothing that still happens can change it."""


def arrivals(program: Program, seed: int, replication: int, persona: int | None = None) -> Iterator[Met]:
    """Yield the customers who arrive by themselves, in the order in which they come in.

    Parameters
    ----------
    program : Program
        The compiled journey.
    seed, replication : int
        The key of every random number.
    persona : int, optional
        Only this one's.
    """
    program = shocked(program, seed, replication)
    chosen = range(len(program.names.personas)) if persona is None else (persona,)
    for day in range(program.days):
        met = [one for each in chosen for one in _of_day(program, seed, replication, each, day)]
        yield from (one for one in sorted(met) if one.time < program.horizon)


def _of_day(program: Program, seed: int, replication: int, persona: int, day: int) -> Iterator[Met]:
    for subject, leader, within in arrivals_of_day(program, seed, replication, persona, day):
        yield Met(day * DAY + within, subject % (1 << 64), subject, persona, "arrived", leader)


def diary(program: Program, seed: int, replication: int, who: Met | int) -> Diary | None:
    """Write one customer's diary.

    Parameters
    ----------
    program : Program
        The compiled journey.
    seed, replication : int
        The key of every random number.
    who : Met or int
        A customer from `arrivals`, or the address of any customer (int64).

    Returns
    -------
    Diary or None
        None if this replication has no such customer, or he came in but ended no visit.

    Raises
    ------
    DrawError
        If the model gives a negative or NaN weight, utility or attribute on the way.
    """
    subject = who.subject if isinstance(who, Met) else who
    if not isinstance(who, Met) and not program.shares:
        who = next((one for one in arrivals(program, seed, replication) if one.subject == subject), who)
    writer = _Writer(program, subject)
    try:
        if isinstance(who, Met) and not program.shares:
            _play_alone(program, seed, replication, who, writer)
        else:
            simulate(program, seed, replication, writer)
    except _OverError:
        pass
    found = writer.diaries()
    return found[0] if found else _nothing_yet(who)


def diaries(program: Program, seed: int, replication: int) -> list[Diary]:
    """Write the diary of every customer of a replication who ended a visit, in order of arrival."""
    writer = _Writer(program, None)
    simulate(program, seed, replication, writer)
    return writer.diaries()


def _nothing_yet(who: Met | int) -> Diary | None:
    """Give the diary of one who came in and is still on his first visit."""
    return Diary(who.subject, who.persona, who.kind, who.time, ()) if isinstance(who, Met) else None


def _play_alone(program: Program, seed: int, replication: int, who: Met, hook: Hook) -> None:
    """Play one arrival and nobody else; allowed where customers share nothing."""
    world = World(shocked(program, seed, replication), seed, replication)
    world.agenda.process(Journeys(world, hook).arrive(Coming(who.subject, who.leader, who.time), who.persona))
    world.agenda.run(until=program.horizon)


class _Writer:
    """Collects visits as they end; for one customer, stops the run once his journey is over."""

    def __init__(self, program: Program, subject: int | None) -> None:
        self.touchpoints = len(program.names.touchpoints)
        self.subject = subject
        self.met: dict[int, Customer] = {}
        self.pages: dict[int, list[Page]] = {}
        self.over = False

    def __call__(self, customer: Customer, visit: Visit) -> None:
        """Write a visit down."""
        if self.subject is not None and customer.subject != self.subject:
            if self.over:
                raise _OverError
            return
        self.met[customer.subject] = customer
        self.pages.setdefault(customer.subject, []).append(Page(visit, _bought(customer, visit)))
        # A race that a side trip left closes right after the visit that ended the journey, before
        # anybody else's visit: so only somebody else's visit proves that all is written.
        self.over = visit.target >= self.touchpoints

    def diaries(self) -> list[Diary]:
        """Give what was written, in order of arrival."""
        ordered = sorted(self.met.values(), key=lambda one: (one.arrived, one.rank))
        return [
            Diary(one.subject, one.persona, _KINDS[one.kind], one.arrived, self._pages(one))
            for one in ordered
        ]

    def _pages(self, customer: Customer) -> tuple[Page, ...]:
        return tuple(sorted(self.pages[customer.subject], key=lambda page: page.visit.entered))


def _bought(customer: Customer, visit: Visit) -> tuple[tuple[int, int], ...]:
    """Say which products a visit sold: its order is the last one made there."""
    orders = customer.open_orders.get(visit.touchpoint)
    if not visit.sold or not orders:
        return ()
    lines = tuple((product, units) for product, (units, _) in sorted(orders[-1].lines.items()))
    return lines if sum(units for _, units in lines) == visit.sold else ()
