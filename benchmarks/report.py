"""What the benchmark prints and writes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Figure, Race
from simulator.provenance import record

__all__ = ["Report"]

_BEGIN: Final = "<!-- figures: written by `make bench`, do not edit -->"
_END: Final = "<!-- end of figures -->"


def _processor() -> str:
    """Name the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "unknown")


def _spoken(value: float) -> str:
    """Write a number with three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


@dataclass
class Report:
    """Collects what was measured.

    Attributes
    ----------
    mode : str
        How thoroughly.
    races : dict of title to Race
    figures : list of Figure
    details : dict
        Whatever a section adds, by its name.
    """

    mode: str
    races: dict[str, Race] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def machine(self) -> Mapping[str, Any]:
        """Describe where this was measured."""
        return {**record(), "processor": _processor(), "cores": os.cpu_count(), "mode": self.mode}

    def rate_rows(self) -> list[tuple[str, ...]]:
        """List who played what, how fast, and whether it was the same journey."""
        return [
            (title, name, f"{race.rate(name):,.0f}", _spoken(1e9 / race.rate(name)), *_journey(race, name))
            for title, race in self.races.items()
            for name in race.rates
        ]

    def figure_rows(self) -> list[tuple[str, ...]]:
        """List every figure with its target."""
        return [
            (
                one.name,
                f"{_spoken(one.value)} {one.unit}".strip(),
                f"{'at least' if one.at_least else 'at most'} {_spoken(one.target)}",
                "reached" if one.reached else "missed",
            )
            for one in self.figures
        ]

    def show(self, console: Console) -> None:
        """Print both tables."""
        for title, head, rows in (
            ("Rates, by the processor's clock", _RATES, self.rate_rows()),
            ("Figures", _FIGURES, self.figure_rows()),
        ):
            if rows:
                console.print(_table(title, head, rows))

    def write(self, file: Path) -> None:
        """Write everything as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        data = {
            "machine": self.machine,
            "rates": {
                title: {
                    name: {
                        "visits a second": [round(rate) for rate in rates],
                        "median": round(race.rate(name)),
                    }
                    for name, rates in race.rates.items()
                }
                for title, race in self.races.items()
            },
            "figures": [{**asdict(one), "reached": one.reached} for one in self.figures],
            "details": self.details,
        }
        file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def write_page(self, page: Path) -> None:
        """Put the tables between the two marks of a page."""
        text = page.read_text(encoding="utf-8")
        before, begin, rest = text.partition(_BEGIN)
        _, end, after = rest.partition(_END)
        if not (begin and end):
            raise ValueError(f"{page} has no marks between which the figures stand")
        machine = self.machine
        made = (
            f"Measured on {machine['cores']} cores of {machine['processor']}, Python {machine['python']}, "
            f"{machine['created'][:10]} ({self.mode})."
        )
        tables = (_markdown(_RATES, self.rate_rows()), _markdown(_FIGURES, self.figure_rows()))
        body = "\n\n".join((made, *tables))
        page.write_text(f"{before}{_BEGIN}\n\n{body}\n\n{_END}{after}", encoding="utf-8")


_RATES: Final = ("journey", "played by", "visits/s", "ns/visit", "visits/customer", "goals/1,000")
_FIGURES: Final = ("figure", "measured", "promised", "")
_NUMBERS: Final = frozenset((*_RATES[2:], "measured"))


def _table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in head:
        table.add_column(column, justify="right" if column in _NUMBERS else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _journey(race: Race, name: str) -> tuple[str, str]:
    visits, goals = race.journeys[name]
    return (f"{visits:.2f}", f"{1000 * goals:.1f}") if goals else ("", "")


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    marks = ("--:" if column in _NUMBERS else "---" for column in head)
    lines = ["| " + " | ".join(row) + " |" for row in (head, tuple(marks), *rows)]
    return "\n".join(lines)
