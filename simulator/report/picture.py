"""What a map shows, before anybody draws it: boxes, arrows and how many customers take them.

Everything is per customer who comes in: a share of 0.62 at a box is 62 visits by 100 customers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import networkx as nx

from simulator.program.graph import journey_graph
from simulator.program.tables import Manner
from simulator.report.flows import FEELING, TURNED, Flows, Way
from simulator.spec.load import Journey

__all__ = ["Arrow", "ArrowKind", "Box", "Picture", "picture"]

_ASIDE: Final = {Manner.NAMES[Manner.SIDE_TRIP], Manner.NAMES[Manner.RESUMED]}


class ArrowKind(StrEnum):
    """How an arrow is drawn."""

    WAY = "way"  # solid: decided
    ASIDE = "aside"  # dashed: detours, side trips and the ways back from them
    TURNED = "turned"  # dotted: refused, abandoned, closed, out of stock, empty basket


@dataclass(frozen=True)
class Box:
    """One place of the map.

    Attributes
    ----------
    share : float
        Entries per customer who comes in.
    enters : float
        Of those, entries from outside the map.
    feeling : float or None
        Mean satisfaction after a visit, 0 (lowest) to 1.
    """

    name: str
    label: str
    stage: str | None
    media: str | None  # None: an outcome
    goal: bool = False
    team: str | None = None
    contact: bool = False
    share: float = 0.0
    enters: float = 0.0
    feeling: float | None = None

    @property
    def outcome(self) -> bool:
        """Whether a journey ends here."""
        return self.media is None


@dataclass(frozen=True)
class Arrow:
    """One way: `flow` per customer who comes in, `share` of all who leave its source."""

    source: str
    target: str
    kind: ArrowKind
    flow: float
    share: float


@dataclass(frozen=True)
class Picture:
    """A map ready to be drawn; arrows nobody took are left out and counted in `untaken`."""

    title: str
    subtitle: str
    stages: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    untaken: int = 0
    feeling: str = ""


# --------------------------------------------------------------------------- boxes and arrows


def picture(journey: Journey, flows: Flows, persona: str | None = None) -> Picture:
    """Put a map together.

    Parameters
    ----------
    journey : Journey
        Whose map.
    flows : Flows
        How many take each way.
    persona : str, optional
        Whose version of the map; default the union over all.
    """
    graph = journey_graph(journey, persona)
    taken = _led_back(graph, flows.ways)
    inflow: dict[str, float] = defaultdict(float)
    for (_, _, target), flow in taken.items():
        inflow[target] += flow
    doors = {one.touchpoint for one in graph.graph["entrances"]}
    enters = {name: max(0.0, flows.entered.get(name, 0.0) - inflow[name]) for name in doors}
    unit = sum(enters.values()) or 1.0
    boxes = tuple(_box(journey, graph, name, flows, inflow, enters, unit) for name in graph.nodes)
    arrows, untaken = _arrows(graph, taken, unit)
    model = journey.model
    return Picture(
        title=model.name,
        subtitle=_subtitle(journey, flows, persona),
        stages=tuple(model.stages),
        boxes=boxes,
        arrows=arrows,
        untaken=untaken,
        feeling=FEELING if any(box.feeling is not None for box in boxes) else "",
    )


def _subtitle(journey: Journey, flows: Flows, persona: str | None) -> str:
    parts = [f"with “{journey.scenario}”"] if journey.scenario else []
    if persona is not None:
        parts.append(journey.model.personas[persona].name or persona)
    return ", ".join([*parts, flows.told])


def _led_back(graph: nx.MultiDiGraph, ways: Mapping[Way, float]) -> dict[Way, float]:
    """Give the flow `back` its targets, in proportion to the side trips that came from there."""
    led: dict[Way, float] = defaultdict(float)
    for (source, manner, target), flow in ways.items():
        if target != "back":
            led[source, manner, target] += flow
            continue
        races = {end for _, end, data in graph.out_edges(source, data=True) if data["back"]}
        trips = {race: ways.get((race, "side_trip", source), 0.0) for race in sorted(races)}
        total = sum(trips.values())
        for race, trip in trips.items():
            led[source, "side_trip", race] += flow * (trip / total if total else 1.0 / len(trips))
    return dict(led)


def _box(
    journey: Journey,
    graph: nx.MultiDiGraph,
    name: str,
    flows: Flows,
    inflow: Mapping[str, float],
    enters: Mapping[str, float],
    unit: float,
) -> Box:
    node = graph.nodes[name]
    if node["kind"] == "outcome":
        return Box(name, node["label"], None, None, share=inflow.get(name, 0.0) / unit)
    team = journey.model.teams[node["team"]].name or node["team"] if node["team"] else None
    return Box(
        name=name,
        label=node["label"],
        stage=node["stage"],
        media=node["media"],
        goal=node["goal"],
        team=team,
        contact=node["contact"],
        share=flows.entered.get(name, 0.0) / unit,
        enters=enters.get(name, 0.0) / unit,
        feeling=_level(journey, flows.feelings.get(name)),
    )


def _level(journey: Journey, value: float | None) -> float | None:
    """Place a feeling between the bounds of its attribute; None where it has none."""
    declared = journey.model.attributes.get(FEELING)
    if value is None or declared is None or declared.min is None or declared.max is None:
        return None
    width = declared.max - declared.min
    return (value - declared.min) / width if width > 0 else None


def _arrows(graph: nx.MultiDiGraph, taken: Mapping[Way, float], unit: float) -> tuple[tuple[Arrow, ...], int]:
    """Merge the ways between two places into one arrow, drawn as most customers go."""
    flows: dict[tuple[str, str], dict[ArrowKind, float]] = defaultdict(lambda: defaultdict(float))
    for (source, manner, target), flow in taken.items():
        if graph.has_edge(source, target):
            flows[source, target][_kind(graph, source, manner, target)] += flow
    leaving: dict[str, float] = defaultdict(float)
    for (source, _), kinds in flows.items():
        leaving[source] += sum(kinds.values())
    arrows = []
    for source, target in dict.fromkeys((edge[0], edge[1]) for edge in graph.edges):
        kinds = flows.get((source, target), {})
        flow = sum(kinds.values())
        if flow > 0:
            kind = max(kinds, key=lambda one: (kinds[one], one))
            arrows.append(Arrow(source, target, kind, flow / unit, flow / leaving[source]))
    return tuple(arrows), len({(edge[0], edge[1]) for edge in graph.edges}) - len(arrows)


def _kind(graph: nx.MultiDiGraph, source: str, manner: str, target: str) -> ArrowKind:
    if manner in TURNED:
        return ArrowKind.TURNED
    between = graph.get_edge_data(source, target) or {}
    rules = [rule for how, rule in between if how == manner]
    if manner in _ASIDE or any(data["back"] for data in between.values()):
        return ArrowKind.ASIDE
    stops = rules and all(rule.startswith("detour ") for rule in rules)
    return ArrowKind.ASIDE if stops else ArrowKind.WAY
