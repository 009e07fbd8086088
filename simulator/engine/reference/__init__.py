"""The reference engine: SimPy, one process a customer; readable, and the meaning of a model."""

from __future__ import annotations

from simulator.engine.reference.customer import Customer, Visit
from simulator.engine.reference.run import simulate

__all__ = ["Customer", "Visit", "simulate"]
