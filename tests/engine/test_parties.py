"""Customers who come together: one coming for all of them, and a way of his own for each."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pytest

from simulator.engine.diary import arrivals

MODEL = """
start: 2026-01-05
horizon: 60 days
follow_up: 5 days
goal: [buy]
attributes:
  mood: {initial: {uniform: {min: 0, max: 1}}}
  trip: {planned: {gamma: {mean: 9 days, cv: 1}}}
personas: {guest: {arrivals: {rate: %s per day%s}, enters: {home: 0.5, shop: rest}}}
touchpoints:
  home: {dwell: {exponential: {mean: 1 h}}, next: {shop: 0.5, left: rest}}
  shop: {race: {buy: {after: {until: trip}}, left: {after: {exponential: {mean: 20 days}}}}}
  buy: {next: {left: 1}}
outcomes: [left]
"""
TOGETHER = ", parties: {1: 0.5, 2: 0.25, 4: rest}"  # on average 2


def leaders(played) -> dict[int, list[int]]:
    """List the members of each party, the first of them first."""
    found: dict[int, list[int]] = defaultdict(list)
    for one in arrivals(played.program, 1, 0):
        found[one.leader].append(one.subject)
    return {leader: sorted(members, key=lambda one: one != leader) for leader, members in found.items()}


@pytest.mark.parametrize("engine", ["reference", "kernel"])
def test_who_comes_together_shares_the_coming_and_nothing_after(play, engine) -> None:
    """Time, entrance, first values and planned date are one; where they go on is each one's own."""
    played = play(MODEL % (40, TOGETHER), engine=engine)
    first = {}
    for visit in played.visits:
        first.setdefault(visit.subject, visit)
    parties = [
        [first[one] for one in members]
        for members in leaders(played).values()
        if set(members) <= first.keys()
    ]
    pairs = [(party[0], other) for party in parties for other in party[1:]]
    assert len(pairs) > 500
    for one, other in pairs:
        assert (one.touchpoint, one.entered) == (other.touchpoint, other.entered)
        assert one.attributes == other.attributes
    home = [pair for pair in pairs if pair[0].touchpoint == played.program.names.touchpoints.index("home")]
    apart = sum(one.target != other.target for one, other in home)
    # As for two strangers it happens in half of the cases.
    assert abs(apart - len(home) / 2) < 4.89 * math.sqrt(len(home)) / 2
    assert all(one.left != other.left for one, other in home)


def test_the_first_of_a_party_is_who_comes_alone(play) -> None:
    """Twice the rate in parties of two on average: as many parties, each led by the same customer."""
    alone, together = play(MODEL % (20, "")), play(MODEL % (40, TOGETHER))
    diary = together.diary()
    assert all(members[0] == leader for leader, members in leaders(together).items())
    assert leaders(alone).keys() == leaders(together).keys()
    assert {leader: diary.get(leader) for leader in alone.diary()} == alone.diary()


def test_the_rate_counts_customers_and_sizes_come_in_their_shares(play) -> None:
    """Parties are Poisson with the mean of the rate over two, sizes binomial: each within 4.89 sigma.

    A rate that counted parties would be off by 70 sigma; shares of customers instead of parties by 20.
    """
    played = play(MODEL % (200, TOGETHER))
    sizes = Counter(len(members) for members in leaders(played).values())
    parties, due = sizes.total(), 200 * 60 / 2
    assert abs(parties - due) < 4.89 * math.sqrt(due)
    for size, share in ((1, 0.5), (2, 0.25), (4, 0.25)):
        assert abs(sizes[size] - parties * share) < 4.89 * math.sqrt(parties * share * (1 - share))


def test_parties_of_one_change_nothing(play) -> None:
    """Who says that everybody comes alone has said nothing new."""
    assert play(MODEL % (30, ", parties: {1: 1}")).tally.digest == play(MODEL % (30, "")).tally.digest


def test_a_scenario_replaces_the_shares_as_a_whole(play) -> None:
    """Shares that sum to 1 are one value: nothing of the base is left in them."""
    scenario = "name: pairs\nwhy: two for one\nchanges: {personas: {guest: {arrivals: {parties: {2: 1}}}}}"
    sizes = {len(members) for members in leaders(play(MODEL % (40, TOGETHER), scenario)).values()}
    assert sizes == {2}
