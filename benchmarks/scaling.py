"""How cost grows: with customers, with touchpoints, with workers, and in memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.by_hand import Played
from benchmarks.engines import ceiling, kernel, tally_of
from benchmarks.journeys import map_program, ring_program
from benchmarks.measure import Figure, timed

__all__ = ["by_customers", "by_touchpoints", "by_workers", "memory"]

ROOT: Final = Path(__file__).resolve().parent.parent
# As many customers a measurement, so that a small journey is played often enough to be timed.
_ENOUGH: Final = 200_000


def _each(plays: Mapping[int, tuple[Callable[[int], Played], int]], rounds: int) -> dict[int, float]:
    """Time, by turns, some numbers of replications; give the median nanoseconds of a visit."""
    costs: dict[int, list[float]] = {size: [] for size in plays}
    for number in range(rounds + 1):
        for size, (play, times) in plays.items():
            visits, seconds = timed(partial(_visits, play, number * times, times))
            if number:
                costs[size].append(1e9 * seconds / visits)
    return {size: statistics.median(values) for size, values in costs.items()}


def _visits(play: Callable[[int], Played], first: int, times: int) -> int:
    return sum(play(first + i).visits for i in range(times))


def _spread(costs: Mapping[int, float]) -> float:
    return max(costs.values()) / min(costs.values())


def by_customers(sizes: Sequence[int], rounds: int) -> tuple[Figure, dict[str, Any]]:
    """Measure a visit's cost in runs of (a) of different size."""
    plays = {size: (kernel(map_program(size)), max(1, _ENOUGH // size)) for size in sizes}
    costs = _each(plays, rounds)
    title = f"a visit's cost from {min(sizes):,} to {max(sizes):,} customers, largest / smallest"
    return Figure(title, _spread(costs), 1.2, at_least=False), {"ns a visit": _named(costs)}


def by_touchpoints(sizes: Sequence[int], rounds: int) -> tuple[Figure, dict[str, Any]]:
    """Measure a visit's cost on maps of different size with three ways out of each touchpoint."""
    customers = _ENOUGH // 10
    costs = _each({size: (kernel(ring_program(size, customers)), 1) for size in sizes}, rounds)
    title = f"a visit's cost at {max(sizes):,} touchpoints / at {min(sizes):,}"
    ratio = costs[max(sizes)] / costs[min(sizes)]
    return Figure(title, ratio, 2.0, at_least=False), {"ns a visit": _named(costs)}


def _named(costs: Mapping[int, float]) -> dict[str, float]:
    return {f"{size:,}": round(cost, 1) for size, cost in costs.items()}


def by_workers(seconds: float, rounds: int) -> tuple[Figure, dict[str, Any]]:
    """Play the same replications of (a) with one thread and with two, by turns, for some seconds each.

    A bare loop that needs nothing but a core is timed beside it: what two workers gain on it is what the
    machine had to give at that time.
    """
    program = map_program(_ENOUGH // 4)
    works = {
        "kernel": _shared_out(lambda number: int(tally_of(program, number)["entered"].sum()), seconds),
        "bare loop": _shared_out(lambda number: ceiling(5_000_000)(number).visits, seconds / 4),
    }
    gains: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            one, two = work(1), work(2)
            gains[name].append(one / two)
    medians = {name: statistics.median(each) for name, each in gains.items()}
    detail = {"gains": gains, "bare loop": medians["bare loop"], "load": os.getloadavg()[0]}
    title = f"two workers / one (a bare loop now: {medians['bare loop']:.2f} x)"
    return Figure(title, medians["kernel"], 1.8), detail


def _shared_out(play: Callable[[int], int], seconds: float) -> Callable[[int], float]:
    """Choose a number of pieces that takes one worker some seconds; give what times them all."""
    play(0)
    began = time.perf_counter()
    play(0)
    pieces = range(max(4, 2 * round(seconds / (time.perf_counter() - began) / 2)))

    def wall(workers: int) -> float:
        with ThreadPoolExecutor(workers) as pool:
            start = time.perf_counter()
            assert all(pool.map(play, pieces))
            return time.perf_counter() - start

    return wall


def memory(customers: int) -> tuple[Figure, dict[str, Any]]:
    """Play (a) in a process of its own; give the most memory it ever held."""
    command = [sys.executable, "-m", "benchmarks.scaling", str(customers)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    peak, before, visits = (float(word) for word in done.stdout.split())
    detail = {"MiB before playing": round(before), "visits": int(visits)}
    title = f"peak memory of {customers:,} customers of (a)"
    return Figure(title, peak, 300.0, at_least=False, unit="MiB"), detail


def _peak() -> float:
    """Read the most memory this process held, in MiB.

    `getrusage` would count what its parent held when it was started.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("the kernel does not tell how much memory a process held")


def _play_crowd(customers: int) -> None:
    """Print the peak of this process, the peak before it played, and the visits."""
    program = map_program(customers)
    tally_of(map_program(100), 0)
    before = _peak()
    visits = int(tally_of(program, 0)["entered"].sum())
    print(_peak(), before, visits)


if __name__ == "__main__":
    _play_crowd(int(sys.argv[1]))
