"""What is compared: scenario files, scenarios applied together (``a.yaml+b.yaml``), affordable sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

from simulator.errors import InputError, ModelError, Problem, nearest
from simulator.spec.document import Document, read_document
from simulator.spec.scenario import Idea, expand, read_scenario
from simulator.spec.together import applied_together

__all__ = ["Ideas", "Limits", "read_ideas", "read_limits"]

_LIMIT: Final = re.compile(r"\s*([a-z]+)\s*:\s*([0-9][0-9_,]*\.?[0-9]*)\s*")


@dataclass(frozen=True)
class Ideas:
    """Everything that is compared with the base.

    Attributes
    ----------
    single : list of Idea
        Files and points of sweeps, in the order given; those of which combinations consist among them.
    joint : list of Idea
        Several applied together.
    members : dict of str to tuple of str
        Of each of these, whose names it is made of.
    """

    single: list[Idea]
    joint: list[Idea] = field(default_factory=list)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def every(self) -> list[Idea]:
        """All of them."""
        return [*self.single, *self.joint]


def read_ideas(model: Path, words: Sequence[Path]) -> Ideas:
    """Read the scenarios of a command line.

    Parameters
    ----------
    model : Path
        The model the scenarios are for.
    words : sequence of Path
        Files; two or more joined by ``+`` are applied together, and compared one by one too, so that
        their interaction shows.

    Raises
    ------
    ModelError
        With every problem of all files, and every pair that changes the same thing.
    """
    problems: list[Problem] = []
    base = _tried(problems, partial(read_document, model))
    read: dict[Path, list[Idea]] = {}
    for path in (path for word in words for path in _pieces(word)):
        if path not in read:
            found = _tried(problems, partial(read_scenario, path))
            read[path] = [] if found is None else _tried(problems, partial(expand, found)) or []
    if problems or base is None:
        raise ModelError(dict.fromkeys(problems))
    return _arranged(base, words, read)


def _arranged(base: Document, words: Sequence[Path], read: Mapping[Path, list[Idea]]) -> Ideas:
    plain = [word for word in words if len(_pieces(word)) == 1]
    parts = [path for word in words if word not in plain for path in _pieces(word)]
    # A file named twice stays twice, to be refused by name; one that a combination brings does not.
    single = [replace(idea) for word in plain for idea in read[word]]
    single += [idea for path in dict.fromkeys(parts) if path not in plain for idea in read[path]]
    found = Ideas(single)
    problems: list[Problem] = []
    for word in (word for word in words if word not in plain):
        for several in product(*(read[path] for path in _pieces(word))):
            idea = _tried(problems, partial(applied_together, base, several))
            if idea is not None:
                found.joint.append(idea)
                found.members[idea.name] = tuple(one.name for one in several)
    if problems:
        raise ModelError(dict.fromkeys(problems))
    return found


def _tried(problems: list[Problem], load: Callable[[], Any]) -> Any:
    try:
        return load()
    except ModelError as error:
        problems.extend(error.problems)
        return None


def _pieces(word: Path) -> list[Path]:
    """Split what is joined by a plus, unless a file has that name."""
    if "+" not in str(word) or word.exists():
        return [word]
    pieces = [Path(piece.strip()) for piece in str(word).split("+")]
    if len(set(pieces)) < len(pieces) or Path(".") in pieces:
        raise InputError([Problem(f"{word}: write two or more different files, joined by +")])
    return pieces


# --------------------------------------------------------------------------- what can be paid for


@dataclass(frozen=True)
class Limits:
    """What ideas may cost together, in the model's currency; None is no limit.

    Attributes
    ----------
    once, monthly, total : float or None
        Paid once; paid every month; both over the run.
    """

    once: float | None = None
    monthly: float | None = None
    total: float | None = None

    def allow(self, once: float, monthly: float, months: float) -> bool:
        """Say whether such costs are within the limits."""
        costs = ((self.once, once), (self.monthly, monthly), (self.total, once + monthly * months))
        return all(limit is None or cost <= limit + 1e-9 for limit, cost in costs)

    def __str__(self) -> str:
        named = (("once", self.once), ("monthly", self.monthly), ("over the run", self.total))
        return ", ".join(f"{limit:,.0f} {name}" for name, limit in named if limit is not None)


def read_limits(texts: Sequence[str]) -> Limits | None:
    """Read ``once:2500``, ``monthly:150``, ``total:4000``; None if there are none.

    Raises
    ------
    InputError
        If one is none of these.
    """
    found: dict[str, float] = {}
    for text in texts:
        match = _LIMIT.fullmatch(text)
        if not match:
            raise InputError([Problem(f"--budget is {text!r}", fix="write once:2500 or monthly:150")])
        if match[1] not in ("once", "monthly", "total"):
            fix = nearest(match[1], ["once", "monthly", "total"])
            raise InputError([Problem(f"--budget: there is no limit {match[1]!r}", fix=fix)])
        if match[1] in found:
            raise InputError([Problem(f"--budget: {match[1]!r} is given twice")])
        found[match[1]] = float(re.sub("[_,]", "", match[2]))
    return Limits(**found) if found else None
