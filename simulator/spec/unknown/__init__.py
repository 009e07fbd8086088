"""Numbers nobody knows for sure: what evidence says of them, where they stand, what is laid over them."""

from __future__ import annotations

from simulator.spec.unknown.places import Number, RowOf, Site, sites_of
from simulator.spec.unknown.prior import Measure, Prior, priors_of
from simulator.spec.unknown.steps import put
from simulator.spec.unknown.writing import write

__all__ = ["Measure", "Number", "Prior", "RowOf", "Site", "priors_of", "put", "sites_of", "write"]
