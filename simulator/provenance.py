"""The record of how a run was made: versions, platform and time."""

from __future__ import annotations

import datetime
import platform
from importlib import metadata
from typing import Final, TypedDict

import simulator

__all__ = ["Provenance", "record"]

# Libraries whose version can move a result or a file.
_LIBRARIES: Final = ("numpy", "numba", "simpy", "scipy", "pyarrow", "pydantic", "pyyaml", "holidays")


class Provenance(TypedDict):
    """What a manifest says about the program and the machine that made it."""

    journey: str
    python: str
    libraries: dict[str, str]
    platform: str
    machine: str
    created: str


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "absent"


def record() -> Provenance:
    """Record the program, the libraries, the machine and the time (UTC, to the second)."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return Provenance(
        journey=simulator.__version__,
        python=platform.python_version(),
        libraries={library: _version(library) for library in _LIBRARIES},
        platform=platform.platform(),
        machine=platform.machine(),
        created=now.isoformat(),
    )
