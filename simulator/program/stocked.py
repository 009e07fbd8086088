"""The same journey with other shelves: never out, out and nobody notices, or under another policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.program.program import Program
from simulator.program.tables import ProductStock, Shelf

__all__ = ["with_stock", "without_feedback", "without_shelves"]


def with_stock(program: Program, changes: Mapping[int, Mapping[str, int]]) -> Program:
    """Change columns of products that can run out; nothing else of the program moves.

    Parameters
    ----------
    program : Program
    changes : mapping of product to mapping of column to number
        Columns as in `ProductStock`.
    """
    products = program.structure.products.copy()
    for product, columns in changes.items():
        for name, value in columns.items():
            products[product, ProductStock._fields.index(name)] = value
    return replace(program, structure=replace(program.structure, products=products))


def without_feedback(program: Program) -> Program:
    """Keep and count every shelf, and let no customer notice when it is empty.

    The journeys, so also the demand, are those of endless stock; what a policy does on these demand
    paths is what it would do if a stock-out changed nobody.
    """
    return _all_shelves(program, Shelf.BLIND)


def without_shelves(program: Program) -> Program:
    """Let nothing ever run out, and keep no shelf."""
    return _all_shelves(program, Shelf.ENDLESS)


def _all_shelves(program: Program, kind: int) -> Program:
    column = ProductStock._fields.index("limited")
    limited = (program.structure.products[:, column] != Shelf.ENDLESS).nonzero()[0].tolist()
    return with_stock(program, {product: {"limited": kind} for product in limited})
