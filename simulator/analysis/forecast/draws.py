"""Every replication's path through time, and what is read off them: quantiles, never a normal assumed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.analysis.forecast.sheet import Path, Sheet
from simulator.program.program import Program
from simulator.results.digest import digest_of
from simulator.results.estimate import quantiles_over_replications

__all__ = ["Draws"]

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]


@dataclass(frozen=True)
class Draws:
    """The paths of a forecast.

    Attributes
    ----------
    sheet : Sheet
        Which series, over which periods.
    seed : int
    engine : str
    values : ndarray of integers, shape (kinds, series, periods, draws)
    digests : tuple of str
        Of each replication's whole tally.
    cuts : mapping of level to ndarray of int64, shape (names, draws)
        All demand of the whole time, cut apart in every way.
    sets : ndarray of int64, shape (draws,), optional
        Which set of numbers each replication was played with, where the model's own numbers were drawn
        afresh; None where all were played with the numbers as written.
    asked : int or None
        How many replications were asked for, where the run was stopped before all were complete.
    """

    sheet: Sheet
    seed: int
    engine: str
    values: Integers
    digests: tuple[str, ...]
    cuts: Mapping[str, NDArray[np.int64]]
    sets: NDArray[np.int64] | None = None
    asked: int | None = None

    @classmethod
    def collect(
        cls,
        sheet: Sheet,
        seed: int,
        engine: str,
        paths: Iterable[Path],
        sets: ArrayLike | None = None,
        asked: int | None = None,
    ) -> Draws:
        """Lay the paths of all replications side by side.

        Parameters
        ----------
        sheet, seed, engine, asked
            As the attributes.
        paths : iterable of Path
            One a replication, in their order.
        sets : array_like of int, optional
            Which set of numbers each replication was played with.
        """
        listed = list(paths)
        values: Integers = np.stack([path.values for path in listed], axis=-1)
        cuts = {level: np.stack([path.cuts[level] for path in listed], axis=-1) for level in sheet.levels}
        numbered = None if sets is None else np.asarray(sets, dtype=np.int64)
        return cls(sheet, seed, engine, values, tuple(path.digest for path in listed), cuts, numbered, asked)

    @property
    def program(self) -> Program:
        """What was played."""
        return self.sheet.program

    @property
    def replications(self) -> int:
        """How many paths there are."""
        return int(self.values.shape[-1])

    @property
    def digest(self) -> str:
        """The content of all replications, as `journey run` gives it."""
        return digest_of(self.digests)

    def of(self, kind: str | None = None) -> Integers:
        """Give the paths of one kind of count, shape (series, periods, draws); the main one by default.

        Units lost are those asked for in vain less those got later; in a period in which somebody gets
        what he asked for in an earlier one they may be negative. What is taken in place of another product
        is sold, and in no demand, so that demand + substituted = sold + lost.
        """
        return np.asarray(self.values[0 if kind is None else self.sheet.kinds.index(kind)])

    def mean(self, kind: str | None = None) -> Floats:
        """Give means, shape (series, periods)."""
        return np.asarray(self.of(kind).mean(axis=-1))

    def quantiles(self, shares: Sequence[float], kind: str | None = None) -> Floats:
        """Read quantiles off the paths, shape (shares, series, periods)."""
        return quantiles_over_replications(np.moveaxis(self.of(kind), -1, 0), shares)

    def chance_alone(self, shares: Sequence[float]) -> Floats | None:
        """Read off where the paths would lie were every number known, shape (shares, series, periods).

        Each path is moved by what the mean of its set of numbers differs from the mean of all. A set of m
        paths lies closer to its own mean than to the true one, by sqrt(1 − 1 / m), which is made good; a set
        of two is symmetric about its mean, so for few paths a set this is right to the variance only.

        Returns
        -------
        ndarray or None
            None where all were played with the same numbers, or each with numbers of its own.
        """
        if self.sets is None:
            return None
        groups, sizes = np.unique(self.sets, return_inverse=True, return_counts=True)[1:]
        paths = self.of()[..., sizes[groups] > 1].astype(np.float64)
        if not paths.shape[-1] or len(sizes) == 1:
            return None
        groups = groups[sizes[groups] > 1]
        mean = self.mean()
        for group in np.unique(groups):
            of_set = groups == group
            own = paths[..., of_set].mean(axis=-1, keepdims=True)
            spread = np.sqrt(1.0 - 1.0 / of_set.sum())
            paths[..., of_set] = mean[..., None] + (paths[..., of_set] - own) / spread
        return np.maximum(np.quantile(paths, shares, axis=-1), 0.0)

    def totals(self, kind: str | None = None) -> Integers:
        """Add each path up over the whole time, shape (series, draws)."""
        return np.asarray(self.of(kind).sum(axis=1, dtype=np.int64))
