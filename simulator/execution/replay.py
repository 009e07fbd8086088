"""Play a recorded run again from its manifest alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from simulator.errors import InputError
from simulator.execution.ignorance import Ignorance, Playable, UnsureProgram, as_written, two_futures
from simulator.execution.replications import Progress, play
from simulator.program.compile import compile_journey
from simulator.program.program import Program
from simulator.results.folder import Recorded
from simulator.results.summary import RunResult
from simulator.spec.document import parse_document
from simulator.spec.load import load_journey

__all__ = ["replay"]


def replay(recorded: Recorded, workers: int = 1, progress: Progress | None = None) -> RunResult:
    """Play a run again: same texts, seed and replications, so the same digest on the same platform.

    Parameters
    ----------
    recorded : Recorded
        A run folder as read.
    workers : int
        Processes to use.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Raises
    ------
    ModelError
        If this version of the program no longer accepts the texts.
    InputError
        If the run started from the customers of a log, which is no part of the folder, or the folder holds
        a stock plan, whose policies a search has found.
    """
    manifest = recorded.manifest
    typed = shlex.join(manifest["command"])
    if "--open" in manifest["command"]:
        raise InputError(
            f"this run started from the customers of a log; play it again by its command: {typed}"
        )
    if manifest["kind"] == "stock":
        raise InputError(f"a stock plan is found by a search; search again by its command: {typed}")
    documents = [
        parse_document(source["text"], source["file"])
        for source in (manifest["model"], manifest["scenario"])
        if source is not None
    ]
    journey, by, seed = load_journey(*documents), manifest["engine"], manifest["seed"]
    program: Playable = compile_journey(journey)
    numbers: Sequence[int] = range(manifest["replications"])
    if "--uncertainty" in manifest["command"]:
        program = UnsureProgram(Ignorance(load_journey(documents[0])), journey)
        if manifest["kind"] == "forecast":
            numbers = two_futures(len(numbers))[: len(numbers)]
    tallies = play(program, seed, numbers, workers, progress, by=by)
    played = [] if isinstance(program, Program) else [program.at(seed, number) for number in numbers]
    return RunResult(as_written(program), seed, tallies, engine=by, drawn=played)
