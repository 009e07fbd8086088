from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.tally import Tally
from simulator.program.program import Program
from simulator.program.tables import Manner
from tests.verification.conftest import DAY, SEED, play, program_of

# A small network: two desks of one team of three, a phone line of one person with a short queue, people
# who come again. Nothing takes time but waiting and being served. Busy on purpose: some lose patience.
NETWORK = """
start: 2026-01-05
horizon: {days} days
goal: [sign]
teams:
  clerks: {{servers: 3}}
  operator: {{servers: 1, queue: 2}}
events: {events}
personas:
  brisk: {{arrivals: {{rate: 1900 per day}}, enters: {{ask: 0.7, call: rest}}}}
  slow: {{arrivals: {{rate: 700 per day}}, enters: {{ask: 1}}}}
touchpoints:
  ask:
    team: clerks
    dwell: {{lognormal: {{mean: 80 s, sigma: 0.7}}}}
    patience: {{exponential: {{mean: 3 min}}}}
    on_abandon: {{call: 0.5, left: rest}}
    next: {{sign: 0.3, ask: 0.1, left: rest}}
  sign:
    team: clerks
    dwell: {{gamma: {{mean: 2 min, cv: 0.5}}}}
    patience: 90 s
    on_abandon: {{left: 1}}
    next: {{done: 0.9, call: rest}}
  call:
    team: operator
    dwell: {{exponential: {{mean: 50 s}}}}
    on_abandon: {{left: 1}}
    next: {{ask: 0.2, left: rest}}
outcomes: [done, left]
"""
PATIENCE = 90_000  # at `sign`, in ms
LONG, CUT = 4, 3  # days; in the long run nobody arrives on the last one


@dataclass
class Diary:
    """A hook that keeps every visit: when it began, when service began, when it ended, and how."""

    rows: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)

    def __call__(self, customer: Customer, visit: Visit) -> None:
        """Keep one visit."""
        begun = visit.entered + visit.waited
        self.rows.append((visit.touchpoint, visit.entered, begun, visit.left, visit.manner, visit.target))

    def columns(self) -> tuple[NDArray[np.int64], ...]:
        """Touchpoint, entered, service or patience over, left, manner, target."""
        return tuple(np.array(self.rows, dtype=np.int64).T)


@cache
def _runs() -> tuple[Program, Tally, Tally, Diary]:
    """Play the network until it is empty, with every visit, and again cut off in full swing."""
    closing = "{closing: {from: 2026-01-08, to: 2026-01-08, arrivals: {times: 0}}}"
    diary = Diary()
    program = program_of(NETWORK.format(days=LONG, events=closing))
    (whole,) = play(program, SEED, 1, diary)
    (cut,) = play(program_of(NETWORK.format(days=CUT, events="{}")), SEED, 1)
    assert whole["open"].sum() == 0
    assert cut["open"].sum() > 0
    assert cut["people"].sum() == whole["people"].sum(), "both see the same arrivals"
    return program, whole, cut, diary


def _area(begins: NDArray[np.int64], ends: NDArray[np.int64], until: int) -> int:
    """Integrate the number present over [0, until) by walking through the instants it changes."""
    times = np.concatenate([begins, ends])
    steps = np.repeat([1, -1], [begins.size, ends.size])
    order = np.argsort(times, kind="stable")
    at = np.minimum(np.append(times[order], until), until)
    return int((np.cumsum(steps[order]) * np.diff(at)).sum())


def test_little_law() -> None:
    """L = lambda W on the path itself: the area under the number present is the sum of all sojourns."""
    # No false alarm: integers are equal. Catches: waits of those who gave up dropped, a wait counted twice,
    # the censored left out.
    program, whole, cut, diary = _runs()
    touchpoint, entered, begun, left, manner, _ = diary.columns()
    for j in range(len(program.names.touchpoints)):
        here = touchpoint == j
        # The whole run: everybody left, so booked waits and stays are all there is.
        booked = int(whole["wait_ms"][:, j].sum() + whole["stay_ms"][:, j].sum())
        assert _area(entered[here], left[here], LONG * DAY) == booked
        stood = here & (begun > entered)
        assert _area(entered[stood], begun[stood], LONG * DAY) == whole["wait_ms"][:, j].sum()
        # The same path cut off: what is booked plus what the censored have spent so far.
        until = CUT * DAY
        inside = here & (entered < until)
        gone, still = inside & (left < until), inside & (left >= until)
        assert cut["open_at"][:, j].sum() == still.sum()
        waited = int((begun - entered)[inside & (begun < until)].sum())
        assert cut["wait_ms"][:, j].sum() == waited
        served = gone & (manner != Manner.ABANDONED)
        assert cut["stay_ms"][:, j].sum() == (left - begun)[served].sum()
        sojourns = int((left - entered)[gone].sum() + (until - entered)[still].sum())
        assert _area(entered[inside], left[inside], until) == sojourns


