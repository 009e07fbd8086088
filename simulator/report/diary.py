"""One customer's diary, as a table to read and as CSV for machines."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from simulator.program.program import Names, Program
from simulator.program.tables import BACK, Manner
from simulator.spec.load import Journey
from simulator.spec.units import format_duration

__all__ = ["CUSTOMER_COLUMNS", "DiaryLike", "PageLike", "VisitLike", "diary_csv", "diary_table"]

CUSTOMER_COLUMNS: Final = (
    "persona",
    "customer",
    "kind",
    "touchpoint",
    "entry",
    "entered",
    "waited",
    "left",
    "manner",
    "target",
    "asked",
    "sold",
)
# A spreadsheet takes a text that begins so for a formula (CWE-1236).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_MANNERS: Final = {
    Manner.REFUSED: "turned away at the gate",
    Manner.ABANDONED: "gave up waiting",
    Manner.CLOSED: "found it closed",
    Manner.STOCKOUT: "got nothing: out of stock",
    Manner.EMPTY: "wanted nothing",
    Manner.RESUMED: "went on as planned",
}


class VisitLike(Protocol):
    """One visit; times in ms since the start."""

    touchpoint: int
    entry: int
    entered: int
    waited: int
    left: int
    manner: int
    target: int
    asked: int
    sold: int
    attributes: tuple[float, ...]


class PageLike(Protocol):
    """One visit and what it sold: units by product."""

    @property
    def visit(self) -> VisitLike: ...  # noqa: D102

    @property
    def bought(self) -> tuple[tuple[int, int], ...]: ...  # noqa: D102


class DiaryLike(Protocol):
    """What a diary holds, wherever it comes from."""

    @property
    def persona(self) -> int: ...  # noqa: D102

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def arrived(self) -> int: ...  # noqa: D102

    @property
    def address(self) -> str: ...  # noqa: D102

    @property
    def pages(self) -> Sequence[PageLike]: ...  # noqa: D102


def _instant(program: Program, time: int) -> datetime.datetime:
    start = datetime.datetime.combine(program.start, datetime.time())
    return start + datetime.timedelta(milliseconds=time)


# --------------------------------------------------------------------------- for machines


def diary_csv(program: Program, found: Iterable[DiaryLike]) -> str:
    """Write diaries as CSV, a row a visit.

    Times are local and exact to the millisecond, `waited` is in seconds; a target ``back`` is the race
    that a side trip returns to. Attributes are written with every digit.

    Parameters
    ----------
    program : Program
        What the indices of a diary stand for.
    found : iterable of Diary
        In the order wanted.

    Returns
    -------
    str
        With a header; the same bytes for the same diaries.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    attributes = program.names.attributes
    writer.writerow([*CUSTOMER_COLUMNS, *(_inert(f"attribute {name}") for name in attributes)])
    for one in found:
        writer.writerows(_row(program, one, page.visit) for page in one.pages)
    return target.getvalue()


def _row(program: Program, one: DiaryLike, visit: VisitLike) -> list[object]:
    names = program.names
    return [
        _inert(names.personas[one.persona]),
        one.address,
        one.kind,
        _inert(names.touchpoints[visit.touchpoint]),
        visit.entry,
        _instant(program, visit.entered).isoformat(timespec="milliseconds"),
        f"{visit.waited // 1000}.{visit.waited % 1000:03d}",
        _instant(program, visit.left).isoformat(timespec="milliseconds"),
        Manner.NAMES[visit.manner],
        _inert(names.target(visit.target)),
        visit.asked,
        visit.sold,
        *(
            _instant(program, round(value)).isoformat(timespec="milliseconds") if dated else repr(value)
            for value, dated in zip(visit.attributes, program.dated, strict=True)
        ),
    ]


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


# --------------------------------------------------------------------------- for people


def diary_table(journey: Journey, program: Program, one: DiaryLike) -> RenderableType:
    """Show a diary as a table with a line on who this is and how the journey ended.

    Parameters
    ----------
    journey : Journey
        Whose words (labels, persona cards) are shown.
    program : Program
        What the indices of the diary stand for.
    one : Diary
        What to show.
    """
    words = _Words(journey, program.names, one.persona)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    waited = any(page.visit.waited for page in one.pages)
    for column in ("When", "Where", *(["Waited"] if waited else []), "Stayed", "What happened", "Then"):
        table.add_column(Text(column), overflow="fold", no_wrap=column in ("When", "Waited", "Stayed"))
    before: tuple[float, ...] | None = None
    for page in one.pages:
        cells = _cells(program, words, page, before)
        table.add_row(*(Text(cell) for cell in (cells if waited else cells[:2] + cells[3:])))
        before = page.visit.attributes
    return Group(
        _who(journey, program, one), Text(""), table, Text(""), Text(_end(program, words, one), style="bold")
    )


