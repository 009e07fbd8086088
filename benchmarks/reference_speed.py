"""Compare the reference engine with a hand-written SimPy model of the same journey.

Usage: python benchmarks/reference_speed.py

The journey has 15 touchpoints without memory: an exponential stay, then one of three branches. Both
models run in this process, by turns, and are timed by the processor's clock, so that a busy machine
disturbs both alike. The ratio is the median of five rounds; the promise is at most 5.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import simpy

from simulator.engine.reference import simulate
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.spec.load import journey_from_data

PROMISE = 5.0
ROUNDS = 5
TOUCHPOINTS = 15
PER_DAY, DAYS, STAY = 200, 84, 2.0  # customers a day, days, minutes

Rows = dict[str, dict[str, float]]


def branches() -> Rows:
    """Lay out the map: half go on to the next touchpoint, a quarter elsewhere, the rest leave."""
    rows: Rows = {}
    for i in range(TOUCHPOINTS):
        row = Counter({f"t{(i + 1) % TOUCHPOINTS}": 0.5})
        row[f"t{(i * 7 + 3) % TOUCHPOINTS}"] += 0.25
        rows[f"t{i}"] = {**row, "left": 0.25}
    return rows


def compiled(rows: Rows) -> Program:
    """Write the journey in the language of models and compile it."""
    dwell = {"exponential": {"mean": f"{STAY} min"}}
    model = {
        "start": "2026-01-05",
        "horizon": f"{DAYS} days",
        "goal": ["t14"],
        "personas": {"all": {"arrivals": {"rate": f"{PER_DAY} per day"}, "enters": {"t0": 1}}},
        "touchpoints": {name: {"dwell": dwell, "next": row} for name, row in rows.items()},
        "outcomes": ["left"],
    }
    return compile_journey(journey_from_data(model))


def play_by_hand(rows: Rows, seed: int) -> int:
    """Play the same journey as somebody would write it with SimPy; give the number of visits."""
    chance, env = random.Random(seed), simpy.Environment()
    visits: Counter[str] = Counter()
    tables = {name: (list(row), list(row.values())) for name, row in rows.items()}

    def customer() -> Generator[Any, Any, None]:
        at = "t0"
        while at != "left":
            visits[at] += 1
            yield env.timeout(chance.expovariate(1 / STAY))
            targets, weights = tables[at]
            at = chance.choices(targets, weights)[0]

    def arrivals() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(chance.expovariate(PER_DAY / 1440))
            env.process(customer())

    env.process(arrivals())
    env.run(DAYS * 1440)
    return visits.total()


def play_reference(program: Program, replication: int) -> int:
    """Play a replication; give the number of visits."""
    return int(simulate(program, 1, replication)["visits"].sum())


def visits_per_second(play: Callable[[], int]) -> float:
    """Time one run by the processor's clock."""
    began = time.process_time()
    visits = play()
    return visits / (time.process_time() - began)


def main() -> int:
    """Print both speeds and their ratio; 1 when the promise is broken."""
    rows = branches()
    program = compiled(rows)
    play_reference(program, 0)  # compiles what is compiled once
    ours, by_hand = [], []
    for number in range(1, ROUNDS + 1):
        ours.append(visits_per_second(lambda n=number: play_reference(program, n)))  # type: ignore[misc]
        by_hand.append(visits_per_second(lambda n=number: play_by_hand(rows, n)))  # type: ignore[misc]
    ratio = statistics.median(theirs / one for theirs, one in zip(by_hand, ours, strict=True))
    print(f"reference engine   {statistics.median(ours):>10,.0f} visits/s")
    print(f"hand-written SimPy {statistics.median(by_hand):>10,.0f} visits/s")
    print(f"ratio              {ratio:>10.2f} (promised: at most {PROMISE:g})")
    return int(ratio > PROMISE)


if __name__ == "__main__":
    sys.exit(main())
