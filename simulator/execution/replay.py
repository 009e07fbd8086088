"""Play a recorded run again from its manifest alone."""

from __future__ import annotations

import shlex

from simulator.errors import InputError
from simulator.execution.replications import Progress, play
from simulator.program.compile import compile_journey
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
        If the run started from the customers of a log, which is no part of the folder.
    """
    manifest = recorded.manifest
    if "--open" in manifest["command"]:
        typed = shlex.join(manifest["command"])
        raise InputError(
            f"this run started from the customers of a log; play it again by its command: {typed}"
        )
    documents = [
        parse_document(source["text"], source["file"])
        for source in (manifest["model"], manifest["scenario"])
        if source is not None
    ]
    program = compile_journey(load_journey(*documents))
    by = manifest["engine"]
    tallies = play(program, manifest["seed"], manifest["replications"], workers, progress, by=by)
    return RunResult(program, manifest["seed"], tallies, engine=by)
