"""A program on its way to a worker: packed once, unpacked once by each process."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final

from simulator.execution.ignorance import Playable

__all__ = ["Parcel"]

# Programs a process keeps: more than a comparison has ideas; the points of a large sweep take turns.
_KEPT: Final = 128


class Parcel:
    """A program as tasks carry it.

    Threads take it as it is. To another process it goes as compressed bytes, and what an engine works out
    of a program there serves every later task.

    Parameters
    ----------
    program : Program or UnsureProgram
    """

    def __init__(self, program: Playable) -> None:
        self.program = program

    @cached_property
    def _packed(self) -> bytes:
        return zlib.compress(pickle.dumps(self.program, protocol=5), level=1)

    def __reduce__(self) -> tuple[Callable[[bytes], Parcel], tuple[bytes]]:
        return _unpacked, (self._packed,)


@lru_cache(_KEPT)
def _unpacked(packed: bytes) -> Parcel:
    return Parcel(pickle.loads(zlib.decompress(packed)))
