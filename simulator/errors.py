"""The exception tree of the package.

::

    JourneyError
    ├── InputError         the input is wrong (exit code 2); carries every problem found
    │   ├── ModelError     a model or scenario file
    │   └── LogError       an event log
    ├── RunError           the run failed (exit code 1)
    │   ├── DrawError      a negative or NaN weight, duration or utility met while playing
    │   └── ConservationError  the books do not balance: a defect of the program itself
    └── MissingExtraError  an optional library is not installed
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "ConservationError",
    "DrawError",
    "InputError",
    "JourneyError",
    "LogError",
    "MissingExtraError",
    "ModelError",
    "Place",
    "Problem",
    "RunError",
    "nearest",
]


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a file.

    Attributes
    ----------
    file : str
        The file as the user named it; empty when the text came from memory.
    line, column : int
        One-based; 0 when unknown.
    """

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file or "<text>"]
        if self.line:
            parts.append(str(self.line))
        return ":".join(parts)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input, in words a person can act on.

    Attributes
    ----------
    message : str
        What is wrong, with the value seen.
    path : tuple of str
        The keys from the top of the file to the value.
    place : Place
        File and line.
    fix : str
        What is allowed, or the nearest valid name.
    """

    message: str
    path: tuple[str, ...] = ()
    place: Place = Place()
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.place}"
        if self.path:
            where += " " + ".".join(self.path)
        return f"{where}: {self.message}" + (f"; {self.fix}" if self.fix else "")


class JourneyError(Exception):
    """Anything this package raises on purpose."""


class InputError(JourneyError):
    """The input is wrong; every problem found is listed."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        found = [Problem(problems)] if isinstance(problems, str) else list(problems)
        self.problems: tuple[Problem, ...] = tuple(found)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ModelError(InputError):
    """A model or scenario file is wrong."""


class LogError(InputError):
    """An event log is wrong."""


class RunError(JourneyError):
    """A run failed after its input was accepted."""


class DrawError(RunError):
    """A weight, duration or utility met while playing is negative, NaN or out of range."""


class ConservationError(RunError):
    """The books of a run do not balance: a defect of this program, not of the model."""


class MissingExtraError(JourneyError):
    """An optional library is not installed.

    Parameters
    ----------
    library, extra : str
        What is missing, and the extra that brings it.
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed: pip install 'journey-simulator[{extra}]'"
        )


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Say which of the allowed names was probably meant.

    Returns
    -------
    str
        ``did you mean 'x'?``, else ``choose from a, b, c`` (at most twelve), else empty.

    Examples
    --------
    >>> nearest("serach", ["search", "cart"])
    "did you mean 'search'?"
    >>> nearest("zzz", ["search", "cart"])
    'choose from cart, search'
    """
    names = sorted(set(allowed))
    close = get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return ""
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return "choose from " + ", ".join(names[:12]) + more
