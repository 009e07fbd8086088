from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from simulator.engine.reference.customer import Customer, Visit
from tests.verification.conftest import DAY, SEED, assert_fits, assert_ks, assert_share, play, program_of

# A touchpoint where everything is drawn, and all of it can be read off a visit: each column below is a
# uniform again. Everybody comes exactly three times.
LOOM = """
start: 2026-01-05
horizon: 12 days
goal: [loom]
events: {closing: {from: 2026-01-15, to: 2026-01-16, arrivals: {times: 0}}}
attributes:
  luck: {initial: {uniform: {min: 0, max: 1}}}
  one: {initial: 0}
  two: {initial: 0}
  coin: {initial: 0}
personas: {all: {arrivals: {rate: 700 per day}, enters: {loom: 1}}}
touchpoints:
  loom:
    dwell: {uniform: {min: 0 s, max: 20000 s}}
    set:
      one: {to: 0, noise: {uniform: {min: 0, max: 1}}}
      two: {to: 0, noise: {uniform: {min: 0, max: 1}}}
      coin: {chance: 0.5}
    next:
      often: {if: visits.loom >= 3, then: {red: 0.25, blue: 0.25, green: 0.25, grey: 0.25}}
      else: {loom: {p: 1, after: {uniform: {min: 0 s, max: 1000 s}}}}
outcomes: [red, blue, green, grey]
"""
COLUMNS = ("luck", "one", "two", "dwell", "hour")
CELLS = 8

Column = NDArray[np.float64]


@cache
def _drawn(seed: int, replication: int) -> tuple[Mapping[str, Column], NDArray[np.int64]]:
    """Play the loom; give the uniforms, (customers, 3 entries) each, and where everybody ended."""
    program = program_of(LOOM)
    attributes = program.names.attributes
    luck, one, two = (attributes.index(name) for name in ("luck", "one", "two"))
    rows: dict[int, list[tuple[float, ...]]] = {}
    ends: dict[int, int] = {}

    def note(customer: Customer, visit: Visit) -> None:
        drawn = (
            visit.attributes[luck],
            visit.attributes[one],
            visit.attributes[two],
            (visit.left - visit.entered + 0.5) / 20_000_001,
            (customer.arrived % DAY + 0.5) / DAY,
        )
        rows.setdefault(customer.subject, []).append(drawn)
        ends[customer.subject] = visit.target - len(program.names.touchpoints)

    (tally,) = play(program, seed, [replication], note)
    assert tally["open"].sum() == 0
    by_number = np.array([rows[who] for who in rows])
    assert by_number.shape[1:] == (3, len(COLUMNS))
    return {name: by_number[:, :, j] for j, name in enumerate(COLUMNS)}, np.array([ends[who] for who in rows])


def _assert_unrelated(one: Column, other: Column, what: str) -> None:
    """Judge a pair of uniforms: all cells of a square alike, and their difference uniform on a circle."""
    cells = np.zeros((CELLS, CELLS))
    np.add.at(cells, ((one * CELLS).astype(int), (other * CELLS).astype(int)), 1)
    assert_fits(cells, np.full((CELLS, CELLS), CELLS**-2.0), what)
    points = np.linspace(0.0, 1.0, 101)
    assert_ks((one - other) % 1.0, points, points, f"difference of {what}")


def test_draws_of_one_visit_are_independent() -> None:
    """Stay, two noises, a first value, the hour of arrival and the branch of one customer are unrelated."""
    # False alarm 2.6e-5 (26 checks). Catches: one stream for two purposes, a purpose left out of the address,
    # a mixer that lets two keys of one block stay alike.
    drawn, ends = _drawn(SEED, 0)
    for one, other in combinations(COLUMNS, 2):
        _assert_unrelated(drawn[one][:, 2], drawn[other][:, 2], f"{one} and {other}")
    for name in COLUMNS:
        cells = np.zeros((4, CELLS))
        np.add.at(cells, (ends, (drawn[name][:, 2] * CELLS).astype(int)), 1)
        assert_fits(cells, np.full((4, CELLS), 0.25 / CELLS), f"branch and {name}")
    # Three at a time: a cube, as a race of three clocks or targets would see it.
    cube = np.zeros((4, 4, 4))
    np.add.at(cube, tuple((drawn[name][:, 2] * 4).astype(int) for name in ("one", "two", "dwell")), 1)
    assert_fits(cube, np.full((4, 4, 4), 4.0**-3), "three of one visit")


