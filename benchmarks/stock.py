"""The stock search beside an exhaustive grid, and a year of the shop beside the reference engine.

``python -m benchmarks.stock [--quick]`` prints a table and writes ``build/stock.json``.

The grid is every combination of base stocks around the textbook's answer for five products, two of which
replace each other. Its best few are chosen again on other replications, so that the best of thousands is
not the luckiest; then it and the policy found meet the same fresh customers.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from simulator.analysis.stock import Kind, Player, Policy, Question, plan_stock
from simulator.analysis.stock.trials import Assortment, Outcome, Trials
from simulator.execution.engines import Engine, engine
from simulator.execution.replications import play
from simulator.program.compile import compile_journey
from simulator.results.estimate import mean_estimate
from simulator.spec.document import parse_document
from simulator.spec.load import Journey, load_journey

RESULTS: Final = Path(__file__).parent.parent / "build" / "stock.json"
SHOP: Final = Path(__file__).parent.parent / "models" / "shop.yaml"
NAMES: Final = ("anorak", "boots", "cap", "drum", "eave")
SEED: Final = 7
FRESH: Final = 1_000_000  # replications from here on are met by nobody before

FIVE: Final = """
start: 2026-01-05
horizon: 12 weeks
warm_up: 2 weeks
follow_up: 2 weeks
goal: order
products:
  anorak: {price: 90, unit_cost: 60}
  boots: {price: 120, unit_cost: 75}
  cap: {price: 25, unit_cost: 14}
  drum: {price: 60, unit_cost: 35}
  eave: {price: 40, unit_cost: 22}
inventory:
  anorak: {on_hand: 8, policy: {base_stock: 8}, lead_time: 3 days, holding_cost: 1.1 per day}
  boots:
    on_hand: 8
    policy: {base_stock: 8}
    lead_time: {gamma: {mean: 3 days, cv: 0.4}}
    holding_cost: 1.9 per day
  cap: {on_hand: 8, policy: {base_stock: 8}, lead_time: 2 days, holding_cost: 0.5 per day}
  drum: {on_hand: 8, policy: {base_stock: 8}, lead_time: 4 days, holding_cost: 0.9 per day}
  eave:
    on_hand: 8
    policy: {base_stock: 8}
    lead_time: 2 days
    holding_cost: 0.8 per day
    when_out: backorder
    backorder_cost: 6 per day
personas: {all: {arrivals: {rate: 10 per day, weekday: {sat: 1.5, sun: 0.5}}, enters: {order: 1}}}
touchpoints:
  order:
    sells: {one_of: {anorak: 0.2, boots: 0.2, cap: 0.25, drum: 0.15, eave: rest}}
    substitutes: {anorak: {boots: 0.4}, drum: {eave: 0.3}}
    on_stockout: {order: {p: 0.3, after: 2 days}, left: rest}
    next: {keep: 1}
  keep: {dwell: {exponential: {mean: 20 days}}, next: {order: 0.3, left: rest}}
outcomes: [left]
"""


def five_products() -> Journey:
    """Load the model of five products."""
    return load_journey(parse_document(FIVE))


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Do something; give what it made, the seconds it took, and the seconds of all cores."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - wall, time.process_time() - cpu


def search_against_grid(reach: int, grid_replications: int, fresh_replications: int) -> dict[str, Any]:
    """Search, look at the whole grid, and compare on fresh customers."""
    journey, player = five_products(), Player(SEED, os.cpu_count() or 1, "kernel")
    plan, seconds, cpu = timed(lambda: plan_stock(journey, Question(replications=400, weeks=4), player))
    found: Assortment = tuple(plan.products[name].policy for name in NAMES)
    trials = Trials(compile_journey(journey), range(len(NAMES)), player)
    middle = [plan.products[name].textbook.policy.level for name in NAMES]  # type: ignore[union-attr]
    spans = [range(max(0, level - reach), level + reach + 1) for level in middle]
    grid = [tuple(Policy(Kind.BASE_STOCK, level) for level in levels) for levels in itertools.product(*spans)]
    costs, grid_seconds, grid_cpu = timed(
        lambda: _costs(trials, grid, range(FRESH, FRESH + grid_replications))
    )
    few = [grid[place] for place in np.argsort(costs)[:40]]
    again = range(2 * FRESH, 2 * FRESH + 20 * grid_replications)
    best = few[int(np.argmin(_costs(trials, few, again)))]
    ours, theirs = _outcomes(trials, [found, best], range(3 * FRESH, 3 * FRESH + fresh_replications))
    difference = mean_estimate(ours.cost - theirs.cost)
    base = float(theirs.cost.mean())
    return {
        "search_seconds": seconds,
        "search_cpu_seconds": cpu,
        "policies_tried": plan.tried,
        "grid_policies": len(grid),
        "grid_seconds": grid_seconds,
        "grid_cpu_seconds": grid_cpu,
        "found": [policy.level for policy in found],
        "best_of_grid": [policy.level for policy in best],
        "cost_found": float(ours.cost.mean()),
        "cost_best_of_grid": base,
        "more_percent": 100 * (difference.value or 0.0) / base,
        "more_percent_upper": 100 * (difference.high or 0.0) / base,
    }


def _outcomes(trials: Trials, assortments: list[Assortment], replications: range) -> list[Outcome]:
    return trials.play(assortments, replications)


def _costs(trials: Trials, assortments: list[Assortment], replications: range) -> list[float]:
    return [float(outcome.cost.mean()) for outcome in _outcomes(trials, assortments, replications)]


def year_of_the_shop(kernel_replications: int) -> dict[str, Any]:
    """Time a replication of a year of the shop in each engine, in turn, one core each and all cores."""
    text = SHOP.read_text(encoding="utf-8").replace("horizon: 26 weeks", "horizon: 52 weeks")
    program, cores = compile_journey(load_journey(parse_document(text))), os.cpu_count() or 1
    simulate, reference = engine("kernel"), engine("reference")
    simulate(program, SEED, 0)
    one, slow = [], []
    each = max(1, kernel_replications // 3)

    def played(simulate: Engine, first: int, times: int) -> float:
        started = time.perf_counter()
        for number in range(first, first + times):
            simulate(program, SEED, number)
        return (time.perf_counter() - started) / times

    for turn in range(3):  # in turn, so that a busy machine is busy for both
        one.append(played(simulate, turn * each, each))
        slow.append(played(reference, turn, 1))
    _, seconds, _ = timed(lambda: play(program, SEED, kernel_replications, cores, by="kernel"))
    per_kernel, per_reference = float(np.median(one)), float(np.median(slow))
    return {
        "customers": program.customers,
        "kernel_seconds": per_kernel,
        "kernel_seconds_all_cores": seconds / kernel_replications,
        "reference_seconds": per_reference,
        "ratio_one_core": per_reference / per_kernel,
        "reference_replications_in_1000": 1000 * per_kernel / per_reference,
        "reference_replications_in_1000_all_cores": 1000 * seconds / kernel_replications / per_reference,
    }


def main(words: list[str]) -> None:
    """Run both, print them and write them down."""
    quick = "--quick" in words
    found = {
        "grid": search_against_grid(1 if quick else 2, 8 if quick else 20, 200 if quick else 1_000),
        "shop": year_of_the_shop(9 if quick else 60),
        "cores": os.cpu_count(),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for part in ("grid", "shop"):
        for name, value in found[part].items():  # type: ignore[union-attr]
            print(f"{part:5} {name:42} {value if not isinstance(value, float) else round(value, 4)}")


if __name__ == "__main__":
    main(sys.argv[1:])
