"""The map without memory and the queue, written by hand with Ciw."""

from __future__ import annotations

from collections.abc import Mapping

import ciw

from benchmarks.by_hand import Played

__all__ = ["play_map", "play_queue"]

Row = Mapping[str, float]


def play_map(
    places: Mapping[str, tuple[float, Row]], enters: Row, goal: str, customers: float, days: int, seed: int
) -> Played:
    """Play (a) as a network of nodes with a server for everybody; outcomes are exits."""
    names = list(places)
    total = customers / (days * 1440)
    network = ciw.create_network(
        arrival_distributions=[
            ciw.dists.Exponential(total * enters[name]) if name in enters else None for name in names
        ],
        service_distributions=[ciw.dists.Exponential(1 / places[name][0]) for name in names],
        number_of_servers=[float("inf")] * len(names),
        routing=[[places[name][1].get(to, 0.0) for to in names] for name in names],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(days * 1440)
    records = simulation.get_all_records()
    node = names.index(goal) + 1
    return Played(len(records), sum(record.node == node for record in records))


def play_queue(rate: float, mean: float, servers: int, customers: float, seed: int) -> Played:
    """Play (d): one node."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1 / mean)],
        number_of_servers=[servers],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(customers / rate)
    records = simulation.get_all_records()
    return Played(len(records), len(records))
