"""From customers to demand: thinning a Poisson stream, and adding units up.

References
----------
J. F. C. Kingman, *Poisson Processes*, Oxford 1993, sections 2.2 and 5.1 (colouring theorem;
displacement: independent delays keep a stationary Poisson stream Poisson).
"""

from __future__ import annotations

from simulator.theory.conditions import Moments, non_negative, probability

__all__ = ["compound_poisson", "thinned_poisson"]


def thinned_poisson(arrivals: float, conversion: float) -> Moments:
    """Return the demand of Poisson arrivals of whom each buys independently: Poisson again.

    Mean and variance are both ``arrivals * conversion``: the index of dispersion is 1.

    Examples
    --------
    >>> thinned_poisson(200.0, 0.25)
    Moments(mean=50.0, variance=50.0)
    """
    mean = non_negative("arrivals", arrivals) * probability("conversion", conversion)
    return Moments(mean, mean)


def compound_poisson(orders: float, units: Moments) -> Moments:
    """Return mean and variance of the units asked for by a Poisson number of orders.

    ``orders E[X]`` and ``orders E[X^2]``.

    Examples
    --------
    >>> compound_poisson(10.0, Moments(2.0, 1.0))
    Moments(mean=20.0, variance=50.0)
    """
    count = non_negative("orders", orders)
    return Moments(count * units.mean, count * units.second)
