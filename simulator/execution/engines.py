"""Which engine plays: they give the same bytes, so the choice is about time alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from simulator.compiled import is_cached
from simulator.engine.tally import Tally
from simulator.program.program import Program

__all__ = ["ENGINES", "Engine", "EngineName", "choose_engine", "engine"]

EngineName = Literal["kernel", "reference"]
Engine = Callable[[Program, int, int], Tally]

ENGINES: Final = ("auto", "kernel", "reference")

# The kernel compiles once per installation, for about a minute; the reference engine plays so many
# customers in half that time.
_WORTH_COMPILING: Final = 400_000
# Loading the compiled kernel from its cache takes half a second; so many customers take as long.
_WORTH_LOADING: Final = 500


def choose_engine(asked: str, customers: float) -> EngineName:
    """Choose what plays a run.

    Parameters
    ----------
    asked : str
        One of `ENGINES`.
    customers : float
        How many customers the run has in all.

    Returns
    -------
    str
        The kernel where it saves time, counting what it costs to have it ready.
    """
    if asked == "reference":
        return "reference"
    if asked == "kernel":
        return "kernel"
    worth = _WORTH_LOADING if is_cached("play_shared") else _WORTH_COMPILING
    return "kernel" if customers >= worth else "reference"


def engine(name: EngineName) -> Engine:
    """Give the function that plays one replication; it is imported only when it is asked for."""
    return _kernel if name == "kernel" else _reference


def _kernel(program: Program, seed: int, replication: int) -> Tally:
    from simulator.engine.kernel import simulate

    return simulate(program, seed, replication)[0]


def _reference(program: Program, seed: int, replication: int) -> Tally:
    from simulator.engine.reference import simulate

    return simulate(program, seed, replication)
