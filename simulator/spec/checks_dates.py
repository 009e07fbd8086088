"""Checks of planned dates and hazards: a date that is waited for exists, and a stay ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulator.errors import nearest
from simulator.laws.law import Law
from simulator.spec.model import Model
from simulator.spec.parts import Path, waits
from simulator.spec.view import Finding, View

__all__ = ["check_dates"]

# Waits that need no end of their own: another clock, a server or a delivery ends them.
_ENDED_OTHERWISE: Final = ("race", "patience", "back_in_stock")


def check_dates(view: View) -> Iterator[Finding]:
    """Find waits for dates that nobody has, and stays and ways that may last for ever."""
    for base, touchpoint in view.each():
        for path, law in waits(touchpoint):
            if law.attribute:
                yield from _date((*base, *path), law, view.model)
            if not law.is_sure and path[0] not in _ENDED_OTHERWISE:
                yield Finding(
                    (*base, *path),
                    "this hazard may never end the wait",
                    "give it a rate in a last band such as 30+ days"
                    + (", or overdue" if law.is_dated else ""),
                )


def _date(path: Path, law: Law, model: Model) -> Iterator[Finding]:
    name = law.attribute
    if name in model.dates:
        return
    if name in model.attributes:
        fix = f"write attributes: {{{name}: {{planned: 10 days}}}}"
        yield Finding(path, f"{name!r} is a number, not a planned date", fix)
    else:
        fix = nearest(name, model.dates) or f"write attributes: {{{name}: {{planned: 10 days}}}}"
        yield Finding(path, f"no attribute with a planned date is called {name!r}", fix)
