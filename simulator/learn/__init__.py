"""An event log in, a model out."""

from __future__ import annotations

from simulator.learn.log import Columns, EventLog, read_log
from simulator.learn.model import Learnt, learn_log, learn_model
from simulator.learn.opening import open_cases, start_from

__all__ = [
    "Columns",
    "EventLog",
    "Learnt",
    "learn_log",
    "learn_model",
    "open_cases",
    "read_log",
    "start_from",
]
