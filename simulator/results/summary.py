"""The result of a run: one tally a replication, and every figure read off them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.engine.tally import STOCK, UNITS, Tally
from simulator.program.calendar import MICRO
from simulator.program.program import Program
from simulator.program.tables import Edge, Manner, TeamRule
from simulator.results.digest import digest_of
from simulator.results.estimate import Estimate, mean_estimate, rate_estimate, ratio_estimate
from simulator.spec.model import DAY

__all__ = ["COMPLETED", "Costs", "MilestoneRate", "Rate", "RunResult"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# The ways a customer leaves a touchpoint after a completed visit.
COMPLETED: Final = (Manner.DECIDED, Manner.STOCKOUT, Manner.EMPTY, Manner.RESUMED)


class Rate(NamedTuple):
    """A share with its interval, and what it is a share of."""

    estimate: Estimate
    hits: int
    of: int


class MilestoneRate(NamedTuple):
    """The share of customers who reached a milestone, beside the share hoped for."""

    rate: Rate
    target: float | None

    @property
    def met(self) -> bool | None:
        """Whether the target is met: None while the interval holds both answers."""
        low, high = self.rate.estimate.low, self.rate.estimate.high
        if self.target is None or low is None or high is None:
            return None
        if low >= self.target:
            return True
        return False if high < self.target else None


class Costs(NamedTuple):
    """Our costs by kind, in the currency, one value a replication; from the end of the warm-up on."""

    visits: Floats
    teams: Floats
    holding: Floats
    orders: Floats
    backorders: Floats
    goods: Floats

    @property
    def total(self) -> Floats:
        """All of them."""
        return np.asarray(np.sum(self, axis=0), dtype=np.float64)


@dataclass(frozen=True)
class RunResult:
    """What a run found.

    Attributes
    ----------
    program : Program
        What was played.
    seed : int
    tallies : sequence of Tally
        One a replication.
    engine : str
        Which engine played it.
    targets : mapping of milestone to share
        What was hoped for.
    as_is : bool
        A point of a sweep that is equal to the base.
    asked : int or None
        How many replications were asked for, where the run was stopped before all were complete.
    drawn : sequence of Program
        What each replication played, where numbers were drawn for it; empty where all played `program`.
    """

    program: Program
    seed: int
    tallies: Sequence[Tally]
    engine: str = "reference"
    targets: Mapping[str, float] = field(default_factory=dict)
    as_is: bool = False
    asked: int | None = None
    drawn: Sequence[Program] = ()

    def __post_init__(self) -> None:
        if not self.tallies:
            raise ValueError("a result needs at least one replication")

    @cached_property
    def _stacks(self) -> dict[str, Integers]:
        return {}

    def counts(self, name: str) -> Integers:
        """Give one count of all replications; axis 0 is the replication, then as in `SHAPES`."""
        if name not in self._stacks:
            self._stacks[name] = np.stack([tally[name] for tally in self.tallies])
        return self._stacks[name]

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return len(self.tallies)

    @cached_property
    def digests(self) -> list[str]:
        """The content of each replication."""
        return [tally.digest for tally in self.tallies]

    @cached_property
    def digest(self) -> str:
        """The content of all replications, in order."""
        return digest_of(self.digests)

    def _of(self, name: str, persona: int | None) -> Integers:
        """Give a count whose first own axis is the persona: of one, or summed over all."""
        counts = self.counts(name)
        return np.asarray(counts.sum(axis=1) if persona is None else counts[:, persona])

    def _rate(self, hits: Integers, of: Integers) -> Rate:
        found = rate_estimate(hits, of, independent=not self.program.shares)
        return Rate(found, int(hits.sum()), int(of.sum()))

    # ------------------------------------------------------------------ rates

    def conversion(self, persona: int | None = None) -> Rate:
        """Give the share of observed customers who converted within the follow-up."""
        cohort = self._of("cohort", persona)
        return self._rate(cohort[:, 1], cohort[:, 0])

    def milestone(self, number: int, persona: int | None = None) -> MilestoneRate:
        """Give the share of observed customers who reached a milestone in time."""
        name = self.program.names.milestones[number]
        reached = self._of("milestones", persona)[:, number]
        rate = self._rate(reached, self._of("cohort", persona)[:, 0])
        return MilestoneRate(rate, self.targets.get(name))

    def session_orders(self, touchpoint: int | None = None, persona: int | None = None) -> Rate:
        """Give the share of sessions with an order: of all, or of those that met a touchpoint.

        The sessions of one customer are no independent trials, so one replication gives no interval.
        """
        counts = self._of("sessions", persona)
        if touchpoint is not None:
            counts = self._of("session_at", persona)[:, touchpoint]
        found = rate_estimate(counts[:, 1], counts[:, 0], independent=False)
        return Rate(found, int(counts[:, 1].sum()), int(counts[:, 0].sum()))

    # ------------------------------------------------------------------ money

    def revenue(self, persona: int | None = None) -> Floats:
        """Give revenue less refunds after the warm-up, in the currency, by replication."""
        net = self._of("revenue", persona) - self._of("refunds", persona)
        return np.asarray(net.sum(axis=1) / MICRO)

    def revenue_estimate(self, persona: int | None = None) -> Estimate:
        """Estimate the mean revenue of a replication."""
        return mean_estimate(self.revenue(persona))

    @cached_property
    def costs(self) -> Costs:
        """Our costs by kind and replication."""
        stock = self.counts("stock")
        shelf_days, owed_days = (stock[:, :, STOCK.index(kind)] / DAY for kind in ("unit_ms", "owed_ms"))
        units = self.counts("units").sum(axis=(1, 4))
        used_up = units[:, :, UNITS.index("sold")] - units[:, :, UNITS.index("restocked")]
        return Costs(
            visits=np.asarray(self.counts("costs").sum(axis=(1, 2)) / MICRO),
            teams=self._team_costs,
            holding=self._priced(shelf_days, "holding_costs"),
            orders=self._priced(stock[:, :, STOCK.index("orders")], "order_costs"),
            backorders=self._priced(owed_days, "backorder_costs"),
            goods=self._priced(used_up, "unit_costs"),
        )

    def _priced(self, amounts: Floats | Integers, rate: str) -> Floats:
        """Sum amounts by replication and product, each at its rate: as written, or as drawn."""
        if not self.drawn:
            return np.asarray(amounts @ getattr(self.program.values, rate) / MICRO)
        rates = np.stack([getattr(program.values, rate) for program in self.drawn])
        return np.asarray((amounts * rates).sum(axis=1) / MICRO)

    @property
    def _team_costs(self) -> Floats:
        """The cost of all teams by their calendar after the warm-up, in the currency, by replication."""
        if not self.drawn:
            return np.full(self.replications, _team_cost(self.program))
        return np.array([_team_cost(program) for program in self.drawn])

    @cached_property
    def months(self) -> float:
        """The months after the warm-up, of 30.4375 days each."""
        return (self.program.horizon - self.program.warm_up) / (30.4375 * DAY)

    @property
    def idea_cost(self) -> float:
        """What the scenario itself costs over the run: once, and monthly after the warm-up."""
        return self.program.cost_once + self.program.cost_monthly * self.months

    # ------------------------------------------------------------------ touchpoints and goods

    def wait(self, touchpoint: int) -> Estimate:
        """Estimate the mean wait before a team, of all who stood there, in seconds."""
        waited = self.counts("wait_ms")[:, :, touchpoint].sum(axis=1)
        return ratio_estimate(waited, self.counts("joined")[:, :, touchpoint].sum(axis=1)).scaled(1e-3)

    def dwell(self, touchpoint: int) -> float | None:
        """Give the mean time from the end of the wait to leaving, of completed visits, in seconds."""
        visits = int(self.counts("visits")[:, :, touchpoint].sum())
        stayed = int(self.counts("stay_ms")[:, :, touchpoint].sum())
        return stayed / visits / 1000.0 if visits else None

    def left_to(self, touchpoint: int) -> dict[str, int]:
        """Count completed visits by where they led."""
        totals = self.counts("edges").sum(axis=(0, 1))
        found: dict[str, int] = {}
        for row, total in zip(self.program.structure.edges.tolist(), totals.tolist(), strict=True):
            edge = Edge._make(row)
            if edge.source == touchpoint and edge.manner in COMPLETED and total:
                name = self.program.names.target(edge.target)
                found[name] = found.get(name, 0) + total
        return dict(sorted(found.items()))

    def units(self, kind: str) -> Integers:
        """Count units by replication, product and day; kinds as in `UNITS`."""
        return np.asarray(self.counts("units")[:, :, :, UNITS.index(kind)].sum(axis=1))


def _team_cost(program: Program) -> float:
    """Give what all teams cost in the time after the warm-up, in the currency."""
    total = 0.0
    for row, cost in zip(program.structure.teams.tolist(), program.values.team_costs, strict=True):
        rule = TeamRule._make(row)
        total += _server_ms(program, rule.servers) / DAY * float(cost) / MICRO
    return total


def _server_ms(program: Program, timeline: int) -> float:
    """Add up the servers of a team over the time after the warm-up, in server-milliseconds."""
    first, last = program.structure.timelines[timeline].tolist()
    times = np.append(program.structure.times[first:last], program.horizon)
    spans = np.diff(np.clip(times, program.warm_up, program.horizon))
    return float(spans @ program.values.levels[first:last])
