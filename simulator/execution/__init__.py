"""How work is cut into replications and spread over workers."""

from __future__ import annotations

from simulator.execution.replications import Progress, StoppedRun, play, play_all

__all__ = ["Progress", "StoppedRun", "play", "play_all"]
