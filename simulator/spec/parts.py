"""The parts of a touchpoint with their paths: its rows, the targets they name, the expressions they hold.

Paths are those a person writes (`if`, not `condition`; no `then` below `else`), relative to the touchpoint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from simulator.laws.law import Law
from simulator.spec.expressions import Expression
from simulator.spec.rows import Line, Share
from simulator.spec.touchpoint import Effect, Touchpoint

__all__ = [
    "Path",
    "effect_formulas",
    "formulas",
    "lines",
    "products_of",
    "row_formulas",
    "rows",
    "targets",
    "waits",
]

Path: TypeAlias = tuple[str, ...]

_ROWS: Final = ("otherwise", "on_abandon", "on_closed", "empty", "on_stockout")


def rows(touchpoint: Touchpoint) -> Iterator[tuple[Path, Mapping[str, Share]]]:
    """Yield every row that leads a customer onwards; not those of `refers`, which lead others."""
    for word in _ROWS:
        row = getattr(touchpoint, word)
        if isinstance(row, Mapping):
            yield (word,), row
    if touchpoint.back_in_stock is not None:
        yield ("back_in_stock", "then"), touchpoint.back_in_stock.then
        if touchpoint.back_in_stock.woken is not None:
            yield ("back_in_stock", "woken"), touchpoint.back_in_stock.woken
    for name, rule in (touchpoint.next or {}).items():
        yield ("next", name) if name == "else" else ("next", name, "then"), rule.then


def targets(touchpoint: Touchpoint) -> Iterator[tuple[Path, str]]:
    """Yield every target of the touchpoint's rows, choice and race; `back` and `wait` among them."""
    for path, row in rows(touchpoint):
        for target in row:
            yield (*path, target), target
    for word in ("choose", "race"):
        for target in getattr(touchpoint, word) or {}:
            yield (word, target), target


def row_formulas(row: Mapping[str, Share] | Mapping[str, Line]) -> Iterator[tuple[Path, Expression]]:
    """Yield the odds of a row or of a basket's lines."""
    for name, share in row.items():
        if share.odds is not None:
            yield (name, "odds"), share.odds


def effect_formulas(effects: Mapping[str, Effect]) -> Iterator[tuple[Path, Expression]]:
    """Yield the right-hand sides of a `set`."""
    for attribute, effect in effects.items():
        if effect.to is not None:
            yield (attribute, "to"), effect.to


def lines(touchpoint: Touchpoint) -> Iterator[tuple[str, str, Line]]:
    """Yield the basket's lines: `one_of` or `each`, the product, the line."""
    if touchpoint.sells is None:
        return
    for word in ("one_of", "each"):
        for product, line in (getattr(touchpoint.sells, word) or {}).items():
            yield word, product, line


def products_of(touchpoint: Touchpoint) -> set[str]:
    """Give every product that may be sold here, asked for or instead of another."""
    return {product for _, product, _ in lines(touchpoint)}.union(*touchpoint.substitutes.values())


def formulas(touchpoint: Touchpoint) -> Iterator[tuple[Path, Expression]]:
    """Yield every expression of the touchpoint."""
    if touchpoint.only_if is not None:
        yield ("only_if",), touchpoint.only_if
    for path, row in rows(touchpoint):
        yield from _below(path, row_formulas(row))
    for name, rule in (touchpoint.next or {}).items():
        if rule.condition is not None:
            yield ("next", name, "if"), rule.condition
    for name, option in (touchpoint.choose or {}).items():
        yield ("choose", name, "utility"), option.utility
    for name, clock in (touchpoint.race or {}).items():
        if clock.condition is not None:
            yield ("race", name, "if"), clock.condition
    for word, product, line in lines(touchpoint):
        yield from _below(("sells", word), row_formulas({product: line}))
    yield from _below(("set",), effect_formulas(touchpoint.set))
    if touchpoint.refers is not None:
        yield from _below(("refers", "enters"), row_formulas(touchpoint.refers.enters))
        yield from _below(("refers", "personas"), row_formulas(touchpoint.refers.personas or {}))


def waits(touchpoint: Touchpoint) -> Iterator[tuple[Path, Law]]:
    """Yield every time a customer may wait here: for the stay, in a queue or race, on the way onwards."""
    for word in ("dwell", "patience"):
        if getattr(touchpoint, word) is not None:
            yield (word,), getattr(touchpoint, word)
    if touchpoint.back_in_stock is not None:
        yield ("back_in_stock", "give_up"), touchpoint.back_in_stock.give_up
    for path, row in rows(touchpoint):
        for name, share in row.items():
            if share.after is not None:
                yield (*path, name, "after"), share.after
    for name, option in (touchpoint.choose or {}).items():
        if option.after is not None:
            yield ("choose", name, "after"), option.after
    for name, clock in (touchpoint.race or {}).items():
        yield ("race", name, "after"), clock.after


def _below(path: Path, found: Iterator[tuple[Path, Expression]]) -> Iterator[tuple[Path, Expression]]:
    return (((*path, *rest), expression) for rest, expression in found)
