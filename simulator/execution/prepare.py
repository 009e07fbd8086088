"""Have the kernel ready: ``python -m simulator.execution.prepare`` compiles it, once per installation."""

from __future__ import annotations

import sys
from typing import Any, Final

from simulator.compiled import forget_old_caches, is_ready, mark_ready
from simulator.execution.engines import engine

__all__ = ["prepare"]

_NOTHING_SHARED: Final[dict[str, Any]] = {
    "start": "2026-01-05",
    "horizon": "2 days",
    "goal": "shop",
    "personas": {"anna": {"arrivals": {"rate": "1 per day"}, "enters": {"shop": 1}}},
    "touchpoints": {"shop": {"next": {"left": 1}}},
    "outcomes": ["left"],
}
_SHARED: Final[dict[str, Any]] = {
    **_NOTHING_SHARED,
    "teams": {"staff": {"servers": 1}},
    "touchpoints": {"shop": {"team": "staff", "next": {"left": 1}}},
}


def prepare() -> None:
    """Compile the kernel, if that was not done before on this installation."""
    if is_ready():
        return
    from simulator.program.compile import compile_journey
    from simulator.spec.load import journey_from_data

    print("compiling the kernel: once per installation, about a minute ...", file=sys.stderr, flush=True)
    for model in (_NOTHING_SHARED, _SHARED):
        program = compile_journey(journey_from_data(model))
        engine("kernel")(program, 1, 0)
        engine("reference")(program, 1, 0)
    mark_ready()
    forget_old_caches()


if __name__ == "__main__":
    prepare()
