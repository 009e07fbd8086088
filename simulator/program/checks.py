"""What is wrong, doubtful or worth knowing about a journey as a whole.

That every name exists and every row sums to 1 is checked when a model is loaded; here is what needs
the graph and the values of the start.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.errors import ModelError, Problem
from simulator.program.checks_load import check_load
from simulator.program.checks_numbers import check_numbers
from simulator.program.checks_reach import check_reach, reach_of
from simulator.program.checks_rules import check_conditions
from simulator.program.checks_weights import check_weights
from simulator.program.extremes import Case, RowExtremes, row_extremes
from simulator.program.flow import flow_of
from simulator.program.noted import Severity, problems
from simulator.spec.load import Journey
from simulator.spec.references import advise_references

__all__ = ["Case", "Findings", "RowExtremes", "check_journey", "row_extremes"]


@dataclass(frozen=True)
class Findings:
    """What the checks of a journey found.

    Attributes
    ----------
    errors : tuple of Problem
        A run must not start.
    warnings : tuple of Problem
        It can, but hardly does what was meant.
    advice : tuple of Problem
        Worth knowing.
    """

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    advice: tuple[Problem, ...]

    def refuse(self) -> None:
        """Stop where there are errors.

        Raises
        ------
        ModelError
            With every error.
        """
        if self.errors:
            raise ModelError(self.errors)


def check_journey(journey: Journey) -> Findings:
    """Check a journey as a whole.

    Parameters
    ----------
    journey : Journey
        As loaded, with a scenario laid over or none.

    Returns
    -------
    Findings
        Only what is certain is an error; each list is in the order of the checks, graph first.
    """
    reach = reach_of(journey)
    found = [*check_reach(journey, reach), *check_conditions(journey), *check_weights(journey)]
    if not any(one.severity is Severity.ERROR for one in found):
        flows = {name: flow_of(journey, name) for name, places in reach.places.items() if places}
        finite = {name: flow for name, flow in flows.items() if flow is not None}
        found += [*check_load(journey, finite), *check_numbers(journey, finite)]
    return Findings(
        problems(journey, found, Severity.ERROR),
        (*journey.warnings, *problems(journey, found, Severity.WARNING)),
        (*advise_references(journey), *problems(journey, found, Severity.ADVICE)),
    )
