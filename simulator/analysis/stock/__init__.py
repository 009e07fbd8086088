"""Stock: the policy of each product, found by simulation with its feedback on demand."""

from __future__ import annotations

from simulator.analysis.stock.aims import Aim, parse_service
from simulator.analysis.stock.plan import ProductPlan, Question, StockPlan, plan_stock
from simulator.analysis.stock.policy import Kind, Policy
from simulator.analysis.stock.trials import Player

__all__ = [
    "Aim",
    "Kind",
    "Player",
    "Policy",
    "ProductPlan",
    "Question",
    "StockPlan",
    "parse_service",
    "plan_stock",
]
