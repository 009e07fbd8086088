"""Edits of single values: `{set: x}`, `{scale: x}`, `{add: x}` on numbers, quantities, laws, expressions.

Everything here works on values as written, so a quantity keeps its unit. Arithmetic is decimal: what a
person writes as 0.3 scaled by 1.15 is 0.345, not the nearest sum of binary fractions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias, cast

from simulator.spec import units
from simulator.spec.rows import ROW_TOLERANCE
from simulator.spec.shapes import Kind, Shape

__all__ = ["Edit", "edit_of", "edit_row", "edit_value", "holds_edit", "seen"]

WORDS: Final = ("set", "scale", "add")
Row: TypeAlias = dict[str, Any]

# Parameters without a unit of time: they give a law its shape, not its length.
_SHAPE_PARAMETERS: Final = frozenset(["cv", "sigma", "shape"])
_QUANTITY: Final = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*")


@dataclass(frozen=True)
class Edit:
    """One edit: the word and what stands behind it."""

    word: str
    operand: Any

    def __str__(self) -> str:
        return f"{{{self.word}: {self.operand}}}"


def edit_of(value: Any) -> Edit | None:
    """Read an edit; None if the value is none.

    Raises
    ------
    ValueError
        If an edit stands beside other keys.
    """
    if not isinstance(value, dict):
        return None
    words = [word for word in WORDS if word in value]
    if not words:
        return None
    if len(value) > 1:
        raise ValueError(f"an edit is one of set, scale or add by itself, not {', '.join(value)} together")
    return Edit(words[0], value[words[0]])


def holds_edit(value: Any) -> bool:
    """Tell whether an edit is hidden inside a value that replaces another whole."""
    if isinstance(value, dict):
        return any(key in WORDS or holds_edit(part) for key, part in value.items())
    return isinstance(value, list) and any(map(holds_edit, value))


def seen(value: Any, longest: int = 60) -> str:
    """Write a value shortly, as a person would in a file."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {seen(part, longest)}" for key, part in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(seen(part, longest) for part in value) + "]"
    else:
        text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _factor(edit: Edit) -> Decimal:
    if not _is_number(edit.operand):
        raise ValueError(f"{edit.word} needs a number, not {seen(edit.operand)}")
    return Decimal(repr(edit.operand))


def _number(value: Decimal, like: Any) -> int | float:
    """Give a whole number as such where the old one was."""
    return int(value) if isinstance(like, int) and value == value.to_integral_value() else float(value)


