"""Open cases laid down: a row each, sorted by persona, with what they have done before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.addresses import subject_of
from simulator.errors import ModelError, Problem, nearest
from simulator.program.program import Names
from simulator.program.tables import NONE, Case, Past, PersonaStart
from simulator.spec.cases import OpenCases

__all__ = ["LaidCases", "lay_cases"]

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class LaidCases:
    """The tables of open cases.

    Attributes
    ----------
    tables : dict of str to int64 array
        `cases` and `pasts` of a structure.
    values : float64 array, shape (cases, attributes)
    counts : int64 array, shape (personas,), or None
        How many each persona has; None where a journey starts from no log.
    """

    tables: dict[str, Integers]
    values: NDArray[np.float64]
    counts: Integers | None

    def start(self, personas: Sequence[PersonaStart]) -> list[PersonaStart]:
        """Let each persona begin with its cases, which stand for those its model says are there."""
        if self.counts is None:
            return list(personas)
        first = np.concatenate([[0], np.cumsum(self.counts)])
        return [
            row._replace(existing=int(self.counts[i]), existing_at=NONE, first_case=int(first[i]))
            for i, row in enumerate(personas)
        ]


def lay_cases(cases: OpenCases | None, names: Names) -> LaidCases:
    """Lay open cases down by the numbers of a program.

    Parameters
    ----------
    cases : OpenCases or None
        None gives empty tables.
    names : Names
        Of the program.

    Raises
    ------
    ModelError
        If cases are at a touchpoint, or of a persona, that the journey does not have.
    """
    if cases is None:
        empty = {
            "cases": np.zeros((0, len(Case._fields)), np.int64),
            "pasts": np.zeros((0, len(Past._fields)), np.int64),
        }
        return LaidCases(empty, np.zeros((0, len(names.attributes))), None)
    place = _numbers("touchpoint", cases.touchpoints, names.touchpoints, np.unique(cases.touchpoint))
    group = _numbers("persona", cases.personas, names.personas, np.unique(cases.persona))
    subjects = np.array([subject_of("open", one) for one in cases.ids], dtype=np.int64)
    persona = group[cases.persona]
    order = np.lexsort((subjects, persona))
    pasts, spans = _pasts(cases, place, order)
    laid = np.column_stack(
        [
            subjects[order],
            persona[order],
            place[cases.touchpoint[order]],
            cases.entered[order],
            cases.arrived[order],
            cases.orders[order],
            spans,
        ]
    ).astype(np.int64)
    tables = {"cases": laid.reshape(-1, len(Case._fields)), "pasts": pasts}
    counts = np.bincount(persona, minlength=len(names.personas)).astype(np.int64)
    return LaidCases(tables, _values(cases, names, order), counts)


def _numbers(what: str, own: Sequence[str], known: Sequence[str], used: Integers) -> Integers:
    """Turn the codes of cases into the numbers of a program; -1 for names nobody is at now."""
    index = {name: number for number, name in enumerate(known)}
    lost = [own[code] for code in used.tolist() if own[code] not in index]
    if lost:
        raise ModelError(
            Problem(
                f"there are open cases of the {what} {name!r}, which the journey has not",
                fix=nearest(name, known),
            )
            for name in lost
        )
    return np.array([index.get(name, NONE) for name in own], dtype=np.int64)


def _pasts(cases: OpenCases, place: Integers, order: NDArray[np.intp]) -> tuple[Integers, Integers]:
    """Lay down what each case has done where the journey has a touchpoint for it; give the spans."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    case, touchpoint, entries, left = cases.past.T
    known = place[touchpoint] >= 0
    case, touchpoint = rank[case[known]], place[touchpoint[known]]
    by_case = np.lexsort((touchpoint, case))
    rows = np.column_stack([touchpoint, entries[known], entries[known], left[known]])[by_case]
    sides = [np.searchsorted(case[by_case], np.arange(len(order)), side=side) for side in ("left", "right")]
    return rows.astype(np.int64), np.column_stack(sides)


def _values(cases: OpenCases, names: Names, order: NDArray[np.intp]) -> NDArray[np.float64]:
    nothing = np.full(len(order), np.nan)
    columns = [cases.attributes.get(name, nothing)[order] for name in names.attributes]
    return np.column_stack(columns)
