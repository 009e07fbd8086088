"""The decision tree as text."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree as Drawn

from simulator.report.tree import Branch, Tree

__all__ = ["tree_text"]


def tree_text(tree: Tree) -> Iterator[RenderableType]:
    """Yield what a terminal shows: a heading, the tree, how to read it."""
    told = [tree.scenario and f"with “{tree.scenario}”", tree.persona]
    yield Text.assemble((tree.title, "bold"), ("".join(f", {one}" for one in told if one), "dim"))
    drawn = Drawn(Text(tree.question, style="italic"), guide_style="dim")
    _hang(drawn, tree.branches, tree.start, set())
    yield drawn
    yield Text(
        "Percentages: of those who are asked. In brackets: of 100 customers, so many get there this way. "
        "For a typical customer: average attributes, no queue, nothing out of stock; 0\u00a0%: not for him.",
        style="dim",
    )


def _hang(parent: Drawn, branches: tuple[Branch, ...], place: str, told: set[tuple[str, str]]) -> None:
    """Hang branches; a case that does not arise is told once for every touchpoint."""
    for one in branches:
        if one.kind != "case":
            child = parent.add(_said(one))
            _hang(child, one.branches, one.name, told)
        elif one.reach > 0.0:
            child = parent.add(_said(one))
            _hang(child, one.branches, place, told)
        elif (place, one.case) not in told:
            told.add((place, one.case))
            parent.add(_not_now(one))


def _said(one: Branch) -> Text:
    """Write one branch: how likely, where to, how many get there, what is asked there."""
    text = Text()
    if one.kind == "folded":
        return text.append(f"… {one.label} ({_share(one.probability)})", style="dim")
    if one.kind == "case":
        text.append(one.case, style="cyan").append(f"  {_share(one.probability)}", style="bold")
        return text.append(" …" if one.open else "", style="dim")
    text.append(f"{_share(one.probability)}  ", style="bold")
    if one.how == "detour":
        text.append(f"{one.case}: ", style="cyan")
    elif one.how == "side_trip":
        text.append("side trip: ", style="cyan")
    elif one.case:
        text.append(f"{one.case}: ", style="cyan")
    text.append(("★ " if one.goal else "") + one.label, style="green" if one.goal else "")
    text.append(f"  ({_hundred(one.reach)})", style="dim")
    if one.open:
        text.append(" …", style="dim")
    if one.question:
        text.append(f"  {one.question}", style="italic")
    return text


def _not_now(one: Branch) -> Text:
    """Write a case that does not arise for a typical customer on one line."""
    answers = ", ".join(f"{each.label} {_share(each.probability)}" for each in one.branches)
    return Text.assemble((one.case, "cyan"), ("  0\u00a0%", "bold"), (f"; then {answers}", "dim"))


def _share(p: float) -> str:
    value = 100 * p
    if value >= 9.95 or value == 0.0:
        return f"{value:.0f}\u00a0%"
    return f"{value:.1f}\u00a0%" if value >= 0.095 else f"{value:.2g}\u00a0%"


def _hundred(reach: float) -> str:
    value = 100 * reach
    if value >= 9.95 or value == 0.0:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.095 else f"{value:.2g}"
