"""What a run leaves: exact tallies, estimates, tables, the run folder."""

from __future__ import annotations

from simulator.results.estimate import Estimate
from simulator.results.summary import RunResult

__all__ = ["Estimate", "RunResult"]
