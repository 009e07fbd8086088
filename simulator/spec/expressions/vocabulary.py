"""The words of the expression language: kinds, operations, and what each name means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from keyword import iskeyword
from types import MappingProxyType
from typing import Final

from simulator.limits import EXPRESSION_DEPTH
from simulator.spec.units import MILLISECONDS

__all__ = [
    "CONNECTIVES",
    "DAYS",
    "FUNCTIONS",
    "NOT_FINITE",
    "PLAIN",
    "ROOTS",
    "STACK_CELLS",
    "Function",
    "Kind",
    "Name",
    "Op",
    "Root",
    "is_reserved",
]

CONNECTIVES: Final = frozenset({"and", "or", "not"})
NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})

# A call of `clip` keeps two values below the third, every other operation one below the next,
# so each level of nesting adds at most two cells to the one of the innermost value.
STACK_CELLS: Final = 2 * EXPRESSION_DEPTH + 1


class Kind(StrEnum):
    """What an expression gives: a number, a time in milliseconds, or a truth (1 or 0)."""

    NUMBER = "number"
    TIME = "time"
    TRUTH = "truth"


class Op(IntEnum):
    """The operations of the stack program, ordered by how many values they take.

    The numbers are written into compiled programs and into compiled code: append within a group
    only together with the evaluator in ``simulator.engine.stack``.
    """

    CONSTANT = 0
    LOAD = 1

    NEGATE = 2
    NOT = 3
    EXP = 4
    LOG = 5
    SIGMOID = 6

    ADD = 7
    SUBTRACT = 8
    MULTIPLY = 9
    DIVIDE = 10
    LESS = 11
    LESS_EQUAL = 12
    GREATER = 13
    GREATER_EQUAL = 14
    EQUAL = 15
    NOT_EQUAL = 16
    AND = 17
    OR = 18
    MIN = 19
    MAX = 20

    CLIP = 21


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name an expression refers to.

    Attributes
    ----------
    root : str
        ``attribute``, a word such as ``waited``, or what stands before the dot (``visits``).
    member : str
        The name as written (NFC), without backquotes; empty for a word that stands alone.
    """

    root: str
    member: str = ""

    def __str__(self) -> str:
        if not self.member:
            return self.root
        plain = self.member.isidentifier() and not self.member.startswith("__")
        plain = plain and not (self.root == "attribute" and is_reserved(self.member))
        written = self.member if plain else "`" + self.member.replace("`", "``") + "`"
        return written if self.root == "attribute" else f"{self.root}.{written}"


@dataclass(frozen=True, slots=True)
class Root:
    """A word that is followed by a dot and a name: the kind of its value, what the name is."""

    kind: Kind
    member: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function that may be called: its operation and how many values it takes."""

    op: Op
    least: int
    most: int | None


ROOTS: Final[Mapping[str, Root]] = MappingProxyType(
    {
        "persona": Root(Kind.NUMBER, "trait"),
        "visits": Root(Kind.NUMBER, "touchpoint"),
        "waited_at": Root(Kind.TIME, "touchpoint"),
        "since": Root(Kind.TIME, "touchpoint"),
        "price": Root(Kind.NUMBER, "product"),
        "stock": Root(Kind.NUMBER, "product"),
    }
)

PLAIN: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "waited": Kind.TIME,
        "elapsed": Kind.TIME,
        "now": Kind.TIME,
        "orders": Kind.NUMBER,
        "short": Kind.NUMBER,
        "weekday": Kind.NUMBER,
        "hour": Kind.NUMBER,
    }
)

DAYS: Final[Mapping[str, int]] = MappingProxyType(
    {day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {
        "min": Function(Op.MIN, 2, None),
        "max": Function(Op.MAX, 2, None),
        "clip": Function(Op.CLIP, 3, 3),
        "exp": Function(Op.EXP, 1, 1),
        "log": Function(Op.LOG, 1, 1),
        "sigmoid": Function(Op.SIGMOID, 1, 1),
    }
)


def is_reserved(word: str) -> bool:
    """Say whether a bare word means something else than the attribute of that name."""
    taken = any(word in table for table in (DAYS, PLAIN, FUNCTIONS, ROOTS, MILLISECONDS))
    return taken or iskeyword(word) or word.casefold() in NOT_FINITE
