"""Plan a live A/B test of an idea, from the customers a journey plays."""

from __future__ import annotations

from simulator.analysis.experiment.crowd import Crowd, crowd_of
from simulator.analysis.experiment.plan import Plan, Terms, Wrong, plan_test

__all__ = ["Crowd", "Plan", "Terms", "Wrong", "crowd_of", "plan_test"]
