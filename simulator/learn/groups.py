"""Groups of cases too small to stand alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from simulator import limits
from simulator.errors import LogError, Place, Problem
from simulator.learn.log import EventLog

__all__ = ["merge_small"]

OTHER: Final = "other"


def merge_small(log: EventLog, least: int) -> EventLog:
    """Merge the personas with fewer than so many cases into one, called `other`.

    Parameters
    ----------
    log : EventLog
        A log, with or without personas.
    least : int
        Personas with fewer cases are merged; 0 keeps all.

    Raises
    ------
    LogError
        If more personas are left than anybody could read.
    """
    sizes = np.bincount(log.persona, minlength=len(log.personas))
    small = [name for name, size in zip(log.personas, sizes, strict=False) if size < least]
    if small:
        kept = [name for name in log.personas if name not in small and name != OTHER]
        place = {name: code for code, name in enumerate(kept)}
        codes = np.array([place.get(name, len(kept)) for name in log.personas])
        log = replace(log, personas=(*kept, OTHER), persona=codes[log.persona])
    if len(log.personas) > limits.LEARNT_PERSONAS:
        message = f"the persona column has {len(log.personas):,} values, more than {limits.LEARNT_PERSONAS}"
        fix = "name a column of groups, or merge small ones with --min-persona"
        raise LogError([Problem(message, place=Place(log.name), fix=fix)])
    return log
