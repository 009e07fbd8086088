"""What drives a forecast: whose demand it is, where these customers came in and where they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulator.analysis.forecast.draws import Draws

__all__ = ["CUTS", "Driver", "drivers"]

# The ways of cutting demand that explain it; products are what it is of.
CUTS: Final = ("persona", "entrance", "touchpoint")


@dataclass(frozen=True)
class Driver:
    """A part of what is forecast, over the whole time.

    Attributes
    ----------
    name : str
    mean : float
        A replication.
    share : float or None
        Of the mean of all; None where that is 0.
    variance_share : float or None
        Of the variance of all: covariance of the part with the whole over the variance of the whole.
        Shares of one cut sum to 1. None where nothing varies.
    """

    name: str
    mean: float
    share: float | None
    variance_share: float | None


def drivers(draws: Draws) -> dict[str, list[Driver]]:
    """Cut the whole of a forecast apart, the largest part first; parts without anything are left out."""
    return {cut: _cut(draws, cut) for cut in CUTS if cut in draws.cuts}


def _cut(draws: Draws, cut: str) -> list[Driver]:
    parts = draws.cuts[cut].astype(np.float64)
    whole = parts.sum(axis=0)
    mean, variance = float(whole.mean()), float(whole.var())
    moved = (parts - parts.mean(axis=1, keepdims=True)) @ (whole - mean) / len(whole)
    found = [
        Driver(
            name,
            float(part.mean()),
            float(part.mean()) / mean if mean else None,
            float(shared) / variance if variance else None,
        )
        for name, part, shared in zip(draws.sheet.levels[cut].names, parts, moved, strict=True)
        if part.any()
    ]
    return sorted(found, key=lambda one: (-one.mean, one.name))
