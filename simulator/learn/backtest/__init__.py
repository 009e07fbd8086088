"""Forecasts made as they would have been made, scored on what then happened."""

from __future__ import annotations

from simulator.learn.backtest.backtest import Backtest, backtest
from simulator.learn.backtest.origins import Plan, plan_origins
from simulator.learn.backtest.scores import Forecast, Scores, score

__all__ = ["Backtest", "Forecast", "Plan", "Scores", "backtest", "plan_origins", "score"]
