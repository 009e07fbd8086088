"""Stock: the policy of each product, found by simulation with its feedback on demand."""

from __future__ import annotations

from simulator.analysis.stock.aims import Aim, parse_service
from simulator.analysis.stock.plan import ProductPlan, StockPlan
from simulator.analysis.stock.planner import plan_stock
from simulator.analysis.stock.policy import Kind, Policy
from simulator.analysis.stock.projection import PlannedWeek
from simulator.analysis.stock.question import Question
from simulator.analysis.stock.trials import Player

__all__ = [
    "Aim",
    "Kind",
    "PlannedWeek",
    "Player",
    "Policy",
    "ProductPlan",
    "Question",
    "StockPlan",
    "parse_service",
    "plan_stock",
]