class _Words:
    """What a customer of one persona calls things."""

    def __init__(self, journey: Journey, names: Names, persona: int) -> None:
        self.names = names
        self.touchpoints = journey.maps[names.personas[persona]].touchpoints
        self.products = journey.model.products

    def target(self, index: int) -> str:
        name = self.names.target(index)
        touchpoint = self.touchpoints.get(name)
        return (touchpoint.name or name) if touchpoint is not None else name

    def product(self, index: int) -> str:
        name = self.names.products[index]
        return self.products[name].name or name

    def is_outcome(self, index: int) -> bool:
        return index >= len(self.names.touchpoints)


def _who(journey: Journey, program: Program, one: DiaryLike) -> Text:
    """Introduce the customer: persona, card, how and when he came in."""
    key = program.names.personas[one.persona]
    persona = journey.model.personas[key]
    text = Text(persona.name or key, style="bold")
    card = persona.card
    told = [card.age, card.gender, card.occupation, card.location] if card is not None else []
    text.append("".join(f", {part}" for part in told if part), style="not bold")
    came = {
        "existing": "already there at the start",
        "arrived": "arrived",
        "referred": "was referred, arrived",
    }
    when = "" if one.kind == "existing" else f" {_instant(program, one.arrived):%a %Y-%m-%d %H:%M}"
    text.append(f"\nCustomer {one.address} {came[one.kind]}{when}.", style="not bold")
    return text


def _cells(program: Program, words: _Words, page: PageLike, before: tuple[float, ...] | None) -> list[str]:
    visit = page.visit
    stayed = visit.left - visit.entered - visit.waited
    return [
        f"{_instant(program, visit.entered):%Y-%m-%d %H:%M}",
        words.target(visit.touchpoint),
        format_duration(visit.waited) if visit.waited else "",
        format_duration(stayed) if stayed else "",
        _happened(words, page),
        _changed(program, visit.attributes, before),
    ]


def _happened(words: _Words, page: PageLike) -> str:
    """Say what a visit came to."""
    visit = page.visit
    said = []
    if visit.sold:
        lines = [f"{units} {words.product(product)}" for product, units in page.bought]
        said.append("bought " + (", ".join(lines) or str(visit.sold)))
    if visit.asked > visit.sold and visit.manner != Manner.STOCKOUT:
        said.append(f"{visit.asked - visit.sold} more out of stock")
    if visit.manner in _MANNERS:
        said.append(_MANNERS[visit.manner])
    if visit.target == BACK:
        said.append("back to where he was")
    elif words.is_outcome(visit.target):
        said.append(f"the end: {words.target(visit.target)}")
    else:
        said.append(f"on to {words.target(visit.target)}")
    return ", ".join(said)


def _changed(program: Program, after: tuple[float, ...], before: tuple[float, ...] | None) -> str:
    """Name the attributes a visit changed; on the first visit all that are not 0."""
    old = before if before is not None else (0.0,) * len(after)
    return ", ".join(
        f"{name} {_instant(program, int(now)):%Y-%m-%d %H:%M}" if dated else f"{name} {now:.3g}"
        for name, now, then, dated in zip(program.names.attributes, after, old, program.dated, strict=True)
        if now != then
    )


def _end(program: Program, words: _Words, one: DiaryLike) -> str:
    """Say how it ended, or that it did not."""
    visits = f"{len(one.pages)} visit{'s' if len(one.pages) != 1 else ''}"
    last = max((page.visit for page in one.pages), key=lambda visit: visit.left, default=None)
    ended = next((page.visit for page in one.pages if words.is_outcome(page.visit.target)), None)
    if last is None or ended is None:
        end = f"{_instant(program, program.horizon):%Y-%m-%d %H:%M}"
        return f"After {visits} still on the way when the simulation ends on {end}."
    return f"After {visits} in {format_duration(last.left - one.arrived)}: {words.target(ended.target)}."
