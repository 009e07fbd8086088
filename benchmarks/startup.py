"""How long it takes until something is on the screen, and what is compiled when."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Figure

__all__ = ["compilation", "first_result"]

ROOT: Final = Path(__file__).resolve().parent.parent
_HELP: Final = ("-c", "from simulator.cli import main; main(['--help'])")
_CLICK: Final = ("-c", "import click")
_SMALL: Final = ("cli.py", "run", "models/shop.yaml", "--replications", "2", "--workers", "1")


def _run(arguments: tuple[str, ...], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a Python process; give its seconds by the clock on the wall and by the processor's."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, env=environment)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def first_result(rounds: int) -> tuple[list[Figure], dict[str, Any]]:
    """Start `journey --help`, an import of click, and a small run with everything compiled, by turns."""
    commands = {"help": _HELP, "click": _CLICK, "small run": _SMALL}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, arguments in commands.items():
            seconds = _run(arguments)
            if number:
                times[name].append(seconds)
    ratios = [ours[1] / theirs[1] for ours, theirs in zip(times["help"], times["click"], strict=True)]
    wall = {name: statistics.median(one for one, _ in each) for name, each in times.items()}
    figures = [
        Figure("journey --help / import click", statistics.median(ratios), 2.0, at_least=False),
        Figure("a small run, all compiled", wall["small run"], 1.5, at_least=False, unit="s"),
    ]
    cpu = {name: statistics.median(two for _, two in each) for name, each in times.items()}
    return figures, {"seconds": _rounded(wall), "of the processor": _rounded(cpu)}


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in seconds.items()}


def compilation() -> tuple[list[Figure], dict[str, Any]]:
    """Compile everything into an empty cache, in a process of its own; then play another model."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        wall, cpu = _run(("-m", "benchmarks.startup"), environment)
        first = _compiled(folder)
        again, _ = _run(("-m", "benchmarks.startup", "another"), environment)
        more = _compiled(folder) - first
    figures = [
        Figure("compiling everything once", cpu, 60.0, at_least=False, unit="s"),
        Figure("functions compiled anew for another model", float(more), 0.0, at_least=False, unit=""),
    ]
    return figures, {"wall": round(wall, 1), "with a full cache": round(again, 2), "functions": first}


def _compiled(folder: str) -> int:
    return sum(1 for _ in Path(folder).rglob("*.nbc"))


if __name__ == "__main__":
    from benchmarks.engines import kernel, reference
    from benchmarks.journeys import map_program, queue_program, shop_program

    if sys.argv[1:]:
        _programs = [queue_program(100), map_program(50)]
    else:
        _programs = [shop_program(), shop_program(sharing=False)]
    for _program in _programs:
        kernel(_program)(0)
        reference(_program)(0)
