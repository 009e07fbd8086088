"""How many customers take each way: counted in a simulation, or worked out of the probabilities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from simulator.errors import InputError
from simulator.program.flow import flow_of
from simulator.program.graph import journey_graph
from simulator.program.program import Program
from simulator.program.tables import Manner
from simulator.spec.load import Journey

__all__ = ["FEELING", "TURNED", "Flows", "Way", "counted_flows", "expected_flows"]

Counts = NDArray[np.int64]
Way = tuple[str, str, str]  # source, manner, target

# The attribute that a map shows as a face.
FEELING: Final = "satisfaction"

# The manners of those who did not get what they came for.
TURNED: Final = {
    Manner.NAMES[one]
    for one in (Manner.REFUSED, Manner.ABANDONED, Manner.CLOSED, Manner.STOCKOUT, Manner.EMPTY)
}


@dataclass(frozen=True)
class Flows:
    """How many take each way and enter each touchpoint, in any unit; `told` says where from."""

    ways: Mapping[Way, float]
    entered: Mapping[str, float]
    told: str
    feelings: Mapping[str, float] = field(default_factory=dict)


def counted_flows(
    program: Program, edges: Counts, entered: Counts, visits: Counts, feelings: Counts, told: str
) -> Flows:
    """Read flows off the counts of a simulation, summed over replications and the personas wanted.

    Parameters
    ----------
    program : Program
        What the counts stand for.
    edges : int64 array (edges,)
        How often each edge was taken.
    entered, visits : int64 array (touchpoints,)
        Attempts to enter; completed visits.
    feelings : int64 array (touchpoints, attributes)
        Sums of each attribute after a visit, in 1e-6.
    told : str
        Where the counts come from, for the reader.
    """
    names = program.names
    ways: dict[Way, float] = {}
    for (source, manner, target), count in zip(program.structure.edges.tolist(), edges.tolist(), strict=True):
        key = (names.touchpoints[source], Manner.NAMES[manner], names.target(target))
        ways[key] = ways.get(key, 0.0) + count
    means: dict[str, float] = {}
    if FEELING in names.attributes:
        sums = feelings[:, names.attributes.index(FEELING)].tolist()
        for name, total, number in zip(names.touchpoints, sums, visits.tolist(), strict=True):
            if number:
                means[name] = total / number / 1e6
    return Flows(ways, dict(zip(names.touchpoints, map(float, entered.tolist()), strict=True)), told, means)


def expected_flows(journey: Journey, persona: str | None) -> Flows:
    """Work flows out of the probabilities, as if everybody behaved as at the start.

    Raises
    ------
    InputError
        If nobody arrives, or at these values some loop is never left.
    """
    ways: dict[Way, float] = defaultdict(float)
    entered: dict[str, float] = defaultdict(float)
    for one in [persona] if persona is not None else list(journey.model.personas):
        flow = flow_of(journey, one)
        if flow is None:
            raise InputError(
                f"at the values of the start customers of {one!r} never leave a loop, so there are no flows; "
                "simulate with --replications 2"
            )
        weight = flow.arrivals
        manners = _manners(journey_graph(journey, one))
        inside: dict[str, float] = defaultdict(float)
        for source, visits in flow.visits.items():
            entered[source] += weight * visits
            inside[source] += visits
            for target, p in flow.forks[source].items():
                inside[target] += visits * p * (target not in flow.visits)
        for state, fork in flow.forks.items():
            source = state.partition("\x1f")[0]
            for target, p in fork.items():
                bare = target.partition("\x1f")[0]
                ways[source, manners.get((source, bare), "decided"), bare] += weight * inside[state] * p
    if not any(entered.values()):
        raise InputError(
            "nobody arrives here by himself, so there are no flows; simulate with --replications 2"
        )
    return Flows(ways, entered, "expected from the probabilities at the start")


def _manners(graph: nx.MultiDiGraph) -> dict[tuple[str, str], str]:
    """Give the likeliest manner of going from one place to another."""
    found: dict[tuple[str, str], str] = {}
    for source, target, (manner, _) in graph.edges(keys=True):
        if (source, target) not in found or manner not in TURNED:
            found[source, target] = manner
    return found
