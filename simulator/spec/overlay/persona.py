"""What a persona's own changes may hold."""

from __future__ import annotations

from typing import Any, Final

from simulator.errors import Problem
from simulator.spec.overlay.layers import Layer, Path

__all__ = ["persona_layer"]

_SECTIONS: Final = ("touchpoints", "detours")
_EVERYBODYS: Final = ("team", "cost", "card")


def persona_layer(layer: Layer) -> tuple[Layer, list[Problem]]:
    """Keep of a persona's changes what a persona may change, and say what it may not.

    A persona changes touchpoints (not their team, cost or card) and detours, nothing else.
    """
    problems: list[Problem] = []

    def refuse(path: Path, message: str, fix: str) -> None:
        problems.append(Problem(message, layer.written(path), layer.place(path), fix))

    for key in layer.data:
        if key not in _SECTIONS:
            refuse((key,), f"a persona cannot change {key}", "a persona changes touchpoints and detours")
    kept = {key: part for key, part in layer.data.items() if key in _SECTIONS}
    touchpoints = kept.get("touchpoints")
    if isinstance(touchpoints, dict):
        for name, changes in touchpoints.items():
            for key in _EVERYBODYS:
                if isinstance(changes, dict) and key in changes:
                    fix = "team, cost and card are the same for everybody"
                    refuse(
                        ("touchpoints", name, key), f"a persona cannot change the {key} of a touchpoint", fix
                    )
        rest = {name: _without(changes) for name, changes in touchpoints.items()}
        kept["touchpoints"] = {
            name: part for name, part in rest.items() if part != {} or not touchpoints[name]
        }
    if problems:
        kept = {key: part for key, part in kept.items() if part != {} or not layer.data[key]}
    return layer.having(kept), problems


def _without(changes: Any) -> Any:
    if not isinstance(changes, dict):
        return changes
    return {key: part for key, part in changes.items() if key not in _EVERYBODYS}
