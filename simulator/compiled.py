"""The one door to compiled code: how every numeric function of the engines is built.

Results must be the same bytes from either engine, so every compiled function has the same
settings: no fast-math, IEEE division (no exception), no vendor vector library, and a disk cache
whose folder is named by the content of *all* compiled sources and the library versions, because
Numba's own cache does not see a change in a function of another file.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

__all__ = ["compiled", "inner", "is_cached"]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _sources() -> list[Path]:
    """List the files that hold compiled functions, in a fixed order."""
    root = Path(__file__).parent
    # The frozen ones hold numbers that compiled code freezes.
    frozen = ("program/tables.py", "program/image.py", "spec/expressions/vocabulary.py")
    patterns = ("laws/*.py", "engine/*.py", "engine/kernel/*.py", *frozen)
    return [Path(__file__), *(path for pattern in patterns for path in sorted(root.glob(pattern)))]


def _fingerprint(versions: str) -> str:
    """Hash every compiled source and the versions that compile it."""
    digest = hashlib.blake2b(versions.encode(), digest_size=12)
    for path in _sources():
        digest.update(path.name.encode() + b"\x00" + path.read_bytes())
    return digest.hexdigest()


def _cache_folder() -> Path:
    """Name the folder of compiled code: the user's cache, never the working directory."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "journey-simulator"


os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numba  # noqa: E402  (the settings above must be in place before it loads)
import numpy  # noqa: E402

if "NUMBA_CACHE_DIR" not in os.environ:
    _versions = f"{numba.__version__} {numpy.__version__} {platform.python_version()}"
    numba.config.CACHE_DIR = str(_cache_folder() / _fingerprint(_versions))  # type: ignore[attr-defined]  # set at run time


def is_cached(name: str) -> bool:
    """Whether a function of this name was compiled before, by this version of everything."""
    folder = Path(str(numba.config.CACHE_DIR))  # type: ignore[attr-defined]  # set at run time
    return any(folder.glob(f"*/*.{name}-*.nbi"))


# No reference counting: compiled code allocates nothing, and counting would cost more than the work.
_SETTINGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function with the settings every engine relies on.

    Parameters
    ----------
    function : callable
        Takes and returns numbers and arrays only.

    Returns
    -------
    callable
        The compiled function; ``py_func`` holds the original.
    """
    build: Any = numba.njit(cache=True, **_SETTINGS)
    return cast("Callable[_P, _R]", build(function))


def inner(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function that only compiled code calls; leaving the door to Python out saves time."""
    without_doors: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    build: Any = numba.njit(**without_doors, **_SETTINGS)
    return cast("Callable[_P, _R]", build(function))
