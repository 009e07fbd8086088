"""The one door to compiled code: how every numeric function of the engines is built.

Results must be the same bytes from either engine, so every compiled function has the same
settings: no fast-math, IEEE division (no exception), no vendor vector library, and a disk cache
whose folder is named by the content of *all* compiled sources and the library versions, because
Numba's own cache does not see a change in a function of another file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

__all__ = ["compiled", "forget_old_caches", "inlined", "inner", "is_ready", "mark_ready", "raw"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Array = TypeVar("_Array")


def _sources() -> list[Path]:
    """List the files that hold compiled functions, in a fixed order."""
    root = Path(__file__).parent
    # The frozen ones hold numbers that compiled code freezes.
    frozen = (
        "limits.py",
        "addresses.py",
        "program/kinds.py",
        "program/tables.py",
        "program/image.py",
        "program/program.py",
        "program/calendar.py",
        "spec/model.py",
        "spec/expressions/compiling.py",
        "spec/expressions/vocabulary.py",
    )
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
from numba.core import types  # noqa: E402
from numba.core.codegen import JITCodeLibrary  # noqa: E402
from numba.core.compiler import CompilerBase, DefaultPassBuilder  # noqa: E402
from numba.core.compiler_machinery import LoweringPass, register_pass  # noqa: E402
from numba.core.typed_passes import NativeLowering  # noqa: E402
from numba.extending import intrinsic  # noqa: E402

_VERSION: Final = _fingerprint(f"{numba.__version__} {numpy.__version__} {platform.python_version()}")
if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder() / _VERSION)  # type: ignore[attr-defined]  # set at run time


# Two versions side by side, and one to go back to; of today's, all: somebody is working on the sources,
# perhaps in several checkouts.
_KEPT: Final = 3
_TODAY: Final = 86_400.0


def forget_old_caches() -> None:
    """Remove the compiled code of old versions; called after a compilation."""
    folder = Path(str(numba.config.CACHE_DIR))  # type: ignore[attr-defined]  # set at run time
    if folder.parent != _cache_folder() or not folder.is_dir():
        return  # somebody else's folder
    made = {one: one.stat().st_mtime for one in folder.parent.iterdir() if one.is_dir() and one != folder}
    for old in sorted(made, key=lambda one: -made[one])[_KEPT - 1 :]:
        if made[old] < time.time() - _TODAY:
            shutil.rmtree(old, ignore_errors=True)


def _stamp() -> Path:
    """Say where it is noted that all is compiled: for this version, in this place, as in Numba's cache."""
    place = hashlib.blake2b(f"{_VERSION} {Path(__file__).parent}".encode(), digest_size=12).hexdigest()
    return Path(str(numba.config.CACHE_DIR)) / f"ready-{place}"  # type: ignore[attr-defined]  # set at run time


def is_ready() -> bool:
    """Whether everything was compiled before."""
    return _stamp().is_file()


def mark_ready() -> None:
    """Note that everything is compiled; where nothing can be written, nothing is kept either."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # set at run time
        return
    with contextlib.suppress(OSError):
        _stamp().touch()


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


class _PartLibrary(JITCodeLibrary):
    """Code that is neither optimised nor translated by itself, only as part of what calls it.

    Numba would bring every function to machine code with all it calls, level by level, which is most of
    the time a compilation takes. Whatever of Numba's changes, the worst is that time.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()  # type: ignore[no-untyped-call]  # Numba has no types
        self._finalized = True


@register_pass(mutates_CFG=False, analysis_only=False)  # type: ignore[no-untyped-call]  # as above
class _OfferPart(LoweringPass):
    """Make a part known to what calls it."""

    _name = "offer_part"

    def __init__(self) -> None:
        LoweringPass.__init__(self)  # type: ignore[no-untyped-call]  # as above

    def run_pass(self, state: Any) -> bool:
        state.library._ensure_finalized()
        # Callers find a part by its door to Python. It has none, so something of that type stands in.
        door = list[object]().append
        state.targetctx.insert_user_function(door, state["cr"].fndesc, [state.library])
        state["cr"] = state["cr"]._replace(cfunc=door)
        return True


class _PartCompiler(CompilerBase):
    """Numba's own passes, with a part in place of machine code at the end."""

    def define_pipelines(self) -> list[Any]:
        state, library, builder = self.state, cast("Any", _PartLibrary), cast("Any", DefaultPassBuilder)
        state.library = library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        passes = builder.define_nopython_pipeline(state)
        passes.add_pass_after(_OfferPart, NativeLowering)
        passes.finalize()
        return [passes]


_PART: Final[dict[str, Any]] = {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "pipeline_class": _PartCompiler,
}


def inner(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function that only compiled code calls, as part of its callers."""
    build: Any = numba.njit(**_PART, **_SETTINGS)
    return cast("Callable[_P, _R]", build(function))


def inlined(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile an inner function into every place that calls it, so that a loop can see through it."""
    build: Any = numba.njit(forceinline=True, **_PART, **_SETTINGS)
    return cast("Callable[_P, _R]", build(function))


@inner
def _unchanged(array: _Array) -> _Array:
    return array


@intrinsic
def _pointer(typing_context: Any, array: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    pointer: Any = types.CPointer
    return pointer(array.dtype)(array), generate


def _raw() -> Callable[[_Array], _Array]:
    """Choose what `raw` does: pointers know no bounds, and plain Python has none."""
    plain = numba.config.DISABLE_JIT or numba.config.BOUNDSCHECK  # type: ignore[attr-defined]  # set at run time
    return cast("Callable[[_Array], _Array]", _unchanged if plain else _pointer)


# In compiled code, give an array's memory alone: to be indexed from 0, and passed on in one word instead
# of seven. With bounds checked, and without compilation, it gives the array itself.
raw = _raw()
