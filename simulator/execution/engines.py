"""Which engine plays: they give the same bytes, so the choice is about time alone."""

from __future__ import annotations

from typing import Final, Literal, Protocol

from simulator.compiled import is_ready
from simulator.engine.log import Watch
from simulator.engine.slices import Slice
from simulator.engine.tally import Tally
from simulator.program.program import Program

__all__ = ["ENGINES", "Engine", "EngineName", "choose_engine", "engine"]

EngineName = Literal["kernel", "reference"]


class Engine(Protocol):
    """Plays one block of a replication.

    With `watch`, it is told after each stretch the share played and, with `log`, the rows written since.
    """

    def __call__(
        self,
        program: Program,
        seed: int,
        replication: int,
        only: Slice | None = None,
        watch: Watch | None = None,
        log: bool = False,
        /,
    ) -> Tally:
        """Play it."""


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
    worth = _WORTH_LOADING if is_ready() else _WORTH_COMPILING
    return "kernel" if customers >= worth else "reference"


def engine(name: EngineName) -> Engine:
    """Give the function that plays one block; it is imported only when it is asked for."""
    return _kernel if name == "kernel" else _reference


def _kernel(
    program: Program,
    seed: int,
    replication: int,
    only: Slice | None = None,
    watch: Watch | None = None,
    log: bool = False,
) -> Tally:
    from simulator.engine.kernel import simulate

    return simulate(program, seed, replication, log=log, only=only, watch=watch)[0]


def _reference(
    program: Program,
    seed: int,
    replication: int,
    only: Slice | None = None,
    watch: Watch | None = None,
    log: bool = False,
) -> Tally:
    from simulator.engine.reference import simulate
    from simulator.engine.reference.recorder import Recorder

    if only is not None:
        raise ValueError("the reference engine plays whole replications")
    if watch is None:
        return simulate(program, seed, replication)
    recorder = Recorder(program, watch)
    hooks = (recorder.visit, recorder.end) if log else ()
    tally = simulate(program, seed, replication, *hooks)
    watch(1.0, recorder.rest())
    return tally