def test_flow_balance() -> None:
    """What flows into a touchpoint flows out, is turned away, or is still there; nobody appears."""
    # No false alarm. Catches: an edge booked at the wrong end, an abandonment booked as a visit.
    program, whole, cut, _ = _runs()
    edges, names = program.structure.edges, program.names
    for tally in (whole, cut):
        away = tally["visits"] + tally["refused"] + tally["abandoned"] + tally["closed"]
        np.testing.assert_array_equal(tally["entered"], away + tally["open_at"])
        flow = tally["edges"].sum(axis=0)
        out = np.bincount(edges[:, 0], weights=flow, minlength=len(names.touchpoints))
        np.testing.assert_array_equal(out, away.sum(axis=0))
        into = np.bincount(edges[:, 2], weights=flow, minlength=len(names.touchpoints) + len(names.outcomes))
        first = tally["entered"].sum(axis=0) - into[: len(names.touchpoints)]
        # Who is bound for a touchpoint without delay is there: the rest came in by `enters`.
        assert (first >= 0).all()
        assert first[names.touchpoints.index("sign")] == 0
        assert first.sum() == tally["people"].sum()
        np.testing.assert_array_equal(into[len(names.touchpoints) :], tally["outcomes"].sum(axis=0))


def _peak(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
    """Give the largest number present at once; who leaves in a millisecond makes room in it."""
    times = np.concatenate([begins, ends])
    steps = np.repeat([1, -1], [begins.size, ends.size])
    return int(np.cumsum(steps[np.lexsort((steps, times))]).max())


def test_team_works_as_it_should() -> None:
    """A team serves at most its number, in order of arrival, and never rests while somebody waits."""
    # No false alarm. Catches: a server freed twice, a queue per touchpoint instead of per team, last come
    # first served, a server who stays idle when patience runs out, patience restarted.
    program, whole, _, diary = _runs()
    touchpoint, entered, begun, left, manner, _ = diary.columns()
    at = {name: number for number, name in enumerate(program.names.touchpoints)}
    for desks, servers in (((at["ask"], at["sign"]), 3), ((at["call"],), 1)):
        here = np.isin(touchpoint, desks)
        served = here & (manner == Manner.DECIDED)
        assert _peak(begun[served], left[served]) == servers
        # Of two served customers the one who came first began first (ties in a millisecond apart).
        order = np.lexsort((begun[served], entered[served]))
        assert (np.diff(begun[served][order]) >= 0).all()
        # Whoever waits sees all servers busy: over each instant of his wait, and to its end.
        busy = _Level(begun[served], left[served])
        waiting = here & (begun > entered)
        assert waiting.sum() > 500
        assert busy.lowest(entered[waiting], begun[waiting]) == servers
    # A fixed patience of 90 seconds ends exactly then, and nobody is served after it.
    sign = touchpoint == at["sign"]
    tired = sign & (manner == Manner.ABANDONED)
    assert tired.sum() > 20
    assert (begun - entered)[sign].max() <= PATIENCE
    assert ((begun - entered)[tired] == PATIENCE).all()
    # The short queue: who finds two waiting is turned away on the spot; never more than two wait.
    call = touchpoint == at["call"]
    assert _peak(entered[call & (begun > entered)], begun[call & (begun > entered)]) == 2
    turned = call & (manner == Manner.ABANDONED)
    assert turned.sum() == whole["abandoned"][:, at["call"]].sum() > 100
    assert (left - entered)[turned].max() == 0


class _Level:
    """The number present over time, as steps."""

    def __init__(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        times = np.concatenate([begins, ends])
        self.at, where = np.unique(times, return_inverse=True)
        steps = np.repeat([1, -1], [begins.size, ends.size])
        self.level = np.cumsum(np.bincount(where, weights=steps)).astype(np.int64)

    def lowest(self, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> int:
        """Give the smallest level within any of the intervals [begin, end)."""
        first = np.searchsorted(self.at, begins, side="right") - 1
        last = np.searchsorted(self.at, ends, side="left")
        return min(int(self.level[i:j].min()) for i, j in zip(first, last, strict=True))