def _split(text: str) -> tuple[Decimal, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{seen(text)} is no number with a unit, so it cannot be edited")
    return Decimal(match[1]), " ".join(match[2].split())


def _join(number: Decimal, unit: str) -> str:
    return f"{number.normalize():f} {unit}".rstrip()


_LINEAR: Final[tuple[Callable[[str], float], ...]] = (
    units.parse_duration,
    units.parse_rate,
    units.parse_money_rate,
)


def _same_measure(old: str, added: str) -> tuple[float, float]:
    """Read both texts by the one parser that reads both."""
    for parse in _LINEAR:
        try:
            return parse(old), parse(added)
        except ValueError:
            continue
    raise ValueError(f"{added} cannot be added to {old}; write it in the same unit")


def _add_text(old: str, added: Any) -> str:
    if not isinstance(added, str):
        raise ValueError(f"add needs a quantity with its unit, such as {old}, not {seen(added)}")
    (number, unit), (more, other) = _split(old), _split(added)
    if unit == other:
        return _join(number + more, unit)
    before, plus = _same_measure(old, added.lstrip("+- "))
    sign = -1 if more < 0 else 1
    if before == 0:
        return added
    sum_ = float(number) * (before + sign * plus) / before
    return _join(Decimal(f"{sum_:.12g}"), unit)  # the units differ by floats, such as 30.4375 days


def edit_number(old: Any, edit: Edit) -> Any:
    """Edit a number, or a quantity with its unit (`140 per day`).

    Raises
    ------
    ValueError
        If the edit does not fit the value.
    """
    if edit.word == "set":
        return edit.operand
    if isinstance(old, str):
        if edit.word == "add":
            return _add_text(old, edit.operand)
        number, unit = _split(old)
        return _join(number * _factor(edit), unit)
    if not _is_number(old):
        raise ValueError(f"{edit} needs a number to act on, not {seen(old)}")
    if edit.word == "add" and isinstance(edit.operand, str) and old == 0:
        return edit.operand
    number, other = Decimal(repr(old)), _factor(edit)
    return _number(number * other if edit.word == "scale" else number + other, old)


def _edit_law(old: Any, edit: Edit) -> Any:
    if not isinstance(old, dict) or edit.word == "set":
        return edit_number(old, edit)
    if edit.word == "add":
        raise ValueError(f"add acts on a plain value, not on the law {seen(old)}; write scale or set")
    return {name: _scaled(parameters, edit) for name, parameters in old.items()}


def _scaled(parameters: Any, edit: Edit) -> Any:
    if not isinstance(parameters, dict):
        return edit_number(parameters, edit)
    return {
        key: value if key in _SHAPE_PARAMETERS else edit_number(value, edit)
        for key, value in parameters.items()
    }


def _edit_formula(old: Any, edit: Edit) -> Any:
    if edit.word == "set":
        return edit.operand
    if edit.word == "scale":
        raise ValueError("on an expression write add or set, not scale")
    if _is_number(old) and _is_number(edit.operand):
        return edit_number(old, edit)
    if isinstance(edit.operand, bool) or not isinstance(edit.operand, int | float | str):
        raise ValueError(f"add needs a number or an expression, not {seen(edit.operand)}")
    return old if edit.operand == 0 else f"({old}) + {edit.operand}"


_EDITORS: Final[Mapping[Kind, Callable[[Any, Edit], Any]]] = {
    Kind.QUANTITY: edit_number,
    Kind.LAW: _edit_law,
    Kind.FORMULA: _edit_formula,
}


def edit_value(shape: Shape, old: Any, edit: Edit) -> Any:
    """Edit a value of some shape.

    Raises
    ------
    ValueError
        If values of this shape cannot be edited, or the edit does not fit.
    """
    editor = _EDITORS.get(shape.kind)
    if editor is None:
        raise ValueError(f"{edit} needs a number, a law or an expression to act on; write the new value")
    return editor(old, edit)


# --------------------------------------------------------------------------- rows


def _is_rest(share: Any) -> bool:
    return share == "rest" or (isinstance(share, dict) and share.get("p", "rest") == "rest")


def rest_of(row: Mapping[str, Any]) -> str | None:
    """Name the target that is written `rest`."""
    return next((name for name, share in row.items() if _is_rest(share)), None)


def _probability(name: str, share: Any) -> float:
    p = share.get("p") if isinstance(share, dict) else share
    if not _is_number(p):
        raise ValueError(f"{name} has the probability {seen(p)}, which is no number")
    return float(cast(float, p))


def _edit_share(name: str, share: Any, edit: Edit) -> Any:
    """Edit the probability of one target; its `after` and `odds` stay."""
    p = _probability(name, share)
    new = edit_number(p, edit)
    if not _is_number(new):
        raise ValueError(f"{edit} gives {name} {seen(new)}, which is no probability")
    if not 0 <= new <= 1:
        raise ValueError(f"{edit} takes {name} from {p:.10g} to {new:.10g}; a probability lies in 0–1")
    return {**share, "p": new} if isinstance(share, dict) else new


def edit_row(row: Row, edits: Mapping[str, Edit | None]) -> Row:
    """Edit single targets of a row; what they gain or lose, the target that is `rest` makes up.

    Parameters
    ----------
    row : mapping of target to share
        As written.
    edits : mapping of target to Edit or None
        None removes the target. Every target is in the row.

    Raises
    ------
    ValueError
        If the row has no `rest`, an edit acts on `rest`, or a probability would leave 0–1.
    """
    rest = rest_of(row)
    if rest is None:
        raise ValueError(
            "no target of this row is rest, so a difference has nowhere to go; write the row whole"
        )
    if rest in edits:
        raise ValueError(f"{rest} is rest: what the others leave; edit the others, or write the row whole")
    out = {name: share for name, share in row.items() if edits.get(name, share) is not None}
    for name, edit in edits.items():
        if edit is not None:
            out[name] = _edit_share(name, row[name], edit)
    left = 1 - math.fsum(_probability(name, share) for name, share in out.items() if name != rest)
    if left < -ROW_TOLERANCE:
        raise ValueError(f"the edits leave {left:.10g} for {rest}, which is rest; a probability lies in 0–1")
    return out
