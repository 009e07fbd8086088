"""Add evidence to a model given as plain data: for every number that can be unsure, or for some."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.spec.checks_evidence import check_evidence
from simulator.spec.paths import join_path
from simulator.spec.world import Evidence

__all__ = ["claimable", "claimed", "nudged"]

Path = tuple[str, ...]


def claimable(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """List the evidence that a model may have: worth where it fits, else a range about the number."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in _below(data, ()):
        for entry in ({"worth": 7}, *_ranges(value)):
            if _fits(path, entry, data):
                found[join_path(path)] = entry
                break
    return found


def claimed(data: Mapping[str, Any], seed: int, most: int = 12) -> dict[str, Any]:
    """Give a model with evidence for some of its numbers, not twice for the same one."""
    luck = random.Random(seed)
    possible = claimable(data)
    names = sorted(possible)
    luck.shuffle(names)
    chosen: dict[str, Any] = {}
    for name in names:
        short = name.removesuffix(".p")
        if len(chosen) < most and not {short, f"{short}.p"} & set(chosen):
            chosen[name] = possible[name]
    return {**copy.deepcopy(dict(data)), "evidence": chosen}


def nudged(data: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Write a what-if that edits single numbers which the evidence speaks of."""
    luck = random.Random(seed)
    changes: dict[str, Any] = {}
    for text in data["evidence"]:
        path = tuple(text.split("."))
        if '"' in text or path[0] not in ("touchpoints", "personas") or luck.random() < 0.3:
            continue
        node: Any = data
        for key in path:
            node = node[key]
        edit = _edit(node)
        if edit is not None and "changes" not in path:
            inner = changes
            for key in path[:-1]:
                inner = inner.setdefault(key, {})
            if not inner.get(path[-1]):
                inner[path[-1]] = edit
    return {"name": "a nudge", "changes": changes}


def _edit(node: Any) -> Any:
    """Scale a number, or one target of a row that has a rest."""
    if isinstance(node, float | int) and not isinstance(node, bool):
        return {"scale": 0.5} if node else None
    if not isinstance(node, dict) or "rest" not in node.values():
        return None
    for name, share in node.items():
        if isinstance(share, float | int) and share > 0:
            return {name: {"scale": 0.5}}
    return None


def _below(node: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if path:
        yield path, node
    if isinstance(node, Mapping):
        for key, part in node.items():
            yield from _below(part, (*path, key))


def _ranges(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, str):
        number, _, unit = value.partition(" ")
        try:
            middle = float(number)
        except ValueError:
            return
        yield {"range": [f"{0.7 * middle:.6g} {unit}", f"{1.5 * middle:.6g} {unit}"]}
    elif isinstance(value, float | int) and not isinstance(value, bool):
        whole = isinstance(value, int)
        yield {"range": [max(1, value - 1) if whole else 0.7 * value, value + 2 if whole else 1.2 * value]}
        yield {"range": [0.7 * value, min(1.5 * value, 0.99)]}


def _fits(path: Path, entry: dict[str, Any], data: Mapping[str, Any]) -> bool:
    if path[0] == "evidence" or any(" " in key and '"' in key for key in path):
        return False
    try:
        evidence = Evidence.model_validate(entry)
        return not list(check_evidence({join_path(path): evidence}, data))
    except (ValueError, TypeError, KeyError):
        return False
