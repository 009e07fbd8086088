"""Measure everything: `python -m benchmarks`; see `docs/background/speed.md`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console

from benchmarks.decision import decision_of_map, decision_of_shop
from benchmarks.measure import Figure
from benchmarks.report import Report
from benchmarks.scaling import by_customers, by_touchpoints, by_workers, memory
from benchmarks.speed import CONTESTS
from benchmarks.startup import compilation, first_result

ROOT: Final = Path(__file__).resolve().parent.parent
Measured = tuple[Figure | list[Figure], Any]


@dataclass(frozen=True)
class Effort:
    """How thoroughly to measure."""

    name: str
    rounds: int
    replications: int  # of a decision
    customers: tuple[int, ...]
    touchpoints: tuple[int, ...]
    seconds: float  # of a run with one worker
    crowd: int  # customers of the memory test


EFFORTS: Final = {
    "quick": Effort("quick", 2, 10, (10_000, 100_000), (10, 100), 0.5, 100_000),
    "usual": Effort("usual", 5, 200, (10_000, 100_000, 1_000_000), (10, 100, 1_000), 5.0, 10_000_000),
    "full": Effort(
        "full", 5, 200, (10_000, 100_000, 1_000_000, 10_000_000), (10, 30, 100, 300, 1_000), 20.0, 10_000_000
    ),
}


def _sections(effort: Effort) -> dict[str, Callable[[], Measured]]:
    rounds = effort.rounds
    return {
        "compilation": compilation,
        "first result": lambda: first_result(rounds),
        "decision (a)": lambda: decision_of_map(effort.replications),
        "decision (c)": lambda: decision_of_shop(effort.replications),
        "customers": lambda: by_customers(effort.customers, rounds),
        "touchpoints": lambda: by_touchpoints(effort.touchpoints, rounds),
        "workers": lambda: by_workers(effort.seconds, rounds),
        "memory": lambda: memory(effort.crowd),
    }


def measure(effort: Effort, only: Iterable[str], say: Callable[[str], None]) -> Report:
    """Measure every section, or only some."""
    report = Report(effort.name)
    wanted = set(only)
    for letter, contest in CONTESTS.items():
        if not wanted or letter in wanted:
            say(contest.title)
            race, figures = contest.run(effort.rounds, quick=effort.name == "quick")
            report.races[contest.title] = race
            report.figures += figures
    for name, section in _sections(effort).items():
        if not wanted or name in wanted:
            say(name)
            figures_of, detail = section()
            report.figures += figures_of if isinstance(figures_of, list) else [figures_of]
            report.details[name] = detail
    return report


_NAMES: Final = [*CONTESTS, *_sections(EFFORTS["usual"])]


@click.command()
@click.option("--quick", "effort", flag_value="quick", help="A smoke test of a minute or two.")
@click.option("--full", "effort", flag_value="full", help="With ten million customers and runs of 20 s.")
@click.option("--only", multiple=True, type=click.Choice(_NAMES), help="Measure only this; may be repeated.")
@click.option(
    "--json",
    "file",
    type=click.Path(path_type=Path),
    default=ROOT / "build" / "bench.json",
    help="Where to write.",
)
@click.option(
    "--page", type=click.Path(path_type=Path, exists=True), help="Also put the tables into this page."
)
def main(effort: str | None, only: tuple[str, ...], file: Path, page: Path | None) -> None:
    """Measure how fast the engines are, beside what others would use, and print what was promised."""
    console = Console(width=None if Console().is_terminal else 140)
    report = measure(EFFORTS[effort or "usual"], only, lambda text: click.echo(f"{text} …", err=True))
    report.show(console)
    report.write(file)
    if page is not None:
        report.write_page(page)
    console.print(f"[dim]everything measured is in {file}[/dim]")


if __name__ == "__main__":
    main()
