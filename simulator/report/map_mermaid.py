"""The map as Mermaid text: it renders in a README, a wiki, a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from simulator.report.layout import Column, columns_of
from simulator.report.picture import Arrow, ArrowKind, Box, Picture

__all__ = ["draw_mermaid"]

_CLASSES: Final = {
    "owned": "fill:#e0edff,stroke:#3b78d8,color:#12305f",
    "paid": "fill:#fff0d1,stroke:#d58a11,color:#5a3705",
    "earned": "fill:#def5e3,stroke:#37a05a,color:#11472a",
    "competitor": "fill:#ffe3e3,stroke:#d9534f,color:#6b1512",
    "outcome": "fill:#f3f4f6,stroke:#9ca3af,color:#374151",
    "goal": "stroke-width:4px",
}
_LABELLED: Final = 0.005  # arrows from this flow on say their share
_WIDEST: Final = 12.0

# What Mermaid or the HTML it makes would read as something else; written as Mermaid's entities.
_SPECIAL: Final = {ord(one): f"#{ord(one)};" for one in '"#%&<>`\\'}


def draw_mermaid(picture: Picture) -> str:
    """Write a map as a Mermaid flowchart.

    Parameters
    ----------
    picture : Picture
        What to draw.

    Returns
    -------
    str
        The same text for the same picture. Names are escaped, so none can become syntax or markup.
    """
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    number = {box.name: f"n{place}" for place, box in enumerate(picture.boxes)}
    boxes = {box.name: box for box in picture.boxes}
    yield "flowchart LR"
    yield f"  %% {_said(picture.title)}: {_said(picture.subtitle)}"
    yield "  %% boxes: visits per 100 customers; arrows: share of those who leave a place"
    if picture.untaken:
        yield f"  %% {picture.untaken} ways nobody takes are left out"
    for place, (stage, names) in enumerate(_groups(columns_of(picture))):
        if stage is None:
            yield from (_box(number[name], boxes[name], "  ") for name in names)
            continue
        yield f'  subgraph s{place}["{_said(stage)}"]'
        yield from (_box(number[name], boxes[name], "    ") for name in names)
        yield "  end"
    arrows = sorted(picture.arrows, key=lambda arrow: -round(arrow.flow, 9))  # noise decides no order
    yield from (_arrow(number, arrow) for arrow in arrows)
    yield from _styles(picture, number)
    if arrows:
        yield "  linkStyle default stroke-width:1px"
    for place, arrow in enumerate(arrows):
        if arrow.flow * _WIDEST > 1.0:  # the first ones: arrows are sorted by flow
            yield f"  linkStyle {place} stroke-width:{_WIDEST * min(arrow.flow, 1.0):.1f}px"


def _groups(columns: Sequence[Column]) -> list[tuple[str | None, list[str]]]:
    """Join the columns of one stage."""
    groups: list[tuple[str | None, list[str]]] = []
    for column in columns:
        if groups and groups[-1][0] == column.stage:
            groups[-1][1].extend(column.items)
        else:
            groups.append((column.stage, list(column.items)))
    return groups


def _box(number: str, box: Box, indent: str) -> str:
    words = f"{_said(box.label)}<br/>{100 * box.share:.3g}"
    if box.outcome:
        return f'{indent}{number}(["{words}"])'
    return f'{indent}{number}("{"★ " if box.goal else ""}{words}")'


def _arrow(number: Mapping[str, str], arrow: Arrow) -> str:
    line = "-->" if arrow.kind is ArrowKind.WAY else "-.->"
    label = f'|"{_percent(arrow.share)}"|' if arrow.flow >= _LABELLED else ""
    return f"  {number[arrow.source]} {line}{label} {number[arrow.target]}"


def _percent(share: float) -> str:
    value = 100 * share
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.1f} %"


def _styles(picture: Picture, number: Mapping[str, str]) -> Iterator[str]:
    members: dict[str, list[str]] = {name: [] for name in _CLASSES}
    for box in picture.boxes:
        members[box.media or "outcome"].append(number[box.name])
        if box.goal:
            members["goal"].append(number[box.name])
    for name, inside in members.items():
        if inside:
            yield f"  classDef {name} {_CLASSES[name]}"
            yield f"  class {','.join(inside)} {name}"


def _said(text: str) -> str:
    """Write a name so that Mermaid shows exactly it; control characters become blanks."""
    return "".join(one if one.isprintable() else " " for one in text).translate(_SPECIAL)