@pytest.mark.parametrize("name", ["one", "dwell"])
def test_entries_are_independent(name: str) -> None:
    """The second and third time at a touchpoint are drawn afresh, and so is the next customer."""
    # False alarm 8e-6 each. Catches: the entry left out of the address (a closed gate for ever), customers
    # numbered from 0 every day.
    drawn = _drawn(SEED, 0)[0][name]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        _assert_unrelated(drawn[:, first], drawn[:, second], f"entries {first} and {second}")
    _assert_unrelated(drawn[:-1, 0], drawn[1:, 0], "neighbours")
    assert np.unique(drawn).size > 0.99 * drawn.size


@pytest.mark.parametrize(
    "other", [(SEED, 1), (SEED + 1, 0), (SEED - 1, 1), (SEED + 1, 1)], ids=["next", "seed", "sum", "both"]
)
def test_replications_are_independent(other: tuple[int, int]) -> None:
    """Another replication and another seed are other luck for the same customers, also at the same sum."""
    # False alarm 4e-6 each. Catches: the seed added to the replication (seed 1, replication 0 is then seed 0,
    # replication 1), the replication left out of the key.
    here, there = _drawn(SEED, 0)[0], _drawn(*other)[0]
    size = min(len(here["one"]), len(there["one"]))
    for name in ("one", "dwell"):
        _assert_unrelated(here[name][:size, 0], there[name][:size, 0], name)
    assert not np.intersect1d(here["one"], there["one"]).size


# Purposes that share a name: a branch and the way to it, whether a clock rings and when.
WAYS = """
start: 2026-01-05
horizon: 12 days
goal: [fork]
events: {closing: {from: 2026-01-15, to: 2026-01-16, arrivals: {times: 0}}}
personas: {all: {arrivals: {rate: 800 per day}, enters: {gate: 1}}}
touchpoints:
  gate:
    next:
      east: {p: 0.5, after: {uniform: {min: 0 s, max: 1000 s}}}
      west: {p: 0.5, after: {uniform: {min: 0 s, max: 1000 s}}}
  east: {next: {fork: 1}}
  west: {next: {fork: 1}}
  fork: {race: {rings: {after: {uniform: {min: 0 s, max: 1000 s}}, p: 0.5}, silent: {after: 2000 s}}}
outcomes: [rings, silent]
"""


def test_draws_of_one_name_are_independent() -> None:
    """The way to a branch does not depend on its choice, nor the time of a clock on its ringing at all."""
    # False alarm 3e-6. Catches: the purpose left out of the address where the sub-name is the same.
    program = program_of(WAYS)
    ways: list[tuple[int, int]] = []
    rings: list[tuple[int, int]] = []
    names = program.names

    def note(customer: Customer, visit: Visit) -> None:
        name = names.touchpoints[visit.touchpoint]
        if name in ("east", "west"):
            ways.append((name == "east", visit.entered - customer.arrived))
        elif name == "fork":
            rings.append((names.target(visit.target) == "rings", visit.left - visit.entered))

    play(program, SEED, 1, note)
    branch, travel = np.array(ways).T
    rung, time = np.array(rings).T
    cells = np.zeros((2, CELLS))
    np.add.at(cells, (branch, np.minimum(travel * CELLS // 1_000_000, CELLS - 1)), 1)
    assert_fits(cells, np.full((2, CELLS), 0.5 / CELLS), "branch and way")
    assert_share(int(rung.sum()), rung.size, 0.5, "rings")
    heard = np.minimum(time[rung == 1] * CELLS // 1_000_000, CELLS - 1)
    assert_fits(np.bincount(heard, minlength=CELLS), np.full(CELLS, 1 / CELLS), "when it rings")
