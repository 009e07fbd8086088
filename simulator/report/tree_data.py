"""The decision tree as data for machines."""

from __future__ import annotations

from typing import Any, Final

from simulator.report.tree import Branch, Tree

__all__ = ["SCHEMA", "tree_document"]

SCHEMA: Final = "journey.tree/1"


def tree_document(tree: Tree) -> dict[str, Any]:
    """Give a tree as plain data, the schema ``journey.tree/1``."""
    return {
        "schema": SCHEMA,
        "model": tree.title,
        "scenario": tree.scenario,
        "persona": tree.persona,
        "from": tree.start,
        "depth": tree.depth,
        "question": tree.question,
        "branches": [_as_data(one) for one in tree.branches],
    }


def _as_data(one: Branch) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": one.kind,
        "to": one.name,
        "label": one.label,
        "probability": one.probability,
        "reach": one.reach,
    }
    data |= {key: value for key, value in (("if", one.case), ("how", one.how)) if value}
    data |= {"goal": True} if one.goal else {}
    data |= {"folded": one.more} if one.more else {}
    data |= {"goes_on": True} if one.open else {}
    if one.branches:
        data |= {"question": one.question, "branches": [_as_data(each) for each in one.branches]}
    return data
