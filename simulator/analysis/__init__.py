"""What runs mean: which idea is best, by how much, and how surely."""

from __future__ import annotations
