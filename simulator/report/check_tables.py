"""What the checks of a model found, for a terminal of 80 columns and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simulator.errors import Problem
from simulator.program.checks import Case, Findings, RowExtremes
from simulator.report.terminal import WIDTH, heading, note, table
from simulator.spec.load import Journey
from simulator.spec.paths import join_path

__all__ = ["CHECK_SCHEMA", "check_document", "check_tables", "problem_document"]

CHECK_SCHEMA: Final = "journey.check/1"

_STYLES: Final = {"error": "bold red", "warning": "bold yellow", "advice": "bold"}
# A column of figures is at least this wide: "100.00 %" and the space behind it.
_FIGURES: Final = 10


def check_tables(
    found: Sequence[tuple[Journey, Findings]], rows: Sequence[RowExtremes]
) -> Iterator[RenderableType]:
    """Lay out what was found: what is new with each scenario, and the base's rows at their ends.

    Parameters
    ----------
    found : sequence of (Journey, Findings)
        The base first, then each scenario laid over it.
    rows : sequence of RowExtremes
        The base's.
    """
    known: set[Problem] = set()
    for journey, findings in found:
        named = {"error": findings.errors, "warning": findings.warnings, "advice": findings.advice}
        new = {word: [one for one in problems if one not in known] for word, problems in named.items()}
        known.update(one for problems in named.values() for one in problems)
        title = journey.scenario or journey.model.name
        yield heading(title, _counted(new) if journey.scenario is None else f"scenario: {_counted(new)}")
        for word in ("error", "warning", "advice"):
            yield from (_problem(word, one) for one in new[word])
        if journey.as_is:
            yield note("equal to the base")
    if rows:
        yield heading("\nRows that depend on the customer", "everything else as at noon of the first day")
    for one in rows:
        yield from _row(one)


def _counted(new: dict[str, list[Problem]]) -> str:
    def count(number: int, word: str) -> str:
        return f"{number or 'no'} {word}{'' if number == 1 else 's'}"

    told = [count(len(new["error"]), "error"), count(len(new["warning"]), "warning")]
    return ", ".join([*told, f"{len(new['advice'])} to consider"] if new["advice"] else told)


def _problem(word: str, problem: Problem) -> RenderableType:
    path = f" {join_path(problem.path)}" if problem.path else ""
    head = Text.assemble((word, _STYLES[word]), f"  {problem.place}{path}")
    said = problem.message + (f"; {problem.fix}" if problem.fix else "")
    return Group(head, Padding(Text(said), (0, 0, 0, 2)))


def _row(row: RowExtremes) -> Iterator[RenderableType]:
    """Yield a row's table; one with many targets goes on in a second."""
    for_whom = "" if row.personas == () else f"for {', '.join(row.personas)}"
    yield heading(join_path(row.path), for_whom)
    targets = _targets(row.cases)
    if not targets:
        yield note("not known at the start: it depends on the day or the hour, or the run would stop there")
    for part in _chunks(targets):
        lines = [[_case(case), *(_share(case, target) for target in part)] for case in row.cases]
        yield table(["", *part], lines)


def _targets(cases: Iterable[Case]) -> list[str]:
    return list(dict.fromkeys(target for case in cases for target, _ in case.shares or ()))


def _chunks(targets: Sequence[str]) -> Iterator[list[str]]:
    """Divide targets so that a table fits a line beside its first column."""
    part: list[str] = []
    left = room = WIDTH - 30
    for target in targets:
        width = max(len(target) + 2, _FIGURES)
        if part and width > left:
            yield part
            part, left = [], room
        part.append(target)
        left -= width
    if part:
        yield part


def _case(case: Case) -> str:
    return f"{case.name} {case.end}: {case.value:g}" if case.value is not None else "at the start"


def _share(case: Case, target: str) -> str:
    if case.shares is None:
        return "–"
    return f"{dict(case.shares)[target]:.2%}".replace("%", " %")


# --------------------------------------------------------------------------- JSON


def check_document(found: Sequence[tuple[Journey, Findings]], rows: Sequence[RowExtremes]) -> dict[str, Any]:
    """Describe what was found as the JSON document ``journey.check/1``."""
    base, findings = found[0]
    return {
        "schema": CHECK_SCHEMA,
        "model": base.model.name,
        **_findings(findings),
        "scenarios": [{"name": journey.scenario, **_findings(one)} for journey, one in found[1:]],
        "rows": [_row_document(row) for row in rows],
    }


def problem_document(problem: Problem) -> dict[str, Any]:
    """Describe one problem: file, line, path, message and fix."""
    return {
        "file": problem.place.file or None,
        "line": problem.place.line or None,
        "path": join_path(problem.path),
        "message": problem.message,
        "fix": problem.fix or None,
    }


def _findings(findings: Findings) -> dict[str, Any]:
    return {
        "errors": [problem_document(one) for one in findings.errors],
        "warnings": [problem_document(one) for one in findings.warnings],
        "advice": [problem_document(one) for one in findings.advice],
    }


def _row_document(row: RowExtremes) -> dict[str, Any]:
    return {
        "path": join_path(row.path),
        "personas": list(row.personas),
        "cases": [
            {
                "name": case.name or None,
                "end": case.end,
                "value": case.value,
                "shares": None if case.shares is None else dict(case.shares),
            }
            for case in row.cases
        ],
    }
