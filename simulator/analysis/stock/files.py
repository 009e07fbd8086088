"""A stock plan as files: the order sheet and the shelves to come, in long form.

===========  ===============================================================================
orders.csv   unique_id, ds (first day of the week), order, mean, q10, q90, chance
stock.csv    unique_id, ds, mean, q10, q50, q90, chance_out, chance_out_by
===========  ===============================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from simulator.analysis.stock.document import stock_document
from simulator.analysis.stock.plan import StockPlan
from simulator.results.eventlog import safe_text
from simulator.results.folder import write_json

__all__ = ["write_stock"]


def write_stock(plan: StockPlan, folder: Path) -> None:
    """Write the plan as JSON, and its tables as CSV, into a folder that exists."""
    document = stock_document(plan)
    write_json(folder / "stock.json", document)
    for name, key in (("orders", "plan"), ("stock", "stock")):
        rows = [(one, row) for one, product in document["products"].items() for row in product[key]]
        _write_csv(folder / f"{name}.csv", rows)


def _write_csv(path: Path, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Write rows for spreadsheets; no name would run as a formula there."""
    listed: Sequence[tuple[str, dict[str, Any]]] = list(rows)
    columns = [column for column in listed[0][1] if column != "date"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["unique_id", "ds", *columns])
        for name, row in listed:
            writer.writerow([safe_text(name), row["date"], *(f"{row[column]:.12g}" for column in columns)])
