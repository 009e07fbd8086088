"""An event log in, a model out."""

from __future__ import annotations

from simulator.learn.log import Columns, EventLog, read_log
from simulator.learn.model import Learnt, learn_model

__all__ = ["Columns", "EventLog", "Learnt", "learn_model", "read_log"]
