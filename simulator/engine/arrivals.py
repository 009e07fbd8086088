"""Who arrives on a date, and when: the same for every engine, and known before anything is played."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final, NamedTuple

from simulator.addresses import Purpose, key_of, site_of, subject_of
from simulator.engine import rules
from simulator.engine.streams import numbered, uniform
from simulator.laws.counts import poisson_quantile
from simulator.program.program import Program
from simulator.program.tables import PersonaStart

__all__ = ["NOWHERE", "Coming", "arrivals_of_day"]

NOWHERE: Final = site_of("")
_HOW_MANY: Final = key_of(Purpose.ARRIVALS)
_WHEN: Final = key_of(Purpose.ARRIVE)
_PARTY: Final = key_of(Purpose.PARTY)


class Coming(NamedTuple):
    """One who arrives.

    Attributes
    ----------
    subject : int
        The customer.
    leader : int
        The first of his party, by whose luck he comes; himself where he comes alone.
    time : int
        Within the day, in ms.
    """

    subject: int
    leader: int
    time: int


def arrivals_of_day(
    program: Program, seed: int, replication: int, persona: int, day: int
) -> Iterator[Coming]:
    """Yield who of a persona arrives on a date, not in order of time.

    The number of parties (who comes alone is one) is the Poisson quantile of one uniform at that day's mean,
    so a higher rate adds customers behind the same ones. Each party has a uniform for its size, and one
    through the day's profile for its time.
    """
    mean = float(program.values.day_means[persona, day] / program.values.party_means[persona])
    if mean <= 0.0:
        return
    name, profile = program.names.personas[persona], program.values.hour_profiles[persona]
    date = (program.start + datetime.timedelta(days=day)).isoformat()
    u = uniform(seed, replication, subject_of("arrivals", name, date), NOWHERE, 0, _HOW_MANY, 0)
    customers = subject_of("arrived", name, date)
    for k in range(int(poisson_quantile(mean, u))):
        leader = numbered(customers, k)
        when = rules.arrival_time(profile, 0, uniform(seed, replication, leader, NOWHERE, 0, _WHEN, 0))
        size = _size_of(program, persona, uniform(seed, replication, leader, NOWHERE, 0, _PARTY, 0))
        for number in range(size):
            yield Coming(rules.member_of(leader, number), leader, when)


def _size_of(program: Program, persona: int, u: float) -> int:
    start = PersonaStart._make(program.structure.personas[persona].tolist())
    first, many = start.first_party, start.last_party - start.first_party
    sizes, shares = program.structure.party_sizes, program.values.party_shares
    return int(rules.party_size(sizes, shares, first, first, many, u)) if many else 1
