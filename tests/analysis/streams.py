"""Candidates whose true means are known: drawn streams, and absorbing chains played by the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.analysis.metrics import METRICS, Metric
from simulator.engine.kernel import simulate
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.summary import RunResult
from simulator.spec.load import journey_from_data
from simulator.theory.journey_chain import exact

Floats = NDArray[np.float64]


def _no_parts(result: RunResult, persona: int | None) -> Floats:
    raise AssertionError("a stream has its parts")


PLAIN = Metric("gain", "a drawn gain", _no_parts, "number")


class Streams:
    """Values drawn beforehand, played as far as somebody asks.

    Parameters
    ----------
    values : array of shape (replications, candidates) or (replications, candidates, parts)
    """

    def __init__(self, values: Floats) -> None:
        self.values = values if values.ndim == 3 else values[:, :, None]
        self.played = np.zeros(self.candidates, dtype=int)

    @property
    def candidates(self) -> int:
        """The base is the first."""
        return self.values.shape[1]

    def play(self, which: Sequence[int], until: int) -> None:
        """Note how far each is played."""
        for one in which:
            self.played[one] = max(self.played[one], until)

    def parts(self, metric: Metric, which: int) -> Floats:
        """Give what was played."""
        return self.values[: self.played[which], which]


def drawn(generator: np.random.Generator, replications: int, means: Sequence[float], rho: float) -> Floats:
    """Draw replications of candidates whose differences from the first go together by `rho`.

    The difference of any two ideas, and of an idea and the base, has variance 1; paired runs of the
    bundled shop have correlations of differences from 0.06 to 0.21, one shared base alone gives 0.5.
    """
    count = len(means)
    own = generator.standard_normal((replications, count))
    if rho == 0.5:  # independent candidates: any two differ by a variable of variance 1
        return np.asarray(own * np.sqrt(0.5) + means)
    shared = generator.standard_normal((replications, 1))
    apart = np.sqrt(1.0 - rho) * own + np.sqrt(rho) * shared
    apart[:, 0] = 0.0
    return np.asarray(apart + means)


def shop(buy: float = 0.4, first: float = 0.3, second: float = 0.3) -> dict[str, Any]:
    """Write a shop without memory: two ways to buy that are alike, so moving between them changes nothing."""
    row = {"one": first, "two": second, "search": 0.2, "left": "rest"}
    return {
        "start": "2026-01-05",
        "horizon": "5 days",
        "follow_up": "1 day",
        "goal": "order",
        "personas": {"all": {"arrivals": {"rate": "15 per day"}, "enters": {"home": 1}}},
        "touchpoints": {
            "home": {"next": row},
            "search": {"next": {"home": 0.5, "left": "rest"}},
            "one": {"next": {"order": buy, "home": 0.1, "left": "rest"}},
            "two": {"next": {"order": buy, "home": 0.1, "left": "rest"}},
            "order": {"next": {"left": 1}},
        },
        "outcomes": ["left"],
    }


class Chains:
    """Shops without memory, played by the kernel when somebody asks; a run is a seed.

    Attributes
    ----------
    truth : list of float
        The conversion of each, solved.
    """

    def __init__(self, models: Sequence[dict[str, Any]]) -> None:
        self.programs: list[Program] = [compile_journey(journey_from_data(model)) for model in models]
        self.truth = [conversion(program) for program in self.programs]
        self.begin(0)

    def begin(self, seed: int) -> None:
        """Begin a run of its own."""
        self._seed = seed
        self._cohorts: list[list[Floats]] = [[] for _ in self.programs]

    @property
    def candidates(self) -> int:
        """The base is the first."""
        return len(self.programs)

    @property
    def played(self) -> list[int]:
        """Replications of each."""
        return [len(cohorts) for cohorts in self._cohorts]

    def play(self, which: Sequence[int], until: int) -> None:
        """Play on."""
        for one in which:
            for number in range(len(self._cohorts[one]), until):
                tally = simulate(self.programs[one], self._seed, number)[0]
                self._cohorts[one].append(tally["cohort"].sum(axis=0).astype(float)[::-1])

    def parts(self, metric: Metric, which: int) -> Floats:
        """Give converted customers and customers."""
        return np.array(self._cohorts[which])


CONVERSION = METRICS["conversion"]


def conversion(program: Program) -> float:
    """Solve the chain for the chance to convert."""
    chain = exact(program)
    assert chain is not None
    return float(chain.conversion())


def apart(source: Streams | Chains, metric: Metric, idea: int, look: int) -> Floats:
    """Give idea less base in the first replications."""
    base, other = (metric.linearise(source.parts(metric, one)[:look]) for one in (0, idea))
    return np.asarray(other - base)
