"""The journey as a graph: who leads where, how, and with which probability."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import networkx as nx

from simulator.program.sight import PersonaSight
from simulator.program.ways import Way, entrances, ways
from simulator.spec.load import Journey
from simulator.spec.touchpoint import Touchpoint

__all__ = ["journey_graph", "possible_graph"]

_WRITTEN: Final = ("stage", "channel", "media", "place", "started_by", "present", "team", "contact")
_OF_A_WAY: Final = tuple(one.name for one in fields(Way) if one.name not in ("source", "target"))


def journey_graph(journey: Journey, persona: str | None = None) -> nx.MultiDiGraph:
    """Draw a journey as a graph.

    Parameters
    ----------
    journey : Journey
        A checked journey.
    persona : str, optional
        Whose version of the map; default the union over all personas.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are touchpoints and outcomes by name, with ``kind`` ("touchpoint" or "outcome"), ``label``,
        and of a touchpoint what is written of stage, channel, media, place, started_by, present, team and
        contact, with ``goal``, ``gated`` and ``sells``. Edges carry the fields of
        :class:`~simulator.program.ways.Way` and ``personas``; their key is (manner, rule). Where personas
        differ, ``probability`` is None and ``probabilities`` has each one's.
        ``graph.graph["entrances"]`` lists every :class:`~simulator.program.ways.Entrance`.
    """
    graph = nx.MultiDiGraph(name=journey.model.name, scenario=journey.scenario)
    chosen = [persona] if persona is not None else list(journey.model.personas)
    graph.add_nodes_from(journey.model.outcomes, kind="outcome")
    for outcome in journey.model.outcomes:
        graph.nodes[outcome]["label"] = outcome
    for one in chosen:
        for name, touchpoint in journey.maps[one].touchpoints.items():
            if name not in graph:
                graph.add_node(name, **_node(journey, name, touchpoint))
        for way in ways(PersonaSight(journey, one)):
            _add(graph, way, one)
    graph.graph["entrances"] = tuple(each for each in entrances(journey) if each.persona in chosen)
    return graph


def possible_graph(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Give the graph of the ways somebody may go."""
    taken = [edge for edge in graph.edges if graph.edges[edge]["possible"]]
    possible = nx.MultiDiGraph(**graph.graph)
    possible.add_nodes_from(graph.nodes(data=True))
    possible.add_edges_from((*edge, graph.edges[edge]) for edge in taken)
    return possible


def _node(journey: Journey, name: str, touchpoint: Touchpoint) -> dict[str, object]:
    return {
        **{key: getattr(touchpoint, key) for key in _WRITTEN},
        "kind": "touchpoint",
        "label": touchpoint.name or name,
        "goal": name in journey.model.goal,
        "gated": touchpoint.contact or touchpoint.only_if is not None,
        "sells": touchpoint.sells is not None,
    }


def _add(graph: nx.MultiDiGraph, way: Way, persona: str) -> None:
    """Add a way, or merge it with the same way of another persona."""
    key = (way.manner, way.rule)
    if not graph.has_edge(way.source, way.target, key):
        graph.add_edge(way.source, way.target, key, **{name: getattr(way, name) for name in _OF_A_WAY})
        graph.edges[way.source, way.target, key].update(
            personas=(persona,), probabilities={persona: way.probability}
        )
        return
    edge = graph.edges[way.source, way.target, key]
    if persona in edge["personas"]:  # a stop that several touchpoints resume through
        edge["possible"] = edge["possible"] or way.possible
        return
    edge["personas"] += (persona,)
    edge["probabilities"][persona] = way.probability
    edge["possible"] = edge["possible"] or way.possible
    edge["constant"] = edge["constant"] and way.constant
    if way.probability != edge["probability"]:
        edge["probability"] = None
