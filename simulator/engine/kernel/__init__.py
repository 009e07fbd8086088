"""The kernel: the meaning of a model compiled for speed; it agrees with the reference bit for bit."""

from __future__ import annotations

from simulator.engine.kernel.run import simulate

__all__ = ["simulate"]
