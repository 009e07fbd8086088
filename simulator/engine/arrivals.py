"""Who arrives on a date, and when: the same for every engine, and known before anything is played."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from simulator.addresses import Purpose, key_of, site_of, subject_of
from simulator.engine import rules
from simulator.engine.streams import numbered, uniform
from simulator.laws.counts import poisson_quantile
from simulator.program.program import Program

__all__ = ["NOWHERE", "arrivals_of_day"]

NOWHERE: Final = site_of("")
_HOW_MANY: Final = key_of(Purpose.ARRIVALS)
_WHEN: Final = key_of(Purpose.ARRIVE)


def arrivals_of_day(
    program: Program, seed: int, replication: int, persona: int, day: int
) -> Iterator[tuple[int, int]]:
    """Yield who of a persona arrives on a date.

    The number is the Poisson quantile of one uniform at that day's mean, so a higher rate adds customers
    behind the same ones; each customer's time is one uniform through the day's profile.

    Yields
    ------
    tuple of int
        The customer's subject, and the time within the day in ms. Not in order of time.
    """
    mean = float(program.values.day_means[persona, day])
    if mean <= 0.0:
        return
    name, profile = program.names.personas[persona], program.values.hour_profiles[persona]
    date = (program.start + datetime.timedelta(days=day)).isoformat()
    u = uniform(seed, replication, subject_of("arrivals", name, date), NOWHERE, 0, _HOW_MANY, 0)
    customers = subject_of("arrived", name, date)
    for k in range(int(poisson_quantile(mean, u))):
        subject = numbered(customers, k)
        when = uniform(seed, replication, subject, NOWHERE, 0, _WHEN, 0)
        yield subject, rules.arrival_time(profile, 0, when)
